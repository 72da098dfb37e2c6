/*
 * Keeps the story index in memory at what the store says.  A run that brings no article needs none,
 * so it is made when the first one comes: from the snapshot of the last run, and from the store for
 * what came after it, or for all where the snapshot is missing, damaged, of another version or of
 * another database.  The snapshot (`stories.snapshot` beside the database) replaces the one before
 * it whole; nothing is lost with it but time.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/macro.h"
#include "dedup/story_index.h"
#include "store/store.h"

struct story_keeper;

/* `clock` and `store` are borrowed; `directory` is copied, NULL keeps no snapshot. */
int story_keeper_new(
	struct clock *clock, struct store *store, const char *directory, struct story_keeper **ret);
void story_keeper_free(struct story_keeper *keeper);
DEFINE_CLEANUP(story_keeper_freep, struct story_keeper, story_keeper_free)

/*
 * Makes the index ready, for about `budget` of time (USEC_INFINITY: to the end).  Reading the
 * snapshot is not cut in pieces: about 1 ms for each thousand articles.  Returns 0 where it is
 * ready, 1 where there is more to do, or -errno, after which it begins anew.
 */
int story_keeper_prepare(struct story_keeper *keeper, usec budget);

/* The index; NULL until it is ready. */
struct story_index *story_keeper_index(const struct story_keeper *keeper);

/* An article was added to the store, or replaced there, with this fingerprint. */
void story_keeper_stored(struct story_keeper *keeper, const struct article_record *record);

/* The store's transaction was committed, or taken back: then the index follows. */
void story_keeper_commit(struct story_keeper *keeper);
void story_keeper_take_back(struct story_keeper *keeper);

/* Part of the transaction was taken back: the articles that were added after `last`. */
void story_keeper_undo(struct story_keeper *keeper, int64_t last);

/*
 * Writes the snapshot, unless what the store would have to tell after the last one is quicker read
 * from there.  The failure is said in the log, and costs the next start its time.
 */
void story_keeper_save(struct story_keeper *keeper);
