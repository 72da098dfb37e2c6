#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "match/explanation.h"
#include "match/matcher.h"

enum {
	ARENA_BYTES_MAX = 1024 * 1024,
};

struct fixture {
	struct match_scratch *scratch;
	struct arena *arena;
	struct article article;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
		.article = {.id = "a",
			.title = "Iran\xE2\x80\x99s navy test-fires missiles",
			.text = "TEHRAN - Two ballistic missiles &amp; a drone.\nThe U.S. "
				"protested."},
	};
	*state = &fixture;
	return match_scratch_new(&fixture.scratch) < 0 ||
		arena_new(ARENA_BYTES_MAX, &fixture.arena) < 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	match_scratch_free(fixture->scratch);
	arena_free(fixture->arena);
	return 0;
}

static struct match explain(struct fixture *fixture, const char *query)
{
	struct topic topic = {.name = "t", .query = query};
	struct matcher *matcher = NULL;
	struct matcher_errors errors;
	struct match match;

	assert_int_equal(matcher_new(&topic, 1, &matcher, &errors), 0);
	assert_int_equal(matcher_explain(matcher, fixture->scratch, 0, &fixture->article,
				 fixture->arena, &match),
		0);
	matcher_free(matcher);
	return match;
}

static void test_span_has_the_term_as_the_query_has_it(void **state)
{
	struct match match = explain(*state, "IRAN^2 title:navy");

	assert_int_equal(match.span_count, 2);
	assert_string_equal(match.spans[0].term, "IRAN");
	assert_string_equal(match.spans[0].field, "title");
	assert_string_equal(match.spans[0].snippet,
		"\xC2\xABIran\xE2\x80\x99s\xC2\xBB navy test-fires missiles");
	assert_string_equal(match.spans[1].term, "navy");
}

static void test_span_is_told_for_each_field(void **state)
{
	struct match match = explain(*state, "missil*");

	assert_int_equal(match.span_count, 2);
	assert_string_equal(match.spans[0].field, "title");
	assert_string_equal(match.spans[1].field, "body");
	assert_string_equal(match.spans[1].snippet,
		"TEHRAN - Two ballistic \xC2\xABmissiles\xC2\xBB &amp; a drone. The U.S. "
		"protested.");
}

static void test_near_is_one_span_over_both(void **state)
{
	struct match match = explain(*state, "two NEAR/2 drone OR two NEAR/3 =U.S. OR a NEAR the");

	assert_int_equal(match.span_count, 1);
	assert_string_equal(match.spans[0].term, "a NEAR the");
	assert_string_equal(match.spans[0].snippet,
		"TEHRAN - Two ballistic missiles &amp; \xC2\xAB"
		"a drone. The\xC2\xBB U.S. protested.");
}

static void test_span_of_groups_keeps_their_parentheses(void **state)
{
	struct match match = explain(*state, "((two OR \"x)\") ONEAR/2 (drone OR missiles)) the");

	assert_int_equal(match.span_count, 2);
	assert_string_equal(match.spans[0].term, "(two OR \"x)\") ONEAR/2 (drone OR missiles)");
	assert_string_equal(match.spans[1].term, "the");
}

static void test_what_is_absent_has_no_span(void **state)
{
	struct match match = explain(*state, "zebra OR drone NOT (horse OR cow)");

	assert_int_equal(match.span_count, 1);
	assert_string_equal(match.spans[0].term, "drone");
}

static void test_tree_has_a_verdict_on_each_node(void **state)
{
	struct fixture *fixture = *state;
	struct topic topic = {.name = "t", .query = "(zebra OR drone) -navy"};
	struct explained_node *root;
	struct query_error error;

	assert_int_equal(explanation_run(fixture->scratch, &topic, &fixture->article,
				 fixture->arena, &root, &error),
		0);
	assert_false(root->verdict);
	assert_true(root->children[0].verdict);
	assert_false(root->children[0].children[0].verdict);
	assert_true(root->children[0].children[1].verdict);
	assert_int_equal(root->children[0].children[1].place_count, 1);
	assert_false(root->children[1].verdict);
	assert_true(root->children[1].children[0].verdict);
}

static void test_snippet_of_a_long_text_is_bounded(void **state)
{
	struct fixture *fixture = *state;
	char text[2000];
	struct match match;

	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 7; i < sizeof(text); i += 8)
		text[i] = ' ';
	memcpy(text + 1000, "needle ", 7);
	text[sizeof(text) - 1] = '\0';
	fixture->article.text = text;
	match = explain(fixture, "needle");
	assert_int_equal(match.span_count, 1);
	assert_in_range(strlen(match.spans[0].snippet), SNIPPET_BYTES / 2, SNIPPET_BYTES);
	assert_non_null(strstr(match.spans[0].snippet, "\xC2\xABneedle\xC2\xBB"));
}

static void test_refused_query_tells_its_column(void **state)
{
	struct fixture *fixture = *state;
	struct topic topic = {.name = "t", .query = "drone AND"};
	struct explained_node *root;
	struct query_error error;

	assert_int_equal(explanation_run(fixture->scratch, &topic, &fixture->article,
				 fixture->arena, &root, &error),
		-EINVAL);
	assert_int_equal(error.column, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_span_has_the_term_as_the_query_has_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_span_is_told_for_each_field, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_near_is_one_span_over_both, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_span_of_groups_keeps_their_parentheses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_absent_has_no_span, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_tree_has_a_verdict_on_each_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_snippet_of_a_long_text_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_refused_query_tells_its_column, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
