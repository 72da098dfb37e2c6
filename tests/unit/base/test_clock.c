#include "base/clock.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void count(void *userdata)
{
	(*(int *)userdata)++;
}

static void test_adding_stops_at_infinity(void **state)
{
	(void)state;
	assert_true(usec_add(1, 2) == 3);
	assert_true(usec_add(USEC_INFINITY, 0) == USEC_INFINITY);
	assert_true(usec_add(USEC_INFINITY - 1, 1) == USEC_INFINITY);
	assert_true(usec_add(USEC_INFINITY - 1, 2) == USEC_INFINITY);
}

static void test_nothing_is_before_the_beginning_of_time(void **state)
{
	(void)state;
	assert_true(usec_before(3, 2) == 1);
	assert_true(usec_before(2, 2) == 0);
	assert_true(usec_before(2, 3) == 0);
}

static void test_timers_fire_once_and_can_be_unset(void **state)
{
	_cleanup_(clock_free_systemp) struct clock *clock = NULL;
	struct event_base *base = event_base_new();
	struct clock_timer *fires;
	struct clock_timer *unset;
	int fired = 0;
	int wrong = 0;

	(void)state;
	assert_int_equal(clock_new_system(base, &clock), 0);
	assert_int_equal(clock_timer_new(clock, count, &fired, &fires), 0);
	assert_int_equal(clock_timer_new(clock, count, &wrong, &unset), 0);
	clock_timer_set(clock, fires, 0); /* in the past: the next turn */
	clock_timer_in(clock, unset, 0);
	clock_timer_set(clock, unset, USEC_INFINITY);
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(fired, 1);
	assert_int_equal(wrong, 0);
	clock_timer_free(clock, fires);
	clock_timer_free(clock, unset);
	clock_timer_free(clock, NULL);
	event_base_free(base);
}

static void test_monotonic_time_does_not_step_back(void **state)
{
	_cleanup_(clock_free_systemp) struct clock *clock = NULL;
	usec last = 0;

	(void)state;
	assert_int_equal(clock_new_system(NULL, &clock), 0);
	for (int i = 0; i < 1000; i++) {
		usec now = clock_monotonic(clock);

		assert_true(now >= last);
		last = now;
	}
	assert_true(clock_now(clock) > 1700000000 * USEC_SEC);
}

struct stepped_clock {
	struct clock clock;
	usec now;
	usec monotonic;
};

static usec stepped_now(struct clock *clock)
{
	return ((struct stepped_clock *)clock)->now;
}

static usec stepped_monotonic(struct clock *clock)
{
	return ((struct stepped_clock *)clock)->monotonic;
}

static void test_steps_of_the_wall_clock_are_found_once(void **state)
{
	static const struct clock_ops ops = {.now = stepped_now, .monotonic = stepped_monotonic};
	struct stepped_clock stepped = {{&ops}, USEC_DAY, USEC_MINUTE};
	int64_t offset = clock_offset(&stepped.clock);

	(void)state;
	stepped.now += USEC_HOUR;
	stepped.monotonic += USEC_HOUR;
	assert_int_equal(clock_stepped(&stepped.clock, &offset), 0);
	stepped.now -= CLOCK_STEP_LEAST;
	assert_int_equal(clock_stepped(&stepped.clock, &offset), 0);
	stepped.now -= CLOCK_STEP_LEAST + 1;
	assert_int_equal(clock_stepped(&stepped.clock, &offset), -(int64_t)(CLOCK_STEP_LEAST + 1));
	assert_int_equal(clock_stepped(&stepped.clock, &offset), 0);
	stepped.now += USEC_DAY;
	assert_int_equal(clock_stepped(&stepped.clock, &offset), USEC_DAY);
	assert_int_equal(clock_stepped(&stepped.clock, &offset), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adding_stops_at_infinity),
		cmocka_unit_test(test_nothing_is_before_the_beginning_of_time),
		cmocka_unit_test(test_timers_fire_once_and_can_be_unset),
		cmocka_unit_test(test_monotonic_time_does_not_step_back),
		cmocka_unit_test(test_steps_of_the_wall_clock_are_found_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
