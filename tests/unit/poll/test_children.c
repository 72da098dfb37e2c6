#include "poll/children.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	ARENA_BYTES = 256 * 1024,
};

static int make_arena(void **state)
{
	return arena_new(ARENA_BYTES, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static struct child_document documents[] = {{"http://a/1", 30}, {"http://a/2", 20}};
static const struct parsed_feed one_index = {.children = documents, .child_count = 2};

static void begin(struct children *children, const char *taken, struct arena *arena)
{
	assert_int_equal(children_begin(children, &one_index, taken, arena), 0);
}

static void do_next(struct children *children, const char *url, const char *words, bool again)
{
	const struct child_document *child = children_next(children);

	assert_non_null(child);
	assert_string_equal(child->url, url);
	assert_int_equal(children_done(children, words, again), 0);
}

static struct round_result conclude(struct children *children)
{
	struct round_result result = {.readable = true};

	assert_null(children_next(children));
	assert_int_equal(children_conclude(children, &result), 0);
	return result;
}

static void test_what_was_taken_is_not_wanted_until_its_date_changes(void **state)
{
	struct children children;
	struct round_result result;

	begin(&children, NULL, *state);
	do_next(&children, "http://a/1", NULL, false);
	do_next(&children, "http://a/2", NULL, false);
	result = conclude(&children);
	assert_true(result.readable);
	assert_false(result.incomplete);
	assert_null(result.diagnosis);
	begin(&children, result.children, *state);
	assert_string_equal(conclude(&children).children, result.children);
	documents[1].updated = 21;
	begin(&children, result.children, *state);
	documents[1].updated = 20;
	do_next(&children, "http://a/2", NULL, false);
	assert_true(conclude(&children).readable);
}

static void test_trouble_that_passes_makes_the_round_incomplete(void **state)
{
	struct children children;
	struct round_result result;

	begin(&children, NULL, *state);
	do_next(&children, "http://a/1", "it is broken", true);
	do_next(&children, "http://a/2", NULL, false);
	result = conclude(&children);
	assert_true(result.readable);
	assert_true(result.incomplete);
	assert_string_equal(result.diagnosis, "sitemap http://a/1: it is broken");
	begin(&children, result.children, *state);
	do_next(&children, "http://a/1", NULL, false);
	assert_false(conclude(&children).incomplete);
}

static void test_trouble_that_lasts_is_not_asked_for_again(void **state)
{
	struct children children;
	struct round_result result;

	begin(&children, NULL, *state);
	do_next(&children, "http://a/1", "it is no feed", false);
	do_next(&children, "http://a/2", NULL, false);
	result = conclude(&children);
	assert_false(result.incomplete);
	assert_non_null(result.diagnosis);
	begin(&children, result.children, *state);
	assert_null(children_next(&children));
}

static void test_nothing_to_be_had_is_a_failure(void **state)
{
	struct children children;
	struct round_result result;

	begin(&children, NULL, *state);
	do_next(&children, "http://a/1", "it is gone", false);
	do_next(&children, "http://a/2", "it is gone too", false);
	result = conclude(&children);
	assert_false(result.readable);
	assert_true(result.incomplete);
	assert_string_equal(result.words, "sitemap http://a/1: it is gone");
}

static void test_an_index_without_dates_is_diagnosed(void **state)
{
	struct children children;

	documents[0].updated = DATE_NONE;
	begin(&children, NULL, *state);
	documents[0].updated = 30;
	do_next(&children, "http://a/1", NULL, false);
	do_next(&children, "http://a/2", NULL, false);
	assert_non_null(strstr(conclude(&children).diagnosis, "does not say when"));
}

static void test_marks_that_are_nonsense_hide_nothing(void **state)
{
	struct children children;

	begin(&children, "  - 12 zzzzzzzzzzzzzzzzzzzz  ", *state);
	assert_int_equal(children.count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arena, drop_arena)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_taken_is_not_wanted_until_its_date_changes),
		TEST(test_trouble_that_passes_makes_the_round_incomplete),
		TEST(test_trouble_that_lasts_is_not_asked_for_again),
		TEST(test_nothing_to_be_had_is_a_failure),
		TEST(test_an_index_without_dates_is_diagnosed),
		TEST(test_marks_that_are_nonsense_hide_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
