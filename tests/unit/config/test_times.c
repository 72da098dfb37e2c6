/* Digest=, Quiet=, Spread= and MaxRate= as users write them, right and wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/values.h"
#include "model/topic.h"

enum {
	ARENA_BYTES = 1024 * 1024,
};

static int set_up(void **state)
{
	return arena_new(ARENA_BYTES, (struct arena **)state);
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static int parse(struct arena *arena, value_parse_fn fn, const char *value, void *target)
{
	struct value_context context = {.arena = arena, .folder = "/", .least = 2, .most = 1000000};
	int r = fn(value, target, &context);

	if (r == -EINVAL)
		assert_non_null(context.words);
	return r;
}

static const struct digest_times *digest(struct arena *arena, const char *value)
{
	const struct digest_times *times = NULL;

	assert_int_equal(parse(arena, value_digest, value, &times), 0);
	return times;
}

static void test_digests_are_hourly_daily_or_weekly(void **state)
{
	const struct digest_times *times;

	times = digest(*state, "hourly");
	assert_int_equal(times->weekdays, 0);
	times = digest(*state, "daily 07:00");
	assert_int_equal(times->weekdays, ALL_WEEKDAYS);
	assert_int_equal(times->count, 1);
	assert_int_equal(times->minutes[0], 7 * 60);
	times = digest(*state, "daily 19:30 7:00 19:30 0:00");
	assert_int_equal(times->count, 3);
	assert_int_equal(times->minutes[0], 0);
	assert_int_equal(times->minutes[1], 7 * 60);
	assert_int_equal(times->minutes[2], 19 * 60 + 30);
	times = digest(*state, "weekly Mon thursday 07:00");
	assert_int_equal(times->weekdays, 1 << 1 | 1 << 4);
}

static void test_digests_that_make_no_sense_are_refused(void **state)
{
	static const char *const wrong[] = {"", "daily", "07:00", "hourly 07:00", "weekly 07:00",
		"weekly Mon", "daily 24:00", "daily 7", "daily 7:0", "daily 07:60", "daily 07:00h",
		"daily Mon 07:00", "weekly Mo 07:00", "monthly 1 07:00", "daily 07:00,19:00",
		("daily 0:00 0:01 0:02 0:03 0:04 0:05 0:06 0:07 0:08 0:09 0:10 0:11 0:12 0:13 0:14 "
		 "0:15 0:16 0:17 0:18 0:19 0:20 0:21 0:22 0:23 0:24")};
	const struct digest_times *times = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse(*state, value_digest, wrong[i], &times), -EINVAL);
	assert_null(times);
}

static void test_quiet_hours_may_pass_midnight(void **state)
{
	const struct quiet_times *quiet = NULL;

	assert_int_equal(parse(*state, value_quiet, "22:00-06:00 12:00-13:30", &quiet), 0);
	assert_int_equal(quiet->count, 2);
	assert_int_equal(quiet->windows[0].start, 22 * 60);
	assert_int_equal(quiet->windows[0].end, 6 * 60);
	assert_int_equal(quiet->windows[1].end, 13 * 60 + 30);
	assert_int_equal(parse(*state, value_quiet, "18:00-24:00", &quiet), 0);
	assert_int_equal(quiet->windows[0].end, MINUTES_OF_DAY);
	assert_int_equal(parse(*state, value_quiet, "00:00-23:59", &quiet), 0);
}

static void test_quiet_that_never_ends_is_refused(void **state)
{
	static const char *const wrong[] = {"", "22:00", "22:00-", "-06:00", "22:00-22:00",
		"00:00-24:00", "24:00-06:00", "22:00-06:00-07:00", "22-6",
		"12:00-00:00 00:00-12:00", "06:00-22:00 22:00-06:00",
		("0:00-0:01 1:00-1:01 2:00-2:01 3:00-3:01 4:00-4:01 5:00-5:01 6:00-6:01 7:00-7:01 "
		 "8:00-8:01")};
	const struct quiet_times *quiet = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse(*state, value_quiet, wrong[i], &quiet), -EINVAL);
	assert_null(quiet);
}

static void test_spread_is_a_few_rising_numbers(void **state)
{
	static const char *const wrong[] = {"", "0", "1", "3 3", "10 3", "3,10", "three", "-3",
		"2 3 4 5 6 7 8 9 10", "2000000"};
	const unsigned *spread = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(parse(*state, value_spread, wrong[i], &spread), -EINVAL);
	assert_null(spread);
	assert_int_equal(parse(*state, value_spread, "3 10 30", &spread), 0);
	assert_int_equal(spread[0], 3);
	assert_int_equal(spread[2], 30);
	assert_int_equal(spread[3], 0);
	assert_int_equal(parse(*state, value_spread, "2 3 4 5 6 7 8 9", &spread), 0);
	assert_int_equal(spread[SPREAD_MAX], 0);
}

static void test_time_zone_is_one_that_the_system_knows(void **state)
{
	const char *zone = NULL;

	assert_int_equal(parse(*state, value_time_zone, "UTC", &zone), 0);
	assert_string_equal(zone, "UTC");
	assert_int_equal(parse(*state, value_time_zone, "Mars/Olympus", &zone), -EINVAL);
	assert_string_equal(zone, "UTC");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_digests_are_hourly_daily_or_weekly),
		TEST(test_digests_that_make_no_sense_are_refused),
		TEST(test_quiet_hours_may_pass_midnight),
		TEST(test_quiet_that_never_ends_is_refused),
		TEST(test_spread_is_a_few_rising_numbers),
		TEST(test_time_zone_is_one_that_the_system_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
