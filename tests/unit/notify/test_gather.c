/* When alerts go out: rates, times of digests, quiet hours, and both edges of summer time. */
#include "notify/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/datetime.h"
#include "base/timezone.h"
#include "notify/calendar.h"

static const char berlin[] = "Europe/Berlin";

static const struct digest_times mornings = {ALL_WEEKDAYS, {7 * 60}, 1};
static const struct digest_times mondays = {1 << 1, {7 * 60, 19 * 60}, 2};
static const struct digest_times half_past_two = {ALL_WEEKDAYS, {2 * 60 + 30}, 1};
static const struct digest_times hourly = {0};
static const struct quiet_times nights = {{{22 * 60, 6 * 60}}, 1};
static const struct quiet_times till_half_past_two = {{{22 * 60, 2 * 60 + 30}}, 1};
static const struct quiet_times chained = {{{22 * 60, 6 * 60}, {6 * 60, 7 * 60}}, 2};

static usec at(const char *text)
{
	int64_t seconds;

	assert_int_equal(datetime_parse_rfc3339(text, &seconds), 0);
	return (usec)seconds * USEC_SEC;
}

static void assert_time(usec time, const char *expected)
{
	char text[DATETIME_SIZE];

	assert_string_equal(datetime_format((int64_t)(time / USEC_SEC), text), expected);
	assert_int_equal(time % USEC_SEC, 0);
}

static void assert_digest(const struct digest_times *times, const char *now, const char *expected)
{
	assert_time(calendar_next_digest(times, berlin, at(now)), expected);
}

static void assert_quiet(const struct quiet_times *times, const char *now, const char *expected)
{
	usec end = calendar_quiet_end(times, berlin, at(now));

	if (expected)
		assert_time(end, expected);
	else
		assert_int_equal(end, 0);
}

static int need_zones(void **state)
{
	(void)state;
	if (timezone_exists(berlin))
		return 0;
	(void)fprintf(stderr, "skipped: the system has no zone files (tzdata)\n");
	exit(77);
}

static void test_digest_is_the_first_time_after_now(void **state)
{
	(void)state;
	assert_digest(&mornings, "2026-11-20T05:59:59Z", "2026-11-20T06:00:00Z");
	assert_digest(&mornings, "2026-11-20T06:00:00Z", "2026-11-21T06:00:00Z");
	assert_digest(&mornings, "2026-07-20T12:00:00Z", "2026-07-21T05:00:00Z");
	/* 22 November 2026 is a Sunday. */
	assert_digest(&mondays, "2026-11-22T12:00:00Z", "2026-11-23T06:00:00Z");
	assert_digest(&mondays, "2026-11-23T06:00:00Z", "2026-11-23T18:00:00Z");
	assert_digest(&mondays, "2026-11-23T18:00:00Z", "2026-11-30T06:00:00Z");
	assert_digest(&hourly, "2026-11-23T06:00:00Z", "2026-11-23T07:00:00Z");
	assert_digest(&hourly, "2026-11-23T06:59:59Z", "2026-11-23T07:00:00Z");
	assert_time(calendar_next_digest(&hourly, "Asia/Kathmandu", at("2026-11-23T06:00:00Z")),
		"2026-11-23T06:15:00Z");
}

static void test_digest_comes_once_on_days_of_23_and_25_hours(void **state)
{
	(void)state;
	/* 02:30 is skipped: at 03:00 summer time. */
	assert_digest(&half_past_two, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
	assert_digest(&half_past_two, "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
	/* 02:30 comes twice: at the first. */
	assert_digest(&half_past_two, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
	assert_digest(&half_past_two, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
	assert_digest(&mornings, "2026-03-28T06:00:00Z", "2026-03-29T05:00:00Z");
	assert_digest(&mornings, "2026-10-24T05:00:00Z", "2026-10-25T06:00:00Z");
}

static void test_quiet_is_from_its_start_to_before_its_end(void **state)
{
	(void)state;
	assert_quiet(&nights, "2026-11-20T20:59:59Z", NULL);
	assert_quiet(&nights, "2026-11-20T21:00:00Z", "2026-11-21T05:00:00Z");
	assert_quiet(&nights, "2026-11-21T04:59:59Z", "2026-11-21T05:00:00Z");
	assert_quiet(&nights, "2026-11-21T05:00:00Z", NULL);
	assert_quiet(&chained, "2026-11-20T21:00:00Z", "2026-11-21T06:00:00Z");
}

static void test_quiet_ends_by_the_clock_on_days_of_23_and_25_hours(void **state)
{
	(void)state;
	/* Seven hours long, then nine. */
	assert_quiet(&nights, "2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z");
	assert_quiet(&nights, "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z");
	/* An end that is skipped, and one that comes twice. */
	assert_quiet(&till_half_past_two, "2026-03-28T21:00:00Z", "2026-03-29T01:00:00Z");
	assert_quiet(&till_half_past_two, "2026-03-29T01:00:00Z", NULL);
	assert_quiet(&till_half_past_two, "2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z");
	assert_quiet(&till_half_past_two, "2026-10-25T01:15:00Z", NULL);
}

static void test_rate_gathers_what_is_beyond_until_its_window_ends(void **state)
{
	const struct gathering gathering = {.max_rate = {2, USEC_HOUR}};
	struct topic_gathering topic = {.due = USEC_INFINITY};
	usec start = at("2026-11-20T12:00:00Z");

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(gather_due(&gathering, &topic, start + i * USEC_MINUTE), 0);
		gather_count(&gathering, &topic, start + i * USEC_MINUTE);
	}
	assert_time(
		gather_due(&gathering, &topic, start + 2 * USEC_MINUTE), "2026-11-20T13:00:00Z");
	assert_time(gather_due(&gathering, &topic, start + USEC_HOUR - 1), "2026-11-20T13:00:00Z");
	assert_int_equal(gather_due(&gathering, &topic, start + USEC_HOUR), 0);
	gather_count(&gathering, &topic, start + USEC_HOUR);
	assert_int_equal(topic.window_count, 1);
	assert_int_equal(topic.window_start, start + USEC_HOUR);
	/* The clock is set back: no window of the future counts. */
	topic.window_count = 2;
	assert_int_equal(gather_due(&gathering, &topic, start - USEC_DAY), 0);
}

static void test_digest_and_rate_wait_for_the_end_of_quiet(void **state)
{
	const struct gathering rated = {
		.max_rate = {1, USEC_HOUR}, .quiet = &nights, .time_zone = berlin};
	const struct gathering hours = {.digest = &hourly, .quiet = &nights, .time_zone = berlin};
	struct topic_gathering topic = {.due = USEC_INFINITY};

	(void)state;
	gather_count(&rated, &topic, at("2026-11-20T20:30:00Z"));
	assert_time(gather_due(&rated, &topic, at("2026-11-20T20:40:00Z")), "2026-11-21T05:00:00Z");
	assert_time(gather_due(&hours, &topic, at("2026-11-20T20:30:00Z")), "2026-11-21T05:00:00Z");
	assert_time(gather_due(&hours, &topic, at("2026-11-20T19:30:00Z")), "2026-11-20T20:00:00Z");
	assert_time(gather_due(&hours, &topic, at("2026-11-21T02:30:00Z")), "2026-11-21T05:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest_is_the_first_time_after_now),
		cmocka_unit_test(test_digest_comes_once_on_days_of_23_and_25_hours),
		cmocka_unit_test(test_quiet_is_from_its_start_to_before_its_end),
		cmocka_unit_test(test_quiet_ends_by_the_clock_on_days_of_23_and_25_hours),
		cmocka_unit_test(test_rate_gathers_what_is_beyond_until_its_window_ends),
		cmocka_unit_test(test_digest_and_rate_wait_for_the_end_of_quiet),
	};

	return cmocka_run_group_tests(tests, need_zones, NULL);
}
