#include "notify/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOON (UINT64_C(1792324800) * USEC_SEC)

static const struct feed_state healthy = {
	.url = "https://example.org/feed",
	.last_poll = NOON,
	.last_success = NOON,
	.last_news = NOON - USEC_MINUTE,
	.health = FEED_OK,
};

static struct feed_state failing(uint32_t failures, usec since, usec now)
{
	struct feed_state state = healthy;

	state.health = FEED_FAILING;
	state.failures = failures;
	state.failing_since = since;
	state.last_poll = now;
	return state;
}

static void assert_none(const struct feed_state *before, const struct feed_state *after)
{
	enum event_type events[HEALTH_EVENTS_MAX];

	assert_int_equal(health_events(before, after, 0, events), 0);
}

static void assert_one(
	const struct feed_state *before, const struct feed_state *after, enum event_type type)
{
	enum event_type events[HEALTH_EVENTS_MAX];

	assert_int_equal(health_events(before, after, 0, events), 1);
	assert_int_equal(events[0], type);
}

static void test_failing_is_told_after_three_failures_over_an_hour(void **state)
{
	struct feed_state first = failing(1, NOON, NOON);
	struct feed_state second = failing(2, NOON, NOON + USEC_HOUR);
	struct feed_state early = failing(3, NOON, NOON + USEC_HOUR - 1);
	struct feed_state third = failing(3, NOON, NOON + USEC_HOUR);

	(void)state;
	assert_none(&healthy, &first);
	assert_none(&first, &second);
	assert_none(&first, &early);
	assert_one(&second, &third, EVENT_FEED_FAILING);
	assert_one(&early, &third, EVENT_FEED_FAILING);
}

static void test_failing_is_told_again_at_widening_intervals(void **state)
{
	struct feed_state before = failing(1, NOON, NOON);
	unsigned told = 0;

	(void)state;
	/* A poll each half hour for ten days. */
	for (unsigned i = 1; i <= 480; i++) {
		struct feed_state after = failing(i + 1, NOON, NOON + i * 30 * USEC_MINUTE);
		enum event_type events[HEALTH_EVENTS_MAX];
		size_t count = health_events(&before, &after, 0, events);

		if (count > 0) {
			assert_int_equal(events[0], EVENT_FEED_FAILING);
			told++;
		}
		before = after;
	}
	/* After 1, 2, 4, 8, 16, 32, 64 and 128 hours. */
	assert_int_equal(told, 8);
}

static void test_several_intervals_at_once_are_told_once(void **state)
{
	struct feed_state before = failing(2, NOON, NOON + USEC_MINUTE);
	struct feed_state after = failing(3, NOON, NOON + 3 * USEC_DAY);

	(void)state;
	assert_one(&before, &after, EVENT_FEED_FAILING);
}

static void test_recovery_is_told_only_after_a_failure_that_was(void **state)
{
	struct feed_state untold = failing(2, NOON, NOON + 2 * USEC_HOUR);
	struct feed_state told = failing(3, NOON, NOON + 2 * USEC_HOUR);
	struct feed_state well = healthy;

	(void)state;
	well.last_poll = NOON + 3 * USEC_HOUR;
	assert_none(&untold, &well);
	assert_one(&told, &well, EVENT_FEED_RECOVERED);
	assert_none(&well, &well);
}

static void test_gone_is_told_once(void **state)
{
	struct feed_state gone = healthy;

	(void)state;
	gone.health = FEED_GONE;
	assert_one(&healthy, &gone, EVENT_FEED_GONE);
	assert_none(&gone, &gone);
	assert_one(&gone, &healthy, EVENT_FEED_RECOVERED);
}

static void test_move_is_told_for_each_new_address(void **state)
{
	struct feed_state moved = healthy;
	struct feed_state again = healthy;

	(void)state;
	moved.moved_url = "https://example.org/new";
	again.moved_url = "https://example.org/newer";
	assert_one(&healthy, &moved, EVENT_FEED_MOVED);
	assert_none(&moved, &moved);
	assert_one(&moved, &again, EVENT_FEED_MOVED);
	assert_none(&moved, &healthy);
}

static void test_silence_is_told_once_after_five_times_the_rhythm(void **state)
{
	struct feed_state before = healthy;
	struct feed_state after = healthy;
	enum event_type events[HEALTH_EVENTS_MAX];

	(void)state;
	before.last_poll = before.last_success = healthy.last_news + 4 * USEC_HOUR;
	after.last_poll = after.last_success = healthy.last_news + 5 * USEC_HOUR - 1;
	assert_int_equal(health_events(&before, &after, USEC_HOUR, events), 0);
	after.last_poll = ++after.last_success;
	assert_int_equal(health_events(&before, &after, USEC_HOUR, events), 1);
	assert_int_equal(events[0], EVENT_FEED_SILENT);
	before = after;
	after.last_poll = after.last_success += USEC_DAY;
	assert_int_equal(health_events(&before, &after, USEC_HOUR, events), 0);
}

static void test_silence_that_began_in_an_outage_is_told_after_it(void **state)
{
	struct feed_state down = failing(2, NOON + USEC_HOUR, NOON + USEC_DAY);
	struct feed_state after = healthy;
	struct feed_state later = healthy;
	enum event_type events[HEALTH_EVENTS_MAX];

	(void)state;
	down.failing_since = down.last_poll - USEC_MINUTE;
	after.last_poll = after.last_success = NOON + USEC_DAY + USEC_HOUR;
	later.last_poll = later.last_success = NOON + 2 * USEC_DAY;
	assert_int_equal(health_events(&down, &after, USEC_HOUR, events), 1);
	assert_int_equal(events[0], EVENT_FEED_SILENT);
	assert_int_equal(health_events(&after, &later, USEC_HOUR, events), 0);
}

static void test_feed_of_unknown_rhythm_or_with_news_is_not_silent(void **state)
{
	struct feed_state after = healthy;
	enum event_type events[HEALTH_EVENTS_MAX];

	(void)state;
	after.last_poll = NOON + 30 * USEC_DAY;
	assert_int_equal(health_events(&healthy, &after, 0, events), 0);
	assert_int_equal(health_events(&healthy, &after, USEC_INFINITY, events), 0);
	after.last_news = after.last_poll;
	assert_int_equal(health_events(&healthy, &after, USEC_HOUR, events), 0);
}

static void test_feed_that_fails_is_not_called_silent(void **state)
{
	struct feed_state after = failing(1, NOON + 30 * USEC_DAY, NOON + 30 * USEC_DAY);
	enum event_type events[HEALTH_EVENTS_MAX];

	(void)state;
	assert_int_equal(health_events(&healthy, &after, USEC_HOUR, events), 0);
}

static void test_clock_set_back_during_an_outage_tells_nothing(void **state)
{
	struct feed_state before = failing(3, NOON, NOON - USEC_DAY);
	struct feed_state after = failing(4, NOON, NOON - USEC_DAY + USEC_MINUTE);

	(void)state;
	assert_none(&before, &after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failing_is_told_after_three_failures_over_an_hour),
		cmocka_unit_test(test_failing_is_told_again_at_widening_intervals),
		cmocka_unit_test(test_several_intervals_at_once_are_told_once),
		cmocka_unit_test(test_recovery_is_told_only_after_a_failure_that_was),
		cmocka_unit_test(test_gone_is_told_once),
		cmocka_unit_test(test_move_is_told_for_each_new_address),
		cmocka_unit_test(test_silence_is_told_once_after_five_times_the_rhythm),
		cmocka_unit_test(test_silence_that_began_in_an_outage_is_told_after_it),
		cmocka_unit_test(test_feed_of_unknown_rhythm_or_with_news_is_not_silent),
		cmocka_unit_test(test_feed_that_fails_is_not_called_silent),
		cmocka_unit_test(test_clock_set_back_during_an_outage_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
