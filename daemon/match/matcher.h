/*
 * All topics compiled into one index, and articles run against it (wirewatch-query(7)).
 * The index is immutable and may be shared by threads; what a run needs is in a `match_scratch`,
 * one for each thread, which serves any matcher.  The cost of a run depends on the article and the
 * topics that could match it, not on the number of topics: each topic is filed under the rarest
 * terms without which it cannot match, and is looked at only where one of them occurs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macro.h"
#include "model/article.h"
#include "model/topic.h"

struct matcher;
struct match_scratch;

/* Why a topic was refused. */
struct matcher_error {
	size_t topic;    /* index in the topics given */
	unsigned column; /* in code points of its query, from 1 */
	char *words;     /* what is wrong and what would be right; owned */
};

struct matcher_errors {
	struct matcher_error *errors;
	size_t count;
};

void matcher_errors_clear(struct matcher_errors *errors);

/*
 * Compiles the topics, which are borrowed: they outlive the matcher.  Returns 0, -EINVAL with all
 * refused topics in *ret_errors (the caller clears it), -ENOMEM, -EIO, -EFBIG where all topics
 * together pass the index's limits (2^28 different terms).
 */
int matcher_new(const struct topic *topics, size_t count, struct matcher **ret,
	struct matcher_errors *ret_errors);

/*
 * The same by steps, for a loop that goes on between them: new, steps until one says 0, end.  What
 * was begun is freed at any time.
 */
struct matcher_building;
int matcher_building_new(const struct topic *topics, size_t count, struct matcher_building **ret);
void matcher_building_free(struct matcher_building *building);
DEFINE_CLEANUP(matcher_building_freep, struct matcher_building, matcher_building_free)

/* Compiles the next topic; refused ones are told at the end.  Returns 1 where there are more, 0 or
 * as matcher_new(). */
int matcher_building_step(struct matcher_building *building);

/* As matcher_new(). */
int matcher_building_end(
	struct matcher_building *building, struct matcher **ret, struct matcher_errors *ret_errors);

void matcher_free(struct matcher *matcher);
DEFINE_CLEANUP(matcher_freep, struct matcher, matcher_free)

/* The bytes that the index takes. */
size_t matcher_size(const struct matcher *matcher);

/* Returns 0, -ENOMEM or -EIO. */
int match_scratch_new(struct match_scratch **ret);
void match_scratch_free(struct match_scratch *scratch);
DEFINE_CLEANUP(match_scratch_freep, struct match_scratch, match_scratch_free)

/*
 * Finds the topics that the article matches: their indices in rising order, borrowed from the
 * scratch until its next run.  Topic.feeds is not looked at.  Returns 0, -ENOMEM or -EIO.
 */
int matcher_run(const struct matcher *matcher, struct match_scratch *scratch,
	const struct article *article, const uint32_t **ret_topics, size_t *ret_count);

/*
 * Says what was found of a topic that the article matches: terms, fields, snippets (model/topic.h),
 * in the arena.  Reads the article anew: for alerts, not for every match.  What matcher_run() gave
 * stays valid.  Returns 0, -ENOMEM or -EIO.  explanation.h tells more, also of what did not match.
 */
int matcher_explain(const struct matcher *matcher, struct match_scratch *scratch, size_t topic,
	const struct article *article, struct arena *arena, struct match *ret);
