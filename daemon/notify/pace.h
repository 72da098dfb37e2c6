/*
 * Keeps a rate: at most so many attempts at once, then evenly as the rate allows (the generic cell
 * rate algorithm, which remembers one time).  Pure; times are monotonic.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "model/hook.h"

struct pace {
	usec busy_until; /* when all that went so far would be done at an even rate */
};

/* Whether one may go now: it is counted then.  Else *ret_at is when to ask again. */
bool pace_take(struct pace *pace, const struct rate *rate, usec now, usec *ret_at);
