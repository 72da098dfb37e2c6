/* The topics of a file, compiled, for the offline verbs; refused ones are told as §6 asks. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/macro.h"
#include "model/article.h"
#include "model/topic.h"

struct watchlist;

/* Returns 0, or an exit status, having named every faulty line and refused topic. */
int watchlist_open(const char *verb, const char *path, struct watchlist **ret);
void watchlist_free(struct watchlist *watchlist);
DEFINE_CLEANUP(watchlist_freep, struct watchlist, watchlist_free)

/* The topics in the file's order, as long as the watchlist lives. */
const struct topic *watchlist_topics(const struct watchlist *watchlist, size_t *ret_count);

/* The names of the topics that the article matches, in the file's order.  0 or -errno. */
int watchlist_run(struct watchlist *watchlist, const struct article *article, json_t **ret);

/*
 * What was found, for each of the topics that watchlist_run() named last, of the same article:
 * [{"topic", "terms": [{"term", "field", "snippet"}]}].  0 or -errno.
 */
int watchlist_explain(struct watchlist *watchlist, const struct article *article, json_t **ret);

/*
 * Why the topic of that name matches the article or not: {"topic", "query", "article", "matched",
 * "tree"} (explain.h).  0, -ENOENT without such a topic, -errno.
 */
int watchlist_explain_topic(struct watchlist *watchlist, const char *topic,
	const struct article *article, json_t **ret);

/* Whether the topics file has a topic of that name. */
bool watchlist_has_topic(const struct watchlist *watchlist, const char *topic);

/*
 * What was found of the topic of that name, [{"term", "field", "snippet"}]; NULL where the article
 * does not match it.  0 or -errno.
 */
int watchlist_try_topic(struct watchlist *watchlist, const char *topic,
	const struct article *article, json_t **ret);
