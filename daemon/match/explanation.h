/*
 * Why a topic matches an article or not: its query's tree with a verdict on each node and the
 * places where it holds.  Reads the article with a small index of this one query, so costs more
 * than matching and is meant for alerts and for people.  Everything is in the caller's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "match/matcher.h"
#include "match/query.h"
#include "match/query_parser.h"
#include "model/article.h"
#include "model/topic.h"

enum {
	EXPLAINED_PLACES_MAX = 64, /* of a node; more are not told */
};

/* A part of one of the article's texts. */
struct explained_place {
	enum query_field field;
	const char *text; /* the whole text, borrowed from the article */
	size_t begin;     /* in bytes */
	size_t end;
};

struct explained_node {
	const struct query_node *node;
	bool verdict;
	/* Of terms, and of ORs and NEARs of terms, in the order of the texts. */
	struct explained_place *places;
	size_t place_count;
	struct explained_node *children; /* as many as the query node has */
};

/*
 * Explains.  Returns 0, -EINVAL with *ret_error where the query is refused, -ENOMEM (also at the
 * arena's limit), -EIO.  Uses the scratch, but what matcher_run() gave stays valid.
 */
int explanation_run(struct match_scratch *scratch, const struct topic *topic,
	const struct article *article, struct arena *arena, struct explained_node **ret,
	struct query_error *ret_error);

/* The words of a node as the query has them.  NULL at the arena's limit. */
const char *explanation_words(
	const char *query, const struct query_node *node, struct arena *arena);

/*
 * The text around a place, at most SNIPPET_BYTES (model/topic.h) and on one line, the place itself
 * in « ».  NULL at the arena's limit.
 */
const char *explanation_snippet(const struct explained_place *place, struct arena *arena);
