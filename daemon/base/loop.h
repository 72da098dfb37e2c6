/*
 * The daemon's event loop: libevent's, with a bound on how long it goes on with what is ready
 * before it looks at timers, signals and sockets again.
 */
#pragma once

#include "base/clock.h"

struct event_base;

/*
 * Of one turn; a single callback may take longer.  Sixty transfers that answer at once take a
 * fraction of it each, and several times as much together.
 */
#define LOOP_TURN_MOST (5 * USEC_MSEC)

/* To be freed by event_base_free(); NULL: out of memory. */
struct event_base *loop_new(void);
