#include "extract/phrases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_boilerplate(const char *text)
{
	return phrase_is_boilerplate(text, strlen(text));
}

static void test_calls_and_marks_are_boilerplate(void **state)
{
	(void)state;
	assert_true(is_boilerplate("ADVERTISEMENT"));
	assert_true(is_boilerplate("Read more: why the trains were late"));
	assert_true(is_boilerplate("Follow us on the usual networks"));
	assert_true(is_boilerplate("Get the five stories of the day in your inbox."));
	assert_true(is_boilerplate("Lesen Sie auch: Der Rat lehnt ab"));
	assert_true(is_boilerplate("Boats leave the quay on Monday (Agency/Jo Doe)"));
	assert_true(is_boilerplate("\u00A9 2026 The Courier"));
}

static void test_sentences_of_news_are_not(void **state)
{
	(void)state;
	assert_false(is_boilerplate("The mayor shared the plan with reporters on Monday."));
	assert_false(is_boilerplate("Advertisements were taken down, the council said."));
	assert_false(is_boilerplate("Prices rose by a fifth (and wages by a tenth)."));
	assert_false(is_boilerplate("\u201CYes,\u201D she said."));
	assert_false(is_boilerplate(""));
}

static void test_headings_begin_comments(void **state)
{
	static const char *const headings[] = {"Comments", "12 Comments", "Comments (12)",
		"3 thoughts on “Boats”", "Leave a reply", "Kommentare", "Комментарии (4)"};
	static const char *const others[] = {
		"", "12", "No comment from the mayor", "Comments of the mayor", "12 boats"};

	(void)state;
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		assert_true(phrase_begins_comments(headings[i], strlen(headings[i])));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(phrase_begins_comments(others[i], strlen(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headings_begin_comments),
		cmocka_unit_test(test_calls_and_marks_are_boilerplate),
		cmocka_unit_test(test_sentences_of_news_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
