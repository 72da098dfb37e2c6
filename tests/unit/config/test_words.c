#include "config/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

enum {
	ARENA_BYTES = 1024 * 1024,
};

static struct arena *arena;

static int make_arena(void **state)
{
	(void)state;
	return arena_new(ARENA_BYTES, &arena);
}

static int drop_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Splits and joins again with | between. */
static void check(const char *value, const char *expected)
{
	struct buffer got = BUFFER_INIT(ARENA_BYTES);
	const char **words;
	const char *error;

	assert_int_equal(words_split(value, arena, &words, &error), 0);
	for (size_t i = 0; words[i]; i++)
		(void)buffer_printf(&got, "%s|", words[i]);
	assert_string_equal(buffer_string(&got), expected);
	buffer_free(&got);
}

static void test_blanks_part_words(void **state)
{
	(void)state;
	check("", "");
	check("  \t ", "");
	check("one", "one|");
	check("  one\ttwo  three ", "one|two|three|");
}

static void test_quotes_keep_blanks(void **state)
{
	(void)state;
	check("\"one two\" 'three four'", "one two|three four|");
	check("a\"b c\"d 'it\"s' \"it's\"", "ab cd|it\"s|it's|");
	check("\"\" ''", "||");
}

static void test_backslash_makes_plain(void **state)
{
	(void)state;
	check("a\\ b \\\"c \\'d e\\\\f", "a b|\"c|'d|e\\f|");
	check("\"a\\\"b\" 'a\\'b'", "a\"b|a'b|");
	check("a\\nb\\tc", "a\nb\tc|");
}

static void test_what_is_not_closed_is_refused(void **state)
{
	static const char *const values[] = {"\"open", "'open", "a \"b' c", "end\\", "\"end\\"};
	const char **words;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const char *error = NULL;

		assert_int_equal(words_split(values[i], arena, &words, &error), -EINVAL);
		assert_non_null(error);
	}
}

static void test_words_are_bounded(void **state)
{
	struct buffer value = BUFFER_INIT(ARENA_BYTES);
	const char **words;
	const char *error = NULL;

	(void)state;
	for (int i = 0; i < WORDS_MAX; i++)
		(void)buffer_add_string(&value, "w ");
	assert_int_equal(words_split(value.bytes, arena, &words, &error), 0);
	assert_int_equal(words_count(words), WORDS_MAX);
	(void)buffer_add_string(&value, "w");
	assert_int_equal(words_split(value.bytes, arena, &words, &error), -EINVAL);
	assert_non_null(error);
	buffer_free(&value);
}

static void test_united_words_stand_once(void **state)
{
	static const char *const some[] = {"a", "b", "a", NULL};
	static const char *const more[] = {"c", "b", NULL};
	const char **words = words_unite(some, more, arena);

	(void)state;
	assert_int_equal(words_count(words), 3);
	assert_string_equal(words[0], "a");
	assert_string_equal(words[1], "b");
	assert_string_equal(words[2], "c");
	assert_int_equal(words_count(words_unite(NULL, NULL, arena)), 0);
	assert_int_equal(words_count(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blanks_part_words),
		cmocka_unit_test(test_quotes_keep_blanks),
		cmocka_unit_test(test_backslash_makes_plain),
		cmocka_unit_test(test_what_is_not_closed_is_refused),
		cmocka_unit_test(test_words_are_bounded),
		cmocka_unit_test(test_united_words_stand_once),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
