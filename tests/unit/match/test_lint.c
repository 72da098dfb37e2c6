/* What the form of a query gives away: parts that others cover, words meant as operators, keys. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "match/query_form.h"
#include "match/query_implies.h"
#include "match/query_lint.h"
#include "match/query_parser.h"

enum {
	ARENA_BYTES_MAX = 64 * 1024 * 1024,
	TOLD_BYTES = 4096,
};

static const char *terms[] = {"missile*", "howitzer"};
static const struct term_list list = {"arms", terms, ARRAY_SIZE(terms)};
static const struct term_lists lists = {&list, 1};

struct room {
	struct query_parser *parser;
	struct arena *arena;
	bool stem;
	char told[TOLD_BYTES]; /* "KIND COLUMN SUGGESTION;" of each finding */
};

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	assert_int_equal(query_parser_new(&room->parser), 0);
	assert_int_equal(arena_new(ARENA_BYTES_MAX, &room->arena), 0);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	query_parser_free(room->parser);
	arena_free(room->arena);
	free(room);
	return 0;
}

static struct query_node *parse(struct room *room, const char *query)
{
	const struct query_options options = {.stem = room->stem, .regex = true, .lists = &lists};
	struct query_error error = {0};
	struct query_node *node = NULL;
	int r = query_parser_run(room->parser, query, &options, room->arena, &node, &error);

	if (r < 0)
		print_message("%s: %u: %s\n", query, error.column, error.words);
	assert_int_equal(r, 0);
	return node;
}

static int note(const struct lint_finding *finding, void *userdata)
{
	static const char *const names[] = {
		[LINT_OPERATOR] = "operator",
		[LINT_PHRASE] = "phrase",
		[LINT_COVERED] = "covered",
		[LINT_REDUNDANT] = "redundant",
		[LINT_CONTRARY] = "contrary",
		[LINT_LANGUAGE] = "language",
		[LINT_UNMEETABLE] = "unmeetable",
	};
	struct room *room = userdata;
	size_t length = strlen(room->told);

	(void)snprintf(room->told + length, TOLD_BYTES - length, "%s %u %s;", names[finding->kind],
		finding->column, finding->suggestion ? finding->suggestion : "-");
	return 0;
}

static void check(struct room *room, const char *query, const char *expected)
{
	room->told[0] = '\0';
	arena_reset(room->arena);
	assert_int_equal(query_lint(query, parse(room, query), room->arena, note, room), 0);
	if (strcmp(room->told, expected) != 0)
		print_message("%s\n", query);
	assert_string_equal(room->told, expected);
}

static void test_good_queries_have_no_findings(void **state)
{
	check(*state, "(\"north korea\" OR dprk OR pyongyang) NEAR/30 (arms OR weapon*)", "");
	check(*state, "russia* OR moscow NOT \"football\"", "");
	check(*state, "Korea OR Japan", "");
	check(*state, "NATO Kenya", ""); /* capitals alone are an acronym */
	check(*state, "list:arms lang:en", "");
	check(*state, "and", "");
	check(*state, "attack OR attacks", "");
	check(*state, "lang:pt-BR OR lang:en*", "");
}

static void test_operators_in_small_letters_are_words(void **state)
{
	check(*state, "a and b", "operator 3 AND;");
	check(*state, "a or b", "operator 3 OR;");
	check(*state, "x near/3 y", "operator 3 NEAR/3;");
	check(*state, "not x y", "operator 1 NOT;");
	check(*state, "x \"and\" y", "");
	check(*state, "x =and y", "");
	check(*state, "x and", ""); /* no operator could stand there */
}

static void test_operators_of_other_products_are_words(void **state)
{
	check(*state, "x w/5 y", "operator 3 NEAR/5;");
	check(*state, "x PRE/3 y", "operator 3 ONEAR/3;");
	check(*state, "x within/12 y", "operator 3 NEAR/12;");
	check(*state, "x w/o y", "");
	check(*state, "x NEAR 5 y", "operator 8 NEAR/5;");
	check(*state, "x ONEAR 12", "operator 9 ONEAR/12;");
	check(*state, "x NEAR/2 5 y", "");
	check(*state, "x NEAR \"5\" y", "");
	check(*state, "x !yes", "operator 3 -yes;");
	check(*state, "!yes", "");
	check(*state, "yes! x", "");
}

static void test_capitalised_words_in_a_row_are_perhaps_a_phrase(void **state)
{
	check(*state, "North Korea missile", "phrase 1 \"North Korea\";");
	check(*state, "missile OR Kim Jong Un", "phrase 12 \"Kim Jong Un\";");
	check(*state, "North AND Korea", "");
	check(*state, "North \"Korea\"", "");
	check(*state, "title:North Korea", "");
	check(*state, "title:(North Korea)", "phrase 8 \"North Korea\";");
	check(*state, "Élysée Palace", "phrase 1 \"Élysée Palace\";");
	/* NEAR binds more tightly than words in a row. */
	check(*state, "North Korea NEAR/5 Kim Jong",
		"phrase 1 \"North Korea\";phrase 20 \"Kim Jong\";");
	check(*state, "(North) Korea", "");
}

static void test_branches_that_others_cover_are_told(void **state)
{
	check(*state, "missile* OR missiles", "covered 13 -;");
	check(*state, "missiles OR missile*", "covered 1 -;");
	check(*state, "korea OR \"north korea\"", "covered 10 -;");
	check(*state, "a OR b OR A", "covered 11 -;");
	check(*state, "a OR (a b)", "covered 6 -;");
	check(*state, "howitzer OR list:arms", "covered 1 -;");
	check(*state, "wom?n OR women", "covered 10 -;");
	check(*state, "wom?n OR wom*", "covered 1 -;");
	check(*state, "us OR =US", "covered 7 -;");
	check(*state, "=us OR =US", "");
	check(*state, "brexit OR #brexit", "covered 11 -;");
	check(*state, "a OR title:a", "covered 6 -;");
	check(*state, "body:a OR title:a", "");
	check(*state, "a NEAR/3 b OR a NEAR/5 b", "covered 1 -;");
	check(*state, "a NEAR/3 b OR b NEAR/3 a", "covered 15 -;");
	check(*state, "a ONEAR/3 b OR a NEAR/3 b", "covered 1 -;");
	check(*state, "a ONEAR/3 b OR b ONEAR/3 a", "");
	check(*state, "a OR ATLEAST/3(a)", "covered 6 -;");
	check(*state, "lang:en OR lang:en-GB", "covered 12 -;");
	check(*state, "lang:gb OR lang:en-GB", "");
	check(*state, "\"a b\" NEAR/3 c OR \"b\" NEAR/2 c", ""); /* one word closer: not known */
	check(*state, "北京 OR 北", "covered 1 -;");
	check(*state, "mis?ile OR mis?il*", "covered 1 -;");
	check(*state, "/a+/ OR /a+/", "covered 9 -;");
}

static void test_stems_cover_their_words(void **state)
{
	struct room *room = *state;

	room->stem = true;
	check(room, "attack OR attacks", "covered 11 -;");
	check(room, "attack OR \"attack\"", "covered 11 -;");
	check(room, "\"attack\" OR attack*", "covered 1 -;");
	check(room, "attacks OR attack*", ""); /* the stem may stand for other words */
	room->stem = false;
}

static void test_parts_that_ask_for_nothing_more_are_told(void **state)
{
	check(*state, "korea \"north korea\"", "redundant 1 -;");
	check(*state, "a b a", "redundant 5 -;");
	check(*state, "a (a OR b)", "redundant 3 -;");
	check(*state, "x NOT NOT x", "");
}

static void test_negations_that_remove_all_are_told(void **state)
{
	check(*state, "a NOT a", "contrary 3 -;");
	check(*state, "\"north korea\" -korea", "contrary 15 -;");
	check(*state, "missiles NOT missile*", "contrary 10 -;");
	check(*state, "missile* NOT missiles", "");
	check(*state, "a NOT (a b)", "");
}

static void test_languages_are_codes(void **state)
{
	check(*state, "x lang:english", "language 3 en;");
	check(*state, "x lang:Klingonisch", "language 3 -;");
	check(*state, "x lang:(en NEAR/3 de)", "unmeetable 9 -;");
}

static void check_same(struct room *room, const char *a, const char *b, bool same)
{
	const char *key = query_form_key(parse(room, a), room->arena);
	const char *other = query_form_key(parse(room, b), room->arena);

	assert_non_null(key);
	assert_non_null(other);
	if ((strcmp(key, other) == 0) != same)
		print_message("%s\n%s\n", a, b);
	assert_int_equal(strcmp(key, other) == 0, same);
}

static void test_keys_are_those_of_the_meaning(void **state)
{
	check_same(*state, "a OR b", "(B)^2 OR \"a\" OR a", true);
	check_same(*state, "a b c", "c AND (b AND a)", true);
	check_same(*state, "a NEAR/3 b", "b NEAR/3 a", true);
	check_same(*state, "a ONEAR/3 b", "b ONEAR/3 a", false);
	check_same(*state, "a NOT NOT b", "b a", true);
	check_same(*state, "a -b", "a NOT b", true);
	check_same(*state, "title:(a OR b)", "title:b OR title:a", true);
	check_same(*state, "title:a", "a", false);
	check_same(*state, "=a", "a", false);
	check_same(*state, "missile* OR howitzer", "list:arms", true);
	check_same(*state, "a b", "a OR b", false);
	check_same(*state, "\"a b\"", "a b", false);
	check_same(*state, "ATLEAST/2(a)", "ATLEAST/3(a)", false);
}

/* Each part written out means what it meant. */
static void test_parts_are_written_as_queries(void **state)
{
	static const char *const queries[] = {
		"a OR b c NOT \"d e\"^2",
		"title:(a NEAR/3 (b OR \"c d\")) =SEC category:=X",
		"x a NEAR/3 b ONEAR c",
		"ATLEAST/3(a OR list:arms) NOT NOT b -c",
		"url:bbc.co.uk/sport OR /a\\/b/i OR list:arms",
		"title:ATLEAST/2(\xE2\x80\x9Ctwo words\xE2\x80\x9D) mis?ile*",
	};
	struct room *room = *state;

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		const char *text;

		arena_reset(room->arena);
		text = query_form_text(queries[i], parse(room, queries[i]), room->arena);
		assert_non_null(text);
		check_same(room, queries[i], text, true);
	}
}

static void test_work_is_bounded(void **state)
{
	struct room *room = *state;
	size_t steps = 1;
	const struct query_node *node = parse(room, "(a OR b) (c OR d)");

	assert_false(query_implies(node, node, &steps));
	steps = IMPLIES_STEPS_MAX;
	assert_true(query_implies(node, node, &steps));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_queries_have_no_findings),
		cmocka_unit_test(test_operators_in_small_letters_are_words),
		cmocka_unit_test(test_operators_of_other_products_are_words),
		cmocka_unit_test(test_capitalised_words_in_a_row_are_perhaps_a_phrase),
		cmocka_unit_test(test_branches_that_others_cover_are_told),
		cmocka_unit_test(test_stems_cover_their_words),
		cmocka_unit_test(test_parts_that_ask_for_nothing_more_are_told),
		cmocka_unit_test(test_negations_that_remove_all_are_told),
		cmocka_unit_test(test_languages_are_codes),
		cmocka_unit_test(test_keys_are_those_of_the_meaning),
		cmocka_unit_test(test_parts_are_written_as_queries),
		cmocka_unit_test(test_work_is_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
