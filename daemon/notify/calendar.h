/*
 * Local times on the way of alerts (docs/ALERTS.md A7): when the next digest goes out, and until
 * when it is quiet.  Days of 23 and 25 hours count as the clock on the wall shows them
 * (base/timezone.h).
 */
#pragma once

#include "base/clock.h"
#include "model/gathering.h"

/* The first time of a digest after `now`.  `time_zone` NULL: the system's. */
usec calendar_next_digest(const struct digest_times *times, const char *time_zone, usec now);

/* When the quiet that there is at `now` ends, windows that follow on it included; 0: no quiet. */
usec calendar_quiet_end(const struct quiet_times *times, const char *time_zone, usec now);
