/*
 * The sitemaps that an index names, taken one after another within the index's round: only those
 * whose date the index did not give before, for they are asked for without validators.  The marks
 * of what was taken stay in the feed's memory.  Strings are in the caller's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/entry.h"
#include "poll/poller.h"

struct children {
	struct arena *arena;
	struct child_document wanted[CHILDREN_MAX];
	size_t count;
	size_t at;         /* the one under way is the one before */
	size_t known;      /* taken in an earlier round */
	size_t failed;     /* in this round */
	const char *words; /* of the first that failed */
	const char *marks; /* what is to be remembered; NULL: nothing */
	bool undated;      /* of some the index says no date */
	bool again;        /* some may be there another time */
};

/* `taken` are the marks of the feed's memory, or NULL.  Returns 0 or -ENOMEM. */
int children_begin(struct children *children, const struct parsed_feed *index, const char *taken,
	struct arena *arena);

/* The next one to be fetched; NULL: that was all. */
const struct child_document *children_next(struct children *children);

/*
 * What came of it: `words` say why nothing, NULL is success.  Without `again` it is not asked for
 * before its date changes.  Returns 0 or -ENOMEM.
 */
int children_done(struct children *children, const char *words, bool again);

/* Completes the round's result.  Returns 0 or -ENOMEM. */
int children_conclude(const struct children *children, struct round_result *result);
