/* Both edges of summer time, in a zone of each half of the world, and zones that are odd. */
#include "base/timezone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/datetime.h"
#include "base/macro.h"

static int64_t at(const char *text)
{
	int64_t seconds;

	assert_int_equal(datetime_parse_rfc3339(text, &seconds), 0);
	return seconds;
}

/* A local time written as if it were UTC. */
static void assert_moment(const char *zone, const char *local, const char *utc)
{
	struct timezone_visit visit;
	char text[DATETIME_SIZE];

	assert_int_equal(timezone_enter(zone, &visit), 0);
	assert_string_equal(datetime_format(timezone_from_local(at(local)), text), utc);
	timezone_leave(&visit);
}

static int need_zones(void **state)
{
	(void)state;
	if (timezone_exists("Europe/Berlin") && timezone_exists("Australia/Lord_Howe"))
		return 0;
	(void)fprintf(stderr, "skipped: the system has no zone files (tzdata)\n");
	exit(77);
}

static void test_local_times_are_moments(void **state)
{
	(void)state;
	assert_moment("Europe/Berlin", "2026-01-15T07:00:00Z", "2026-01-15T06:00:00Z");
	assert_moment("Europe/Berlin", "2026-07-15T07:00:00Z", "2026-07-15T05:00:00Z");
	assert_moment("America/New_York", "2045-07-15T07:00:00Z", "2045-07-15T11:00:00Z");
	assert_moment("Asia/Kathmandu", "2026-07-15T07:00:00Z", "2026-07-15T01:15:00Z");
	assert_moment("UTC", "2026-07-15T07:00:00Z", "2026-07-15T07:00:00Z");
}

static void test_time_that_the_clock_skips_is_the_moment_of_the_skip(void **state)
{
	(void)state;
	assert_moment("Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z");
	assert_moment("Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z");
	assert_moment("Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z");
	assert_moment("Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z");
	assert_moment("Europe/Berlin", "2026-03-29T03:30:00Z", "2026-03-29T01:30:00Z");
	/* Half an hour only. */
	assert_moment("Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z");
}

static void test_time_that_the_clock_shows_twice_is_the_first(void **state)
{
	(void)state;
	assert_moment("Europe/Berlin", "2026-10-25T01:59:00Z", "2026-10-24T23:59:00Z");
	assert_moment("Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z");
	assert_moment("Europe/Berlin", "2026-10-25T02:59:00Z", "2026-10-25T00:59:00Z");
	assert_moment("Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z");
	assert_moment("America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z");
	assert_moment("Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z");
}

static void test_zone_of_the_process_is_as_it_was(void **state)
{
	struct timezone_visit visit;

	(void)state;
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	assert_int_equal(timezone_enter("Europe/Berlin", &visit), 0);
	assert_int_equal(timezone_offset(at("2026-01-15T00:00:00Z")), 3600);
	timezone_leave(&visit);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	assert_int_equal(timezone_enter(NULL, &visit), 0);
	assert_int_equal(timezone_offset(at("2026-01-15T00:00:00Z")), 9 * 3600);
	timezone_leave(&visit);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	assert_int_equal(unsetenv("TZ"), 0);
}

static void test_names_that_are_no_zone_are_known_for_that(void **state)
{
	static const char *const wrong[] = {"", "Berlin", "Europe", "Europe/Berlin/", "../zoneinfo",
		"/etc/localtime", "Europe/Berlin ", "zone.tab", "tzdata.zi", "CET-1CEST",
		"Europe/../Europe/Berlin"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(timezone_exists(wrong[i]));
	assert_true(timezone_exists("Etc/GMT+5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local_times_are_moments),
		cmocka_unit_test(test_time_that_the_clock_skips_is_the_moment_of_the_skip),
		cmocka_unit_test(test_time_that_the_clock_shows_twice_is_the_first),
		cmocka_unit_test(test_zone_of_the_process_is_as_it_was),
		cmocka_unit_test(test_names_that_are_no_zone_are_known_for_that),
	};

	return cmocka_run_group_tests(tests, need_zones, NULL);
}
