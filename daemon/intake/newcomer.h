/*
 * A feed of which the store knew no entry before the document at hand: its entries can only be the
 * same as others of this document, which are remembered here, so that the store need not be asked
 * three times for each.  One feed at a time; another one's document, or an undone transaction, ends
 * it.  At NEWCOMER_ENTRIES_MAX entries it ends too, and the store is asked as for any feed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/identity.h"

enum {
	NEWCOMER_ENTRIES_MAX = 512,
	NEWCOMER_SLOTS = 4096, /* a power of two; three digests of each entry leave most free */
};

struct newcomer {
	int64_t feed; /* its id; 0: there is none */
	size_t count;
	uint64_t slots[NEWCOMER_SLOTS]; /* the first bytes of digests; 0: free */
};

/* The feed's first document begins; `feed` 0: none does. */
void newcomer_begin(struct newcomer *newcomer, int64_t feed);

/*
 * Notes the entry.  Returns whether it is certainly no other than itself: false where the feed is
 * not the one, or a digest was noted before.
 */
bool newcomer_note(struct newcomer *newcomer, int64_t feed, const struct identity *identity);
