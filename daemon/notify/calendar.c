#include "notify/calendar.h"

#include <stdbool.h>

#include "base/timezone.h"

enum {
	DAY_SECONDS = 24 * 60 * 60,
	HOUR_SECONDS = 60 * 60,
	WEEKDAY_OF_EPOCH = 4, /* 1 January 1970 was a Thursday */
	DAYS_AHEAD = 8,       /* a weekly time of today may be over */
};

/* Years beyond are no times of ours; local times need some room. */
#define SECONDS_MAX ((int64_t)1 << 40)

static int64_t seconds_of(usec time)
{
	usec seconds = time / USEC_SEC;

	return seconds < (usec)SECONDS_MAX ? (int64_t)seconds : SECONDS_MAX;
}

static int64_t floor_day(int64_t local)
{
	return (local >= 0 ? local : local - (DAY_SECONDS - 1)) / DAY_SECONDS;
}

static int64_t local_day(int64_t utc)
{
	return floor_day(utc + timezone_offset(utc));
}

static int64_t moment_of(int64_t day, unsigned minute)
{
	return timezone_from_local(day * DAY_SECONDS + (int64_t)minute * 60);
}

static bool is_on(const struct digest_times *times, int64_t day)
{
	return times->weekdays >> (unsigned)((day + WEEKDAY_OF_EPOCH) % 7) & 1U;
}

/* The next hour as the wall clock shows it: some zones lie half an hour off. */
static int64_t next_hour(int64_t now)
{
	int64_t local = now + timezone_offset(now);

	return now + HOUR_SECONDS - (local % HOUR_SECONDS + HOUR_SECONDS) % HOUR_SECONDS;
}

static int64_t next_time(const struct digest_times *times, int64_t now)
{
	int64_t today = local_day(now);

	for (int64_t day = today; day < today + DAYS_AHEAD; day++)
		for (size_t i = 0; is_on(times, day) && i < times->count; i++) {
			int64_t moment = moment_of(day, times->minutes[i]);

			if (moment > now)
				return moment;
		}
	return now + (int64_t)7 * DAY_SECONDS; /* of no zone that is known */
}

usec calendar_next_digest(const struct digest_times *times, const char *time_zone, usec now)
{
	struct timezone_visit visit;
	int64_t seconds = seconds_of(now);

	if (timezone_enter(time_zone, &visit) < 0)
		return usec_add(now, USEC_HOUR); /* out of memory: late by no more than this */
	seconds = times->weekdays == 0 ? next_hour(seconds) : next_time(times, seconds);
	timezone_leave(&visit);
	return (usec)seconds * USEC_SEC;
}

/* The end of the window that began on the day, if it holds `now`; 0. */
static int64_t end_of_window(const struct quiet_window *window, int64_t day, int64_t now)
{
	int64_t end_day = window->end > window->start ? day : day + 1;
	int64_t end;

	if (now < moment_of(day, window->start))
		return 0;
	end = moment_of(end_day, window->end);
	return now < end ? end : 0;
}

static int64_t end_of_any(const struct quiet_times *times, int64_t now)
{
	int64_t today = local_day(now);
	int64_t latest = 0;

	for (size_t i = 0; i < times->count; i++)
		for (int64_t day = today - 1; day <= today; day++) {
			int64_t end = end_of_window(&times->windows[i], day, now);

			latest = end > latest ? end : latest;
		}
	return latest;
}

usec calendar_quiet_end(const struct quiet_times *times, const char *time_zone, usec now)
{
	struct timezone_visit visit;
	int64_t seconds = seconds_of(now);
	int64_t end = 0;

	if (timezone_enter(time_zone, &visit) < 0)
		return 0;
	/* They leave a part of the day: so many follow on each other at most. */
	for (size_t i = 0; i <= 2 * times->count; i++) {
		int64_t next = end_of_any(times, end > 0 ? end : seconds);

		if (next == 0)
			break;
		end = next;
	}
	timezone_leave(&visit);
	return (usec)end * USEC_SEC;
}
