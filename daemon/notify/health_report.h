/*
 * Puts health events into the store as alerts with their deliveries, in the open transaction: what
 * a poll changed and what is told of it are committed together (docs/ARCHITECTURE.md 1 and 2).
 */
#pragma once

#include "model/feed.h"
#include "store/store.h"

/* A poll of a feed. */
struct health_poll {
	const struct feed *feed;
	const struct feed_state *before;
	const struct feed_state *after;
	usec rhythm; /* usual time between entries; 0 unknown */
	usec leapt;  /* of the time since its last news: so much the clock leapt over */
};

/* Both return the number of alerts made (0 without hooks), or an error of the store. */
int health_report_poll(
	struct store *store, const struct health_poll *poll, const char *const *hooks);

/* `words` say why the hook fails; NULL: it works again. */
int health_report_hook(struct store *store, const char *hook, const char *words, usec now,
	const char *const *hooks);
