/*
 * Queries to trees, or to an error with its column and the nearest valid form (wirewatch-query(7),
 * ERRORS).  A parser holds scratch room: one for each thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/macro.h"
#include "match/query.h"
#include "model/topic.h"

struct query_parser;

struct query_options {
	bool stem;                      /* Stem=english */
	bool regex;                     /* Regex=yes */
	const struct term_lists *lists; /* borrowed; NULL or none: `list:` is an unknown field */
};

struct query_error {
	unsigned column;   /* in code points of the query, from 1 */
	const char *words; /* what is wrong and what would be right; in the arena or static */
};

/* Returns 0, -ENOMEM or -EIO where ICU's data cannot be had. */
int query_parser_new(struct query_parser **ret);
void query_parser_free(struct query_parser *parser);
DEFINE_CLEANUP(query_parser_freep, struct query_parser, query_parser_free)

/*
 * Parses valid UTF-8 into a tree in `arena`.  Returns 0, -EINVAL with *ret_error, -ENOMEM (also at
 * the arena's limit), -EIO.
 */
int query_parser_run(struct query_parser *parser, const char *query,
	const struct query_options *options, struct arena *arena, struct query_node **ret,
	struct query_error *ret_error);
