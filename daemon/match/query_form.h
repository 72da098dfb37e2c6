/*
 * Queries written anew from their trees: a part of a query as a query of its own, and a key that is
 * equal for queries which mean the same but for order, repetition, parentheses and boosts.
 */
#pragma once

#include "base/arena.h"
#include "match/query.h"

/*
 * The node of `query` as a query of its own, with the field that stands before it or around it.
 * NULL at the arena's limit.
 */
const char *query_form_text(const char *query, const struct query_node *node, struct arena *arena);

/* The key of a query without regard to how it is written.  NULL at the arena's limit. */
const char *query_form_key(const struct query_node *node, struct arena *arena);

/* A field with its colon ("title:"), or "" for title and body, which need none. */
const char *query_form_prefix(const struct query_node *node, struct arena *arena);
