#include "model/article.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int make_arena(void **state)
{
	return arena_new(65536, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static int read_line(
	const char *line, struct arena *arena, struct article *ret, const char **ret_error)
{
	json_t *object = json_loads(line, JSON_DECODE_ANY, NULL);
	int r;

	assert_non_null(object);
	r = article_from_json(object, arena, ret, ret_error);
	json_decref(object);
	return r;
}

static void test_an_article_line_is_read_whole(void **state)
{
	static const char line[] =
		"{\"id\":\"a\",\"url\":\"https://e.example/\",\"title\":\"T\",\"author\":\"A\","
		"\"published\":\"2024-05-01T10:00:00+02:00\",\"lang\":\"en\",\"source\":\"S\","
		"\"categories\":[\"x\",\"y\"],\"text\":\"Body\"}";
	struct article article;
	const char *error;

	assert_int_equal(read_line(line, *state, &article, &error), 0);
	assert_string_equal(article.id, "a");
	assert_string_equal(article.language, "en");
	assert_int_equal(article.category_count, 2);
	assert_true(article.published == 1714550400);
}

static void test_all_but_the_id_is_optional(void **state)
{
	struct article article;
	const char *error;

	assert_int_equal(read_line("{\"id\":\"a\"}", *state, &article, &error), 0);
	assert_null(article.title);
	assert_true(article.published == DATE_NONE);
	assert_int_equal(read_line("{\"id\":\"a\",\"published\":null,\"category\":\"x\"}", *state,
				 &article, &error),
		0);
	assert_string_equal(article.categories[0], "x");
}

static void test_what_is_wrong_is_said(void **state)
{
	static const char *const lines[] = {"[]", "{}", "{\"id\":1}", "{\"id\":\"a\",\"title\":[]}",
		"{\"id\":\"a\",\"published\":\"soon\"}", "{\"id\":\"a\",\"published\":5}",
		"{\"id\":\"a\",\"categories\":[1]}"};
	struct article article;
	const char *error;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(read_line(lines[i], *state, &article, &error), -EINVAL);
		assert_string_not_equal(error, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_article_line_is_read_whole),
		cmocka_unit_test(test_all_but_the_id_is_optional),
		cmocka_unit_test(test_what_is_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
