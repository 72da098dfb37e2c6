#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "text/folder.h"

enum {
	BYTES_MAX = 4096,
};

static int set_up(void **state)
{
	return folder_new((struct folder **)state);
}

static int tear_down(void **state)
{
	folder_free(*state);
	return 0;
}

static void fold(struct folder *folder, const uint32_t *chars, size_t count, struct buffer *buffer)
{
	buffer_reset(buffer);
	assert_int_equal(folder_fold(folder, chars, count, buffer), 0);
}

/*
 * The table folds a character at a time; ICU folds the whole.  A Devanagari vowel sign behind the
 * character, which the table does not know, sends the same character through ICU.
 */
static void test_table_folds_as_icu_does(void **state)
{
	struct buffer table = BUFFER_INIT(BYTES_MAX);
	struct buffer icu = BUFFER_INIT(BYTES_MAX);
	const char sign[] = "\xE0\xA4\xBF";

	for (uint32_t c = 'A'; c < 0x600; c++) {
		const uint32_t chars[] = {c, 'x', 0x93F};

		fold(*state, chars, 2, &table);
		fold(*state, chars, 3, &icu);
		(void)buffer_add_string(&table, sign);
		assert_string_equal(buffer_string(&table), buffer_string(&icu));
	}
	buffer_free(&table);
	buffer_free(&icu);
}

static void test_character_that_folds_to_itself_does_so_among_others(void **state)
{
	struct buffer once = BUFFER_INIT(BYTES_MAX);
	struct buffer twice = BUFFER_INIT(BYTES_MAX);

	for (uint32_t c = 0x3041; c < 0xD7A4; c++) {
		if (c == 0x3097)
			c = 0x30A1;
		if (c == 0x30FB)
			c = 0x4E00;
		if (c == 0xA000)
			c = 0xAC00;
		fold(*state, &c, 1, &once);
		fold(*state, (const uint32_t[]){c, c}, 2, &twice);
		assert_int_equal(twice.length, 2 * once.length);
		assert_memory_equal(twice.bytes, once.bytes, once.length);
	}
	buffer_free(&once);
	buffer_free(&twice);
}

static void test_fold_grows_as_long_as_it_must(void **state)
{
	/* An Arabic ligature of eighteen characters, many times. */
	uint32_t chars[100];
	struct buffer buffer = BUFFER_INIT(BYTES_MAX);

	for (size_t i = 0; i < 100; i++)
		chars[i] = 0xFDFA;
	fold(*state, chars, 100, &buffer);
	assert_true(buffer.length > 100 * 18);
	buffer_free(&buffer);
}

static void test_fold_fails_at_the_limit_of_its_buffer(void **state)
{
	const uint32_t chars[] = {'a', 'b', 'c'};
	struct buffer buffer = BUFFER_INIT(2);

	assert_true(folder_fold(*state, chars, 3, &buffer) < 0);
	buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_folds_as_icu_does),
		cmocka_unit_test(test_character_that_folds_to_itself_does_so_among_others),
		cmocka_unit_test(test_fold_grows_as_long_as_it_must),
		cmocka_unit_test(test_fold_fails_at_the_limit_of_its_buffer),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
