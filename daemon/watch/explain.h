/*
 * An explanation as JSON: the tree of a topic's query with a verdict, the column and the places of
 * each node, for the control socket and for the tool.  What was not found of a long OR is counted,
 * not listed, so that named lists of thousands of terms stay readable.
 */
#pragma once

#include <jansson.h>

#include "match/explanation.h"
#include "model/topic.h"

enum {
	EXPLAIN_PLACES_MAX = 3,  /* told of a node, of those that were found */
	EXPLAIN_ABSENT_MAX = 20, /* operands of an OR that were not found and are told */
	/* Levels that are told: NEARs in a row nest, and jansson reads 2048 levels at most. */
	EXPLAIN_DEPTH_MAX = 500,
};

/*
 * {"kind", "operator", "words", "column", "verdict", "found", "places": [{"field", "snippet"}],
 * "children", "omitted"}.  NULL without memory or at the arena's limit.
 */
json_t *explain_tree(const char *query, const struct explained_node *node, struct arena *arena);

/* What a topic found: a list of {"term", "field", "snippet"}.  NULL without memory. */
json_t *explain_spans(const struct match *match);
