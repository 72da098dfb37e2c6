/*
 * Time spans as in systemd.time(7): "1h 30min", "5min", "90" (seconds), "1.5h", "infinity".
 */
#pragma once

#include "base/clock.h"

enum {
	TIMESPAN_SIZE = 64,
};

/* Returns 0 or -EINVAL (no span, an unknown unit, or too long for a usec). */
int timespan_parse(const char *text, usec *ret);

/* Writes the span in its units, largest first, and returns `ret`. */
char *timespan_format(usec span, char ret[TIMESPAN_SIZE]);
