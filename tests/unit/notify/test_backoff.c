#include "notify/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_ceiling_doubles_from_the_first(void **state)
{
	(void)state;
	assert_true(backoff_ceiling(1, 5 * USEC_SEC) == 5 * USEC_SEC);
	assert_true(backoff_ceiling(2, 5 * USEC_SEC) == 10 * USEC_SEC);
	assert_true(backoff_ceiling(8, 5 * USEC_SEC) == 640 * USEC_SEC);
}

static void test_ceiling_ends_at_ten_hours(void **state)
{
	(void)state;
	assert_true(backoff_ceiling(13, 5 * USEC_SEC) == 20480 * USEC_SEC);
	assert_true(backoff_ceiling(14, 5 * USEC_SEC) == BACKOFF_MAX);
	assert_true(backoff_ceiling(64, 1) == BACKOFF_MAX);
	assert_true(backoff_ceiling(65, 1) == BACKOFF_MAX);
	assert_true(backoff_ceiling(UINT32_MAX, 5 * USEC_SEC) == BACKOFF_MAX);
	assert_true(backoff_ceiling(1, USEC_INFINITY) == BACKOFF_MAX);
}

static void test_jitter_is_full(void **state)
{
	(void)state;
	assert_true(backoff_delay(3, USEC_SEC, 0) == 0);
	assert_true(backoff_delay(3, USEC_SEC, UINT64_MAX) == 4 * USEC_SEC);
	assert_true(backoff_delay(3, USEC_SEC, UINT64_MAX / 2) / USEC_MSEC == 2000);
}

static void test_no_first_wait_is_no_wait(void **state)
{
	(void)state;
	assert_true(backoff_delay(1, 0, UINT64_MAX) == 0);
	assert_true(backoff_delay(UINT32_MAX, 0, UINT64_MAX) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ceiling_doubles_from_the_first),
		cmocka_unit_test(test_ceiling_ends_at_ten_hours),
		cmocka_unit_test(test_jitter_is_full),
		cmocka_unit_test(test_no_first_wait_is_no_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
