#include "poll/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct channel_hints no_hints;

/* Sunday, 1 November 2026, 12:00 UTC */
#define NOON ((usec)1793534400 * USEC_SEC)

static void test_p5_jitter_only_lengthens_and_is_bounded(void **state)
{
	bool differs = false;
	usec first = schedule_jitter("http://a/", 1, 30 * USEC_MINUTE);

	(void)state;
	for (usec i = 0; i < 1000; i++) {
		usec jitter = schedule_jitter("http://a/", i, 30 * USEC_MINUTE);

		assert_true(jitter <= 3 * USEC_MINUTE);
		differs |= jitter != first;
	}
	assert_true(differs);
	assert_int_equal(schedule_jitter("http://a/", 1, 0), 0);
}

static void test_p12_phase_is_the_feeds_own_and_within_the_window(void **state)
{
	(void)state;
	assert_int_equal(schedule_phase("http://a/", 0), 0);
	assert_true(schedule_phase("http://a/", USEC_MINUTE) < USEC_MINUTE);
	assert_int_equal(
		schedule_phase("http://a/", USEC_HOUR), schedule_phase("http://a/", USEC_HOUR));
	assert_int_not_equal(
		schedule_phase("http://a/", USEC_HOUR), schedule_phase("http://b/", USEC_HOUR));
}

static void test_p12_window_grows_to_one_interval(void **state)
{
	(void)state;
	assert_int_equal(schedule_window(0, USEC_HOUR), 0);
	assert_int_equal(schedule_window(1, USEC_HOUR), 0);
	assert_int_equal(schedule_window(11, USEC_HOUR), 50 * USEC_SEC);
	assert_int_equal(schedule_window(1000000, USEC_HOUR), USEC_HOUR);
	assert_int_equal(schedule_window(SIZE_MAX, USEC_HOUR), USEC_HOUR);
}

/* Sunday, 1 November 2026, 12:30 UTC */
#define NOW ((usec)1793536200 * USEC_SEC)

static usec freshness(
	const char *cache_control, const char *age, const char *expires, const char *date)
{
	struct freshness fresh = {cache_control, age, expires, date, NOW};

	return schedule_freshness(&fresh);
}

static void test_p6_freshness_is_max_age_less_age(void **state)
{
	(void)state;
	assert_int_equal(freshness("max-age=600", NULL, NULL, NULL), 600 * USEC_SEC);
	assert_int_equal(freshness("public, Max-Age = 600", "100", NULL, NULL), 500 * USEC_SEC);
	assert_int_equal(freshness("max-age=\"600\", public", NULL, NULL, NULL), 600 * USEC_SEC);
	assert_int_equal(freshness("max-age=600", "700", NULL, NULL), 0);
	assert_int_equal(freshness("s-max-age=600, x-max-age=9", NULL, NULL, NULL), 0);
	assert_int_equal(freshness("max-age=banana", NULL, NULL, NULL), 0);
	assert_int_equal(freshness("max-age=-5", NULL, NULL, NULL), 0);
	assert_int_equal(
		freshness("max-age=99999999999999999999999", NULL, NULL, NULL), USEC_INFINITY);
}

static void test_p6_expires_counts_from_the_servers_own_date(void **state)
{
	static const char date[] = "Sun, 01 Nov 2026 12:00:00 GMT";
	static const char later[] = "Sun, 01 Nov 2026 13:00:00 GMT";

	(void)state;
	assert_int_equal(freshness(NULL, NULL, later, date), USEC_HOUR);
	assert_int_equal(freshness(NULL, NULL, date, later), 0);
	assert_int_equal(freshness(NULL, NULL, "0", date), 0);
	/* Of a server without a clock, or with one that is broken, ours is the date. */
	assert_int_equal(freshness(NULL, NULL, later, NULL), USEC_HOUR / 2);
	assert_int_equal(freshness(NULL, NULL, later, "0"), USEC_HOUR / 2);
	assert_int_equal(freshness(NULL, NULL, date, NULL), 0);
	/* max-age goes before Expires (RFC 9111 section 5.3). */
	assert_int_equal(freshness("max-age=60", NULL, later, date), USEC_MINUTE);
}

static void test_p6_no_store_and_max_age_0_are_no_freshness(void **state)
{
	(void)state;
	assert_int_equal(freshness("no-store", NULL, NULL, NULL), 0);
	assert_int_equal(freshness("max-age=0", NULL, NULL, NULL), 0);
	assert_int_equal(freshness("no-store, max-age=600", NULL, NULL, NULL), 0);
}

static void test_p6_the_longest_hint_counts_up_to_a_day(void **state)
{
	struct channel_hints hints = {.ttl_minutes = 60, .update_minutes = 120};

	(void)state;
	assert_int_equal(schedule_hint(USEC_MINUTE, &hints), 2 * USEC_HOUR);
	assert_int_equal(schedule_hint(3 * USEC_HOUR, &hints), 3 * USEC_HOUR);
	assert_int_equal(schedule_hint(0, &no_hints), 0);
	hints.ttl_minutes = UINT32_MAX;
	assert_int_equal(schedule_hint(0, &hints), USEC_DAY);
	assert_int_equal(schedule_hint(USEC_INFINITY, &no_hints), USEC_DAY);
}

static void test_p6_skip_hours_and_days_move_the_poll_on(void **state)
{
	struct channel_hints hours = {.skip_hours = 1U << 12 | 1U << 13};
	struct channel_hints sunday = {.skip_days = 1U << 0};
	struct channel_hints always = {.skip_hours = 0xffffff};

	(void)state;
	assert_int_equal(schedule_skip(NOON, &no_hints), NOON);
	assert_int_equal(
		schedule_skip(NOON + USEC_MINUTE, &hours), NOON + 2 * USEC_HOUR + USEC_MINUTE);
	assert_int_equal(schedule_skip(NOON, &sunday), NOON + 12 * USEC_HOUR);
	assert_int_equal(schedule_skip(NOON + USEC_DAY, &sunday), NOON + USEC_DAY);
	assert_int_equal(schedule_skip(NOON, &always), NOON + USEC_DAY);
}

static void test_p7_retry_after_is_read_in_both_forms(void **state)
{
	static const char date[] = "Sun, 01 Nov 2026 12:00:00 GMT";
	static const char later[] = "Sun, 01 Nov 2026 12:30:00 GMT";
	usec delay = 1;

	(void)state;
	assert_true(schedule_retry_after("120", NULL, NOON, &delay));
	assert_int_equal(delay, 2 * USEC_MINUTE);
	assert_true(schedule_retry_after("0", NULL, NOON, &delay));
	assert_int_equal(delay, 0);
	/* Relative to the server's clock, which may be an hour off. */
	assert_true(schedule_retry_after(later, date, NOON + USEC_HOUR, &delay));
	assert_int_equal(delay, 30 * USEC_MINUTE);
	assert_true(schedule_retry_after(later, NULL, NOON + 10 * USEC_MINUTE, &delay));
	assert_int_equal(delay, 20 * USEC_MINUTE);
	assert_true(schedule_retry_after(date, later, NOON, &delay));
	assert_int_equal(delay, 0);
	assert_false(schedule_retry_after(NULL, NULL, NOON, &delay));
	assert_false(schedule_retry_after("soon", NULL, NOON, &delay));
	assert_false(schedule_retry_after("-5", NULL, NOON, &delay));
	assert_false(schedule_retry_after("", NULL, NOON, &delay));
}

static void test_p7_retry_after_is_obeyed_up_to_seven_days(void **state)
{
	usec delay;

	(void)state;
	assert_true(schedule_retry_after("604800", NULL, NOON, &delay));
	assert_int_equal(delay, 7 * USEC_DAY);
	assert_true(schedule_retry_after("604801", NULL, NOON, &delay));
	assert_int_equal(delay, 7 * USEC_DAY);
	assert_true(schedule_retry_after("99999999999999999999999999", NULL, NOON, &delay));
	assert_int_equal(delay, 7 * USEC_DAY);
}

static void test_p7_without_retry_after_an_hour_doubles_to_a_day(void **state)
{
	(void)state;
	assert_int_equal(schedule_limited(1), USEC_HOUR);
	assert_int_equal(schedule_limited(2), 2 * USEC_HOUR);
	assert_int_equal(schedule_limited(5), 16 * USEC_HOUR);
	assert_int_equal(schedule_limited(6), USEC_DAY);
	assert_int_equal(schedule_limited(UINT32_MAX), USEC_DAY);
}

static void test_p8_failures_back_off_to_a_day_and_no_further(void **state)
{
	(void)state;
	assert_int_equal(schedule_backoff(1), 10 * USEC_MINUTE);
	assert_int_equal(schedule_backoff(2), USEC_HOUR);
	assert_int_equal(schedule_backoff(3), 2 * USEC_HOUR);
	assert_int_equal(schedule_backoff(7), USEC_DAY);
	assert_int_equal(schedule_backoff(UINT32_MAX), USEC_DAY);
}

/* Lets a feed publish each `gap` and polls it as the schedule says; returns the last interval. */
static usec simulate(usec gap, size_t entries, usec hint, unsigned polls)
{
	struct rhythm rhythm = {.start = 30 * USEC_MINUTE, .entries = entries, .hint = hint};
	usec now = 0;
	usec news = 0;

	rhythm.interval = rhythm.start;
	for (unsigned i = 0; i < polls; i++) {
		size_t fresh = (size_t)((now + rhythm.interval) / gap - now / gap);

		now += rhythm.interval;
		rhythm.fresh = fresh < entries ? fresh : entries;
		rhythm.elapsed = now - news;
		if (fresh > 0)
			news = now;
		rhythm.silence = now - news;
		rhythm.interval = schedule_rhythm(&rhythm, &rhythm.gap);
	}
	return rhythm.interval;
}

static void test_p5_a_quiet_feed_is_asked_once_a_day(void **state)
{
	(void)state;
	assert_int_equal(simulate(365 * USEC_DAY, 20, 0, 100), USEC_DAY);
}

static void test_p5_a_feed_is_asked_at_its_own_rhythm(void **state)
{
	usec interval = simulate(6 * USEC_HOUR, 20, 0, 200);

	(void)state;
	assert_true(interval >= USEC_HOUR);
	assert_true(interval <= 6 * USEC_HOUR);
}

static void test_p5_a_busy_feed_is_not_asked_faster_than_the_default(void **state)
{
	(void)state;
	assert_int_equal(simulate(USEC_MINUTE, 20, 0, 100), 30 * USEC_MINUTE);
}

static void test_p5_the_servers_freshness_allows_five_minutes(void **state)
{
	(void)state;
	assert_int_equal(simulate(USEC_MINUTE, 20, USEC_MINUTE, 100), 5 * USEC_MINUTE);
	assert_int_equal(simulate(USEC_MINUTE, 20, 10 * USEC_MINUTE, 100), 10 * USEC_MINUTE);
}

static void test_p5_missed_entries_halve_the_interval(void **state)
{
	struct rhythm rhythm = {
		.interval = 8 * USEC_HOUR,
		.start = 30 * USEC_MINUTE,
		.gap = 20 * USEC_HOUR,
		.elapsed = 8 * USEC_HOUR,
		.entries = 10,
		.fresh = 10,
	};
	usec gap;

	(void)state;
	assert_true(schedule_rhythm(&rhythm, &gap) <= 4 * USEC_HOUR);
}

static void test_p5_the_operators_shorter_interval_is_the_floor(void **state)
{
	struct rhythm rhythm = {
		.interval = USEC_MINUTE,
		.start = USEC_MINUTE,
		.gap = USEC_SEC,
		.elapsed = USEC_MINUTE,
		.entries = 10,
		.fresh = 10,
	};
	usec gap;

	(void)state;
	assert_int_equal(schedule_rhythm(&rhythm, &gap), USEC_MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_p5_jitter_only_lengthens_and_is_bounded),
		cmocka_unit_test(test_p12_phase_is_the_feeds_own_and_within_the_window),
		cmocka_unit_test(test_p12_window_grows_to_one_interval),
		cmocka_unit_test(test_p6_freshness_is_max_age_less_age),
		cmocka_unit_test(test_p6_expires_counts_from_the_servers_own_date),
		cmocka_unit_test(test_p6_no_store_and_max_age_0_are_no_freshness),
		cmocka_unit_test(test_p6_the_longest_hint_counts_up_to_a_day),
		cmocka_unit_test(test_p6_skip_hours_and_days_move_the_poll_on),
		cmocka_unit_test(test_p7_retry_after_is_read_in_both_forms),
		cmocka_unit_test(test_p7_retry_after_is_obeyed_up_to_seven_days),
		cmocka_unit_test(test_p7_without_retry_after_an_hour_doubles_to_a_day),
		cmocka_unit_test(test_p8_failures_back_off_to_a_day_and_no_further),
		cmocka_unit_test(test_p5_a_quiet_feed_is_asked_once_a_day),
		cmocka_unit_test(test_p5_a_feed_is_asked_at_its_own_rhythm),
		cmocka_unit_test(test_p5_a_busy_feed_is_not_asked_faster_than_the_default),
		cmocka_unit_test(test_p5_the_servers_freshness_allows_five_minutes),
		cmocka_unit_test(test_p5_missed_entries_halve_the_interval),
		cmocka_unit_test(test_p5_the_operators_shorter_interval_is_the_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
