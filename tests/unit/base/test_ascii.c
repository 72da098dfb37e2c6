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

static void test_number_is_digits_alone_that_fit(void **state)
{
	static const char *const refused[] = {
		"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "18446744073709551616"};
	unsigned long long number = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(ascii_number(refused[i], &number));
	assert_int_equal(number, 7);
	assert_true(ascii_number("0", &number));
	assert_int_equal(number, 0);
	assert_true(ascii_number("18446744073709551615", &number));
	assert_true(number == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case_does_not_count),
		cmocka_unit_test(test_nothing_is_read_beyond_the_length),
		cmocka_unit_test(test_absent_text_is_no_word),
		cmocka_unit_test(test_number_is_digits_alone_that_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
