/*
 * The words, phrases and regular expressions of a query: cut into tokens as an article's text is
 * (wirewatch-query(7)), compiled once to see whether PCRE2 takes them.  One for each thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macro.h"
#include "match/query.h"
#include "match/query_parser.h"

struct query_words;

/* The characters [start, end) of a query, without quotes, slashes and boost. */
struct query_source {
	const uint32_t *chars;
	size_t start;
	size_t end;
	bool phrase;
};

/* Returns 0 or -ENOMEM. */
int query_words_new(struct query_words **ret);
void query_words_free(struct query_words *words);
DEFINE_CLEANUP(query_words_freep, struct query_words, query_words_free)

/* Sets the tokens of `node`.  Returns 0, -EINVAL with *ret_error, -ENOMEM, -EIO. */
int query_words_read(struct query_words *words, const struct query_source *source,
	enum query_mode mode, struct arena *arena, struct query_node *node,
	struct query_error *ret_error);

/* Sets the pattern of `node`, whose other members are set.  Returns as query_words_read(). */
int query_words_regex(struct query_words *words, const struct query_source *source,
	struct arena *arena, struct query_node *node, struct query_error *ret_error);
