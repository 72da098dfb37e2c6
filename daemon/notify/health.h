/*
 * Which health events a poll of a feed makes (docs/ALERTS.md A8), from the feed's state before and
 * after it.  Nothing else is remembered: what was told before follows from the states, so that a
 * restart neither repeats nor forgets.  Pure.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "model/alert.h"
#include "model/feed.h"

enum {
	HEALTH_FAILURES_LEAST = 3, /* in a row, and over at least HEALTH_FAILING_LEAST */
	HEALTH_SILENT_GAPS = 5,    /* nothing new for so many times the feed's rhythm */
	HEALTH_EVENTS_MAX = 4,     /* of one poll */
	HEALTH_TELLINGS_MAX = 20,  /* of one outage; the last after sixty years */
};

/* The first feed.failing; the next ones after twice, four times ... as long. */
#define HEALTH_FAILING_LEAST USEC_HOUR

/*
 * Writes the events to `ret` in the order in which they are told and returns how many.  `rhythm` is
 * the usual time between entries, 0 unknown.  The poll's time is after->last_poll.
 */
size_t health_events(const struct feed_state *before, const struct feed_state *after, usec rhythm,
	enum event_type ret[HEALTH_EVENTS_MAX]);
