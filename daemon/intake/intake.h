/*
 * Where entries become articles, articles join stories, and alerting is told.  All writes go
 * to the store's open transaction; the story index in memory follows it (story_keeper.h).
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "config/config.h"
#include "match/matcher.h"
#include "model/entry.h"
#include "model/feed.h"
#include "model/web_page.h"
#include "poll/poller.h"
#include "store/store.h"

struct intake;

/* `clock` and `store` are borrowed; a snapshot of the story index is kept in `state_directory`
 * (copied; NULL: none). */
int intake_new(
	struct clock *clock, struct store *store, const char *state_directory, struct intake **ret);
void intake_free(struct intake *intake);
DEFINE_CLEANUP(intake_freep, struct intake, intake_free)

/* As story_keeper_prepare(); without it the first intake_take() begins. */
int intake_prepare(struct intake *intake, usec budget);

/* The store's transaction is committed, or was taken back: memory follows. */
void intake_commit(struct intake *intake);
void intake_take_back(struct intake *intake);

/* Keeps for the next start what it would else read from the store article by article. */
void intake_save(struct intake *intake);

/* Sets what is watched.  The configuration is borrowed, the matcher taken over. */
int intake_configure(struct intake *intake, const struct config *config, struct matcher *matcher);

/* What taking a document's entries in came to so far; starts as INTAKE_PROGRESS_INIT. */
struct intake_progress {
	size_t taken;   /* entries that are done */
	size_t fresh;   /* new ones among them */
	size_t alerts;  /* made */
	size_t waiting; /* entries that wait for their pages */
	int64_t newest; /* date of the newest entry; DATE_NONE */
};

#define INTAKE_PROGRESS_INIT ((struct intake_progress){.newest = DATE_NONE})

/*
 * Takes entries of one document, oldest first, for about `budget` of time, so that no turn of the
 * loop is long.  What one call takes is stored all or none: within a savepoint of the open
 * transaction.  Returns 1 where there is more to take (or to read before: story_keeper.h), 0 at the
 * end, or -errno; then *progress is as before, and what came before can still be committed, unless
 * the store says otherwise there (store_savepoint_release()).
 */
int intake_take(struct intake *intake, const struct feed *feed, const struct feed_state *state,
	const struct parsed_feed *parsed, usec budget, struct intake_progress *progress);

/* What became of the web page of an entry that waited for it. */
struct waited {
	int64_t id;                  /* store_waiting_get()'s */
	struct digest identity;      /* likewise */
	const struct web_page *page; /* NULL: the feed's text is taken */
	const char *note;            /* ... and why, in a word or two */
};

/*
 * Takes the entry in that waited, with its page's text where there is one, and forgets that it
 * waits; all or nothing of it.  Returns as intake_take() does, 1 where the stories are to be read
 * before and nothing was taken.
 */
int intake_take_waiting(struct intake *intake, const struct feed *feed,
	const struct feed_state *state, const struct parsed_feed *parsed,
	const struct waited *waited, usec budget, struct intake_progress *progress);

/*
 * Tells held updates and digests that are due, some at a time, all or none.  Returns how many
 * alerts were made, or -errno.
 */
int intake_release(struct intake *intake);

/* As alerting_next_release(). */
int intake_next_release(struct intake *intake, usec *ret);

/*
 * Forgets what Keep= and Remember= no longer cover, a small step at a time, all or nothing of it.
 * Returns whether there may be more to forget now, or -errno.
 */
int intake_prune(struct intake *intake);
