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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_and_marks_are_boilerplate),
		cmocka_unit_test(test_sentences_of_news_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
