/*
 * Time, asked for in one place so that a test can set it (tests/support/fake_clock.h), and timers
 * that run on it.  `usec` counts microseconds: wall-clock times since 1970 UTC, or a monotonic
 * time, which never steps, for waiting.  All calls are made on the loop's thread.
 */
#pragma once

#include <stdint.h>

#include "base/macro.h"

typedef uint64_t usec;

#define USEC_INFINITY UINT64_MAX
#define USEC_MSEC ((usec)1000)
#define USEC_SEC (1000 * USEC_MSEC)
#define USEC_MINUTE (60 * USEC_SEC)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)

#define CLOCK_STEP_LEAST (2 * USEC_SEC)

struct clock;
struct clock_timer;
struct event_base;

typedef void (*clock_timer_fn)(void *userdata);

/* What a clock is made of; the members of a timer are its implementation's. */
struct clock_ops {
	usec (*now)(struct clock *clock);
	usec (*monotonic)(struct clock *clock);
	int (*timer_new)(
		struct clock *clock, clock_timer_fn fn, void *userdata, struct clock_timer **ret);
	void (*timer_set)(struct clock_timer *timer, usec at_monotonic);
	void (*timer_free)(struct clock_timer *timer);
};

struct clock {
	const struct clock_ops *ops;
};

/* The system's clock; timers run on `base`, which outlives it (NULL: no timers can be made). */
int clock_new_system(struct event_base *base, struct clock **ret);
void clock_free_system(struct clock *clock);
DEFINE_CLEANUP(clock_free_systemp, struct clock, clock_free_system)

/* Wall-clock time. */
usec clock_now(struct clock *clock);

/* Monotonic time. */
usec clock_monotonic(struct clock *clock);

/* Makes a timer, not yet set.  `fn` is called once for each clock_timer_set(). */
int clock_timer_new(
	struct clock *clock, clock_timer_fn fn, void *userdata, struct clock_timer **ret);

/* Sets or moves the timer; a time in the past fires in the next turn; USEC_INFINITY unsets. */
void clock_timer_set(struct clock *clock, struct clock_timer *timer, usec at_monotonic);

/* As clock_timer_set(), `delay` from now. */
void clock_timer_in(struct clock *clock, struct clock_timer *timer, usec delay);

/* Takes NULL. */
void clock_timer_free(struct clock *clock, struct clock_timer *timer);

/* The wall clock's distance to the monotonic one: clock_stepped() finds the steps of the former. */
int64_t clock_offset(struct clock *clock);

/*
 * By how much the wall clock was stepped since *offset was noted, which is then noted anew; less
 * than CLOCK_STEP_LEAST is none, for clocks are also slewed.
 */
int64_t clock_stepped(struct clock *clock, int64_t *offset);

/* a + b, or USEC_INFINITY where that overflows. */
usec usec_add(usec a, usec b);

/* a - b, or 0, the beginning of time, where that is less. */
usec usec_before(usec a, usec b);
