/* Named lists in queries: `list:NAME` as an OR-group of the list's terms. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "match/matcher.h"

enum {
	ARENA_BYTES_MAX = 16 * 1024 * 1024,
};

static const char *arms[] = {"missile*", "\"cruise missile\"", "=HIMARS", "list:big guns"};
static const char *arms_inner[] = {"list:\"big guns\"", "missile*"};
static const char *big_guns[] = {"howitzer", "mortar"};
static const char *faulty[] = {"fine", "mis*ile"};
static const char *joined[] = {"two words"};
static const char *outer_faulty[] = {"list:faulty"};
static const char *operators[] = {"a OR b"};
static const char *negated[] = {"-word"};
static const char *fielded[] = {"title:word"};
static const char *stemmed[] = {"attack", "\"strike\""};
static const char *circular[] = {"list:round"};

static const struct term_list all_lists[] = {
	{"arms", arms_inner, ARRAY_SIZE(arms_inner)},
	{"big guns", big_guns, ARRAY_SIZE(big_guns)},
	{"empty", NULL, 0},
	{"exact", arms + 1, 2},
	{"faulty", faulty, ARRAY_SIZE(faulty)},
	{"fielded", fielded, 1},
	{"joined", joined, 1},
	{"negated", negated, 1},
	{"operators", operators, 1},
	{"outer", outer_faulty, 1},
	{"round", circular, 1},
	{"stemmed", stemmed, ARRAY_SIZE(stemmed)},
	{"unquoted", arms + 3, 1},
};

static const struct term_lists lists = {all_lists, ARRAY_SIZE(all_lists)};

static bool matches_as(
	const struct topic *topic, const char *text, struct match *ret_match, struct arena *arena)
{
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	struct article article = {.id = "a", .title = "Title", .text = text};
	struct matcher_errors errors;
	const uint32_t *topics;
	size_t count;

	assert_int_equal(match_scratch_new(&scratch), 0);
	assert_int_equal(matcher_new(topic, 1, &matcher, &errors), 0);
	assert_int_equal(matcher_run(matcher, scratch, &article, &topics, &count), 0);
	if (ret_match)
		assert_int_equal(
			matcher_explain(matcher, scratch, 0, &article, arena, ret_match), 0);
	return count == 1;
}

static bool matches(const char *query, const char *text)
{
	const struct topic topic = {.name = "t", .query = query, .lists = &lists};

	return matches_as(&topic, text, NULL, NULL);
}

/* The fault of a query, of which there is one: its column; the words in `words`. */
static unsigned fault(const char *query, const struct term_lists *known, char words[400])
{
	const struct topic topic = {.name = "t", .query = query, .lists = known};
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	struct matcher_errors errors;
	unsigned column;

	assert_int_equal(matcher_new(&topic, 1, &matcher, &errors), -EINVAL);
	assert_int_equal(errors.count, 1);
	column = errors.errors[0].column;
	(void)snprintf(words, 400, "%s", errors.errors[0].words);
	matcher_errors_clear(&errors);
	return column;
}

static void test_list_is_an_or_of_its_terms(void **state)
{
	(void)state;
	assert_true(matches("list:arms", "missiles were seen"));
	assert_true(matches("list:arms", "a mortar was seen"));
	assert_false(matches("list:arms", "nothing was seen"));
	assert_true(matches("list:exact", "the HIMARS came"));
	assert_false(matches("list:exact", "the himars came"));
	assert_true(matches("seen list:\"big guns\"^2 OR zebra", "a howitzer was seen"));
	assert_false(matches("seen -list:arms", "a mortar was seen"));
	assert_false(matches("title:list:arms", "a mortar was seen"));
}

static void test_list_is_an_operand_of_near_and_atleast(void **state)
{
	(void)state;
	assert_true(matches("list:arms NEAR/1 list:\"big guns\"",
		"a missile and a mortar"
		" or a missile near mortar"));
	assert_false(matches("list:arms ONEAR/1 zebra", "zebra missile"));
	assert_true(matches("ATLEAST/3(list:arms OR gun)", "mortar missile gun"));
	assert_false(matches("ATLEAST/3(list:arms)", "mortar missile gun"));
	assert_true(matches("(list:arms OR rifle) NEAR/0 fire", "rifle fire"));
}

static void test_words_of_a_list_are_stemmed_as_those_of_the_query(void **state)
{
	struct topic topic = {
		.name = "t", .query = "list:stemmed", .stem = "english", .lists = &lists};

	(void)state;
	assert_true(matches_as(&topic, "they attacked", NULL, NULL));
	assert_false(matches_as(&topic, "they strikes", NULL, NULL));
	topic.stem = NULL;
	assert_false(matches_as(&topic, "they attacked", NULL, NULL));
}

static void test_match_tells_the_term_of_the_list(void **state)
{
	const struct topic topic = {
		.name = "t", .query = "seen list:arms OR list:arms NEAR/9 seen", .lists = &lists};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct match match;

	(void)state;
	assert_int_equal(arena_new(ARENA_BYTES_MAX, &arena), 0);
	assert_true(matches_as(&topic, "a mortar was seen", &match, arena));
	assert_int_equal(match.span_count, 3);
	assert_string_equal(match.spans[0].term, "seen");
	assert_string_equal(match.spans[1].term, "mortar");
	assert_string_equal(match.spans[2].term, "list:arms NEAR/9 seen");
}

static void test_unknown_list_is_told_with_the_nearest(void **state)
{
	char words[400];

	(void)state;
	assert_int_equal(fault("a OR list:amrs", &lists, words), 6);
	assert_string_equal(words, "there is no [List \"amrs\"]; did you mean list:arms?");
	assert_int_equal(fault("list:bigguns", &lists, words), 1);
	assert_non_null(strstr(words, "did you mean list:\"big guns\"?"));
	assert_int_equal(fault("list:zzzzzz", &lists, words), 1);
	assert_string_equal(words, "there is no [List \"zzzzzz\"]");
	assert_int_equal(fault("a list: b", &lists, words), 3);
	assert_int_equal(fault("a list:\"b", &lists, words), 3);
	assert_non_null(strstr(words, "closing"));
}

static void test_list_is_missing_where_there_are_none(void **state)
{
	char words[400];

	(void)state;
	assert_int_equal(fault("a OR list:arms", NULL, words), 6);
	assert_string_equal(words, "there is no [List \"arms\"]");
	/* These are words with signs, as `http://x` is. */
	assert_true(matches("list://arms", "a list arms"));
	assert_true(matches("List:arms", "a list arms"));
}

static void test_operators_written_as_signs_are_told(void **state)
{
	char words[400];

	(void)state;
	assert_int_equal(fault("a && b", NULL, words), 3);
	assert_non_null(strstr(words, "is written AND"));
	assert_int_equal(fault("a || b", NULL, words), 3);
	assert_non_null(strstr(words, "is written OR"));
	assert_int_equal(fault("a \"||\" b", NULL, words), 3);
	assert_non_null(strstr(words, "signs alone"));
}

static void test_other_prefixes_are_told_with_the_nearest_field(void **state)
{
	char words[400];

	(void)state;
	assert_int_equal(fault("a OR tilte:arms", &lists, words), 6);
	assert_non_null(strstr(words, "did you mean title:?"));
	/* As other products call them. */
	assert_int_equal(fault("x site:bbc.co.uk", NULL, words), 3);
	assert_non_null(strstr(words, "did you mean url:?"));
	assert_int_equal(fault("language:en", NULL, words), 1);
	assert_non_null(strstr(words, "did you mean lang:?"));
	assert_int_equal(fault("zzzzzz:arms", &lists, words), 1);
	assert_non_null(strstr(words, "(title, body, author, url, source, lang, category)"));
}

static void test_fault_of_a_term_names_list_and_term(void **state)
{
	static const struct {
		const char *query;
		unsigned column;
		const char *words;
	} cases[] = {
		{"xx list:faulty", 4, "list \"faulty\": term `mis*ile`: "},
		{"list:outer", 1, "list \"faulty\": term `mis*ile`: "},
		{"x OR list:joined", 6, "a phrase stands in quotes"},
		{"list:operators", 1, "a phrase stands in quotes"},
		{"list:negated", 1, "list \"negated\": term `-word`: a list holds words"},
		{"list:fielded", 1, "no operators and fields"},
		{"list:unquoted", 1, "term `list:big guns`: there is no [List \"big\"]"},
		{"a list:empty", 3, "no terms"},
		{"(list:round)", 2, "nest too deeply"},
		{"list:arms^x", 10, "a number should follow"},
		{"title:list:arms NEAR x", 1, ""},
		{"-list:arms", 1, "present"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char words[400];

		assert_int_equal(fault(cases[i].query, &lists, words), cases[i].column);
		assert_non_null(strstr(words, cases[i].words));
	}
}

/* Ten lists, each naming the one below ten times: 10^10 terms if nothing bounded them. */
static void test_terms_of_a_query_are_bounded(void **state)
{
	static const char names[10][3] = {
		"l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9"};
	static const char terms[10][8] = {"word", "list:l0", "list:l1", "list:l2", "list:l3",
		"list:l4", "list:l5", "list:l6", "list:l7", "list:l8"};
	const char *repeated[10][10];
	struct term_list many[10];
	const struct term_lists known = {many, 10};
	char words[400];

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		for (size_t k = 0; k < 10; k++)
			repeated[i][k] = terms[i];
		many[i] = (struct term_list){names[i], repeated[i], 10};
	}
	assert_int_equal(fault("x list:l9", &known, words), 3);
	assert_non_null(strstr(words, "too many terms"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_is_an_or_of_its_terms),
		cmocka_unit_test(test_list_is_an_operand_of_near_and_atleast),
		cmocka_unit_test(test_words_of_a_list_are_stemmed_as_those_of_the_query),
		cmocka_unit_test(test_match_tells_the_term_of_the_list),
		cmocka_unit_test(test_unknown_list_is_told_with_the_nearest),
		cmocka_unit_test(test_list_is_missing_where_there_are_none),
		cmocka_unit_test(test_operators_written_as_signs_are_told),
		cmocka_unit_test(test_other_prefixes_are_told_with_the_nearest_field),
		cmocka_unit_test(test_fault_of_a_term_names_list_and_term),
		cmocka_unit_test(test_terms_of_a_query_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
