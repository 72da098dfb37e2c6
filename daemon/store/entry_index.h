/*
 * The entries of one feed in memory, by link and by text, for the feeds whose ids change: made by
 * one reading of the feed's entries when the first of a document's new ids is looked for, and gone
 * with the transaction, when another feed is asked about, or when entries are forgotten.  Kept in
 * the file, these two orders would cost as much as the entries themselves, for all that is new.
 * About 100 bytes an entry, as many entries as the feed has, read anew after each commit in 0.3 us
 * an entry.  Private to store/.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/hash.h"

struct store;
struct known_entry;
struct indexed_entry;

struct entry_index {
	int64_t feed; /* 0: of none */
	struct indexed_entry *entries;
	size_t count;
	size_t size;
	uint32_t *heads; /* of the chains: places in `entries` and one; 0: none */
	size_t slots;    /* chains of a kind */
};

/*
 * The identity of the feed's entry with this link, else with this text, the one seen last of
 * several.  Returns 0, -ENOENT, or an error.  NULL or zero digests match nothing.
 */
int entry_index_find(struct store *store, int64_t feed, const struct digest *link,
	const struct digest *text, struct digest *ret);

/* The entry was saved: the index follows, where it is the feed's.  Returns 0 or -ENOMEM. */
int entry_index_note(
	struct entry_index *index, int64_t feed, const struct known_entry *entry, usec seen);

/* Frees all; the next question reads anew. */
void entry_index_forget(struct entry_index *index);
