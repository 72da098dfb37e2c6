#include "notify/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct rate rate = {.count = 10, .span = USEC_MINUTE};

static void test_so_many_go_at_once_then_evenly(void **state)
{
	struct pace pace = {0};
	usec now = USEC_HOUR;
	usec at = 0;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		assert_true(pace_take(&pace, &rate, now, &at));
	for (unsigned i = 0; i < 100; i++) {
		assert_false(pace_take(&pace, &rate, now, &at));
		assert_true(at == now + 6 * USEC_SEC);
		assert_false(pace_take(&pace, &rate, at - 1, &at));
		now = at;
		assert_true(pace_take(&pace, &rate, now, &at));
	}
}

static void test_a_pause_brings_the_burst_back(void **state)
{
	struct pace pace = {0};
	usec at;
	unsigned count = 0;

	(void)state;
	while (pace_take(&pace, &rate, USEC_HOUR, &at))
		count++;
	assert_int_equal(count, 10);
	count = 0;
	while (pace_take(&pace, &rate, 2 * USEC_HOUR, &at))
		count++;
	assert_int_equal(count, 10);
}

static void test_no_rate_lets_all_go(void **state)
{
	const struct rate none = {0};
	struct pace pace = {0};
	usec at;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		assert_true(pace_take(&pace, &none, USEC_HOUR, &at));
}

static void test_one_in_a_time(void **state)
{
	const struct rate one = {.count = 1, .span = USEC_DAY};
	struct pace pace = {0};
	usec at;

	(void)state;
	assert_true(pace_take(&pace, &one, USEC_HOUR, &at));
	assert_false(pace_take(&pace, &one, USEC_HOUR + 1, &at));
	assert_true(at == USEC_HOUR + USEC_DAY);
	assert_true(pace_take(&pace, &one, at, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_go_at_once_then_evenly),
		cmocka_unit_test(test_a_pause_brings_the_burst_back),
		cmocka_unit_test(test_no_rate_lets_all_go),
		cmocka_unit_test(test_one_in_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
