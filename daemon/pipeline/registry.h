/*
 * What the store knows a configuration by: a row for each topic and feed.  What the running
 * configuration has is known by now, so that a reload costs as much as it changes.
 */
#pragma once

#include "config/config.h"
#include "poll/poller.h"
#include "store/store.h"

/* All borrowed. */
struct registry {
	struct clock *clock;
	struct store *store;
	struct poller *poller;
};

/*
 * Stores the topics that are not in `running` (NULL: no configuration is); to be committed. Returns
 * 0 or an error.
 */
int registry_store_topics(
	const struct registry *registry, const struct config *running, const struct config *config);

/*
 * Before a reload: stores what is new in `config`, all of it or nothing; to be committed.  Returns
 * 0 or an error.
 */
int registry_store(
	const struct registry *registry, const struct config *running, const struct config *config);

/* Hands the feeds to the poller, those that it has not with their stored states. */
int registry_add_feeds(const struct registry *registry, const struct config *config);
