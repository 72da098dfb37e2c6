/*
 * Feeds that are to be polled now, or never were: spread over an interval, the most fruitful first,
 * so that neither a start nor a downtime makes a storm (docs/POLLING.md P12).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/feed.h"

struct waiting {
	const struct feed *feed;
	struct feed_state *state; /* next_poll is set */
	usec passed_over;         /* for backlog_spread() */
};

/*
 * Whether the feed was never polled, or should have been by now (also where its time is one that
 * only a wrong clock can have set).
 */
bool backlog_is_due(const struct feed_state *state, usec now);

/*
 * Sets the next times of feeds just added: a new one at its phase after it was first seen, overdue
 * ones over one interval, the most fruitful first, others as they are.  Overdue ones that had no
 * turn though others were polled since come before all.  Reorders `feeds`.
 */
void backlog_spread(struct waiting *feeds, size_t count, usec now, usec interval);
