/*
 * Local times of a time zone by the C library and the system's zone files (tzset(3)), so that
 * updates of these are followed.  A zone is entered, asked and left, all on one thread and without
 * nesting; the process's own zone is as it was afterwards.
 *
 * A local time that the clock shows twice (it is set back) is the first of the two; one that it
 * skips (it is set forward) is the moment of the skip.  So every local time is one moment, and
 * later local times are never earlier moments.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	TIMEZONE_NAME_MAX = 64, /* bytes; the longest of the database has 32 */
};

/* Whether the system knows the zone ("Europe/Berlin"). */
bool timezone_exists(const char *name);

struct timezone_visit {
	char *before; /* TZ= before, or NULL */
	bool changed;
};

/* NULL is the system's own zone.  Returns 0 or -ENOMEM. */
int timezone_enter(const char *name, struct timezone_visit *ret);
void timezone_leave(struct timezone_visit *visit);

/* Seconds east of UTC at the moment, of the zone that was entered. */
int64_t timezone_offset(int64_t utc);

/* The moment of a local time, which is given as if it were UTC. */
int64_t timezone_from_local(int64_t local);
