/*
 * What articles mean to the topics that they match: an alert now, one held back, or nothing
 * (docs/ALERTS.md).  Policy decides (notify/policy.h); here its facts are gathered and its
 * decision is stored, in the store's open transaction.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/macro.h"
#include "config/config.h"
#include "match/matcher.h"
#include "model/article.h"
#include "model/feed.h"
#include "model/story.h"
#include "store/store.h"

struct alerting;

/* An article with its story and how it came to be there; all borrowed. */
struct news {
	const struct feed *feed;
	const struct feed_state *state; /* before this poll */
	const char *feed_title;         /* or NULL */
	const struct article *article;
	const struct story *story; /* as it is with the article */
	uint32_t sites_before;     /* that carried the story without it */
	const struct verdict *verdict;
	usec now;
};

/* `store` is borrowed. */
int alerting_new(struct store *store, struct alerting **ret);
void alerting_free(struct alerting *alerting);
DEFINE_CLEANUP(alerting_freep, struct alerting, alerting_free)

/*
 * Sets what is watched; the store has the topics (store_topic_ensure()).  The configuration is
 * borrowed, the matcher taken over.
 */
int alerting_configure(
	struct alerting *alerting, const struct config *config, struct matcher *matcher);

/*
 * An article is about to be taken in.  Where the clock was set back since the one before, topics
 * begin no later than it: a story that begins with it is none of before them.  Returns 0 or -errno.
 */
int alerting_follow_clock(struct alerting *alerting, usec now);

/* The store took something back: perhaps how topics followed the clock. */
void alerting_take_back(struct alerting *alerting);

/* The topics that the article matches and whose Feeds= take the feed: indices, in the arena. */
int alerting_match(struct alerting *alerting, const struct feed *feed,
	const struct article *article, struct arena *arena, uint32_t **ret, size_t *ret_count);

/*
 * Decides what the news mean to the topic and stores that.  Returns 1 where an alert was made, 0,
 * or -errno.
 */
int alerting_tell(struct alerting *alerting, const struct news *news, uint32_t topic);

/*
 * A5: tells the topics that know the story and are not among these, which the article matches, that
 * it has spread.  Returns how many alerts were made, or -errno.
 */
int alerting_spread(struct alerting *alerting, const struct news *news, const uint32_t *matched,
	size_t count, struct arena *arena);

/*
 * Tells the updates that were held back and the digests that are due, some at a time.  Returns how
 * many alerts were made, or -errno.
 */
int alerting_release(struct alerting *alerting, usec now);

/* When there is something to release next (wall clock); USEC_INFINITY: nothing waits. */
int alerting_next_release(struct alerting *alerting, usec *ret);
