#include "base/timespan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_spans_are_read_with_their_units(void **state)
{
	static const struct {
		const char *text;
		usec expected;
	} cases[] = {
		{"90", 90 * USEC_SEC},
		{"1h 30min", 90 * USEC_MINUTE},
		{"1h30min", 90 * USEC_MINUTE},
		{"1.5h", 90 * USEC_MINUTE},
		{".5s", 500 * USEC_MSEC},
		{"2 days", 2 * USEC_DAY},
		{"500ms", 500 * USEC_MSEC},
		{"1m", USEC_MINUTE},
		{"1M", 2629800 * USEC_SEC},
		{"3us", 3},
		{"0", 0},
		{" infinity ", USEC_INFINITY},
	};
	usec span;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(timespan_parse(cases[i].text, &span), 0);
		assert_true(span == cases[i].expected);
	}
}

static void test_what_is_no_span_is_refused(void **state)
{
	static const char *const cases[] = {"", " ", "h", "5 parsecs", "-1", "1h -5min",
		"99999999999999y", ".", "infinity1", "18446744073709551616us"};
	usec span;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(timespan_parse(cases[i], &span) < 0);
}

static void test_spans_are_written_in_their_units(void **state)
{
	char text[TIMESPAN_SIZE];

	(void)state;
	assert_string_equal(timespan_format(90 * USEC_MINUTE, text), "1h 30min");
	assert_string_equal(timespan_format(0, text), "0");
	assert_string_equal(timespan_format(USEC_INFINITY, text), "infinity");
	assert_string_equal(
		timespan_format(USEC_INFINITY - 1, text), "213503982d 8h 1min 49s 551ms 614us");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spans_are_read_with_their_units),
		cmocka_unit_test(test_what_is_no_span_is_refused),
		cmocka_unit_test(test_spans_are_written_in_their_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
