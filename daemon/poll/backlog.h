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
	unsigned lateness;        /* for backlog_spread() */
};

/*
 * Whether the feed was never polled, or should have been by now (also where its time is one that
 * only a wrong clock can have set).
 */
bool backlog_is_due(const struct feed_state *state, usec now);

/*
 * Sets the next times of feeds just added: a new one at its phase after it was first seen, overdue
 * ones over one interval, others as they are.  First come those that are late by the most of their
 * own intervals, in powers of two: after a downtime the most fruitful, and after many restarts
 * those that had no turn before.  `interval`: of feeds that have none yet.  Reorders `feeds`.
 */
void backlog_spread(struct waiting *feeds, size_t count, usec now, usec interval);
