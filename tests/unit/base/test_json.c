#include "base/json.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/datetime.h"

static void expect(json_t *value, const char *expected)
{
	if (expected)
		assert_string_equal(json_string_value(value), expected);
	else
		assert_true(json_is_null(value));
	json_decref(value);
}

static void test_times_are_utc(void **state)
{
	(void)state;
	expect(json_time(UINT64_C(1763700000) * USEC_SEC + 999), "2025-11-21T04:40:00Z");
	expect(json_date(0), "1970-01-01T00:00:00Z");
	expect(json_date(-1), "1969-12-31T23:59:59Z");
}

static void test_what_there_is_not_is_null(void **state)
{
	(void)state;
	expect(json_text(NULL), NULL);
	expect(json_time(0), NULL);
	expect(json_time(USEC_INFINITY), NULL);
	expect(json_date(DATE_NONE), NULL);
	expect(json_text(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_are_utc),
		cmocka_unit_test(test_what_there_is_not_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
