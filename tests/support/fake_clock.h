/*
 * A clock that moves only when the test says so.  Wall clock and monotonic time advance together;
 * fake_clock_step() moves the wall clock alone, as an operator or NTP would.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

/* Wall clock `now`, monotonic time 1 h; never fails in a test (aborts out of memory). */
struct clock *fake_clock_new(usec now);
void fake_clock_free(struct clock *clock);

/* Moves time on, firing each timer at its time and in order, those set on the way included. */
void fake_clock_advance(struct clock *clock, usec duration);

/* Moves to the next timer and fires it.  Returns false if none is set within `limit`. */
bool fake_clock_next(struct clock *clock, usec limit);

/* Changes the wall clock alone. */
void fake_clock_step(struct clock *clock, int64_t difference);

/* Each look at the clock costs so much from now on: work that takes time. */
void fake_clock_set_cost(struct clock *clock, usec cost);

/* Timers that are set. */
size_t fake_clock_timers(const struct clock *clock);
