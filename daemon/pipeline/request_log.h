/*
 * The log of requests, for `wirewatch audit`: a round's request goes in with the feed's state, the
 * oldest go a few at a time.
 */
#pragma once

#include <stdbool.h>

#include "poll/poller.h"
#include "store/store.h"

/*
 * Adds the round's request, if it was one, and notes its key in the new state, which is not stored
 * yet.  Returns 0 or an error.
 */
int request_log_add(struct store *store, const struct round *round,
	const struct round_result *result, struct arena *arena, struct feed_state *state);

/* Forgets some of what is too old or too much; returns whether there may be more. */
bool request_log_forget(struct store *store, usec now);
