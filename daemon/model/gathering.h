/*
 * How a topic's alerts are gathered into digests instead of going out one by one (docs/ALERTS.md
 * A7), as configured: MaxRate=, Digest=, Quiet=.  Local times are minutes after midnight.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "model/hook.h"

enum {
	DIGEST_TIMES_MAX = 24, /* of a day */
	QUIET_WINDOWS_MAX = 8,
	MINUTES_OF_DAY = 24 * 60,
	ALL_WEEKDAYS = 0x7F,
};

/* When digests go out. */
struct digest_times {
	unsigned weekdays;                  /* bits, Sunday the lowest; 0: every full hour */
	uint16_t minutes[DIGEST_TIMES_MAX]; /* rising */
	size_t count;
};

/* From `start` to before `end`, which lies on the next day where it is not later. */
struct quiet_window {
	uint16_t start;
	uint16_t end; /* MINUTES_OF_DAY: midnight */
};

/* Together they leave a part of the day. */
struct quiet_times {
	struct quiet_window windows[QUIET_WINDOWS_MAX];
	size_t count;
};

struct gathering {
	struct rate max_rate;              /* count 0: none */
	const struct digest_times *digest; /* NULL: none */
	const struct quiet_times *quiet;   /* NULL: none */
	const char *time_zone;             /* NULL: the system's */
};
