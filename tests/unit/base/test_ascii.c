#include "base/ascii.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_case_does_not_count(void **state)
{
	(void)state;
	assert_true(ascii_is("Content-TYPE", strlen("Content-TYPE"), "content-type"));
	assert_true(ascii_begins("<!DOCTYPE html>", strlen("<!DOCTYPE html>"), "<!doctype"));
	assert_false(ascii_is("content-types", strlen("content-types"), "content-type"));
	assert_false(ascii_is("content", strlen("content"), "content-type"));
}

static void test_nothing_is_read_beyond_the_length(void **state)
{
	(void)state;
	assert_true(ascii_is("none;", 4, "NONE"));
	assert_false(ascii_begins("none", 3, "none"));
	assert_true(ascii_begins("none", 4, ""));
}

static void test_absent_text_is_no_word(void **state)
{
	(void)state;
	assert_false(ascii_is(NULL, 0, "word"));
	assert_false(ascii_is(NULL, 0, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_does_not_count),
		cmocka_unit_test(test_nothing_is_read_beyond_the_length),
		cmocka_unit_test(test_absent_text_is_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
