/*
 * The requests that other feeds made to a feed's host, from the store's log: for the audit of P11.
 * By the host's name; which names share an address the log does not say.  What is looked at is
 * bounded, so that a host with thousands of feeds does not hold the loop up.
 */
#pragma once

#include "commands/commands.h"
#include "poll/audit.h"

enum {
	NEIGHBOURS_LOOKED_AT = 1000, /* requests, the newest of each feed */
};

/*
 * Fills the neighbours of the terms, as far back as `from` where the bound lets it.  The list is
 * the arena's, names are the configuration's.  Returns 0 or an error.
 */
int feed_neighbours(const struct command_context *context, const struct feed *feed, usec from,
	struct arena *arena, struct audit_terms *terms);
