/* [List] sections: where their terms come from, and lists within lists. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loaded_topics.h"

/* Loads sections, with terms.txt beside them, and a topic behind. */
static struct loaded load(const char *sections, const char *terms)
{
	char text[2000];

	(void)snprintf(text, sizeof(text), "%s[Topic \"t\"]\nQuery=x\n", sections);
	return loaded_topics(text, terms);
}

/* The terms of the list, joined by "|". */
static const char *terms_of(const struct loaded *loaded, size_t list, char joined[500])
{
	const struct term_list *found = &loaded->topics[0].lists->lists[list];

	joined[0] = '\0';
	for (size_t i = 0; i < found->term_count; i++) {
		size_t length = strlen(joined);

		(void)snprintf(
			joined + length, 500 - length, "%s%s", i > 0 ? "|" : "", found->terms[i]);
	}
	return joined;
}

static void expect_fault(const char *sections, const char *terms, const char *words)
{
	struct loaded loaded = load(sections, terms);

	assert_int_equal(loaded.result, -EINVAL);
	assert_int_equal(loaded.errors.count, 1);
	assert_non_null(strstr(loaded.errors.lines[0], words));
	loaded_clear(&loaded);
}

static void test_commas_outside_quotes_part_terms(void **state)
{
	struct loaded loaded = load("[List \"b\"]\nTerms= missile* ,\"a, b\",,=US,\n"
				    "  \xE2\x80\x9Ck,l\xE2\x80\x9D , list:a\nTerms=more\n"
				    "[List \"a\"]\nTerms=z\n",
		NULL);
	char joined[500];

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.topics[0].lists->count, 2);
	assert_string_equal(loaded.topics[0].lists->lists[0].name, "a");
	assert_string_equal(terms_of(&loaded, 1, joined),
		"missile*|\"a, b\"|=US|\xE2\x80\x9Ck,l\xE2\x80\x9D|list:a|more");
	loaded_clear(&loaded);
}

static void test_file_has_a_term_a_line(void **state)
{
	struct loaded loaded = load("[List \"l\"]\nTerms=first\nFile=terms.txt\n",
		"# a comment\n\n#brexit\n  two, three \r\n#\n\"last one\"");
	char joined[500];

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_string_equal(terms_of(&loaded, 0, joined), "first|#brexit|two, three|\"last one\"");
	loaded_clear(&loaded);
}

static void test_without_lists_topics_have_none(void **state)
{
	struct loaded loaded = load("", NULL);

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_null(loaded.topics[0].lists);
	loaded_clear(&loaded);
}

static void test_empty_value_begins_anew(void **state)
{
	struct loaded loaded = load("[List \"l\"]\nTerms=a\nTerms=\nTerms=b\n", NULL);
	char joined[500];

	(void)state;
	assert_int_equal(loaded.result, 0);
	assert_string_equal(terms_of(&loaded, 0, joined), "b");
	loaded_clear(&loaded);
}

static void test_faults_are_told(void **state)
{
	(void)state;
	expect_fault("[List \"l\"]\n", NULL, ":1: [List \"l\"]: there are no terms");
	expect_fault("[List \"l\"]\nFile=terms.txt\n", "# none\n", "there are no terms");
	expect_fault("[List \"l\"]\nFile=nowhere\n", NULL, ":2: File=: [List \"l\"]: ");
	expect_fault("[List \"l\"]\nFile=terms.txt\n", "fine\nb\xFF\n",
		"terms.txt:2: [List \"l\"]: the line is not UTF-8");
	expect_fault("[List \"l\"]\nTerms=a\n[List \"l\"]\nTerms=b\n", NULL, "the name is taken");
	expect_fault("[List \"arms\"]\nTerms=a\n[List \"x\"]\nTerms=list:amrs\n", NULL,
		":4: [List \"x\"]: there is no [List \"amrs\"]; did you mean \"arms\"?");
}

static void test_cycle_names_its_lists(void **state)
{
	(void)state;
	expect_fault("[List \"a\"]\nTerms=list:a\n", NULL, "lists lead in a circle: a -> a");
	expect_fault("[List \"outside\"]\nTerms=list:b\n[List \"b\"]\nTerms=w, list:\"c d\"\n"
		     "[List \"c d\"]\nTerms=list:e^2\n[List \"e\"]\nTerms=list:b\n",
		NULL, "[List \"b\"]: lists lead in a circle: b -> c d -> e -> b");
}

/* The same list on two ways is no cycle. */
static void test_diamond_is_no_cycle(void **state)
{
	struct loaded loaded =
		load("[List \"a\"]\nTerms=list:b, list:c\n[List \"b\"]\nTerms=list:d\n"
		     "[List \"c\"]\nTerms=list:d\n[List \"d\"]\nTerms=w\n",
			NULL);

	(void)state;
	assert_int_equal(loaded.result, 0);
	loaded_clear(&loaded);
}

static void test_terms_are_bounded(void **state)
{
	enum {
		OVER = 100 * 1000 + 1,
	};
	char *terms = malloc(2 * OVER + 1);
	struct loaded loaded;

	(void)state;
	assert_non_null(terms);
	for (size_t i = 0; i < OVER; i++)
		memcpy(terms + 2 * i, "w\n", 3);
	expect_fault("[List \"l\"]\nFile=terms.txt\n", terms, "too many terms");
	loaded = load("[List \"l\"]\nFile=terms.txt\n", terms + 2);
	assert_int_equal(loaded.result, 0);
	assert_int_equal(loaded.topics[0].lists->lists[0].term_count, OVER - 1);
	loaded_clear(&loaded);
	free(terms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commas_outside_quotes_part_terms),
		cmocka_unit_test(test_file_has_a_term_a_line),
		cmocka_unit_test(test_without_lists_topics_have_none),
		cmocka_unit_test(test_empty_value_begins_anew),
		cmocka_unit_test(test_faults_are_told),
		cmocka_unit_test(test_cycle_names_its_lists),
		cmocka_unit_test(test_diamond_is_no_cycle),
		cmocka_unit_test(test_terms_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
