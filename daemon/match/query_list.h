/*
 * Named lists in queries: `list:NAME` stands for an OR-group of the list's terms.  They are an
 * addition to the query language, where `list:` is an unknown field.  A part of the query parser.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "match/query_lexer.h"
#include "model/topic.h"

/* Whether the prefix up to `colon` is `list:`. */
bool query_list_is_meant(const struct lexer *lexer, size_t colon);

/*
 * Finds the list whose name, bare or in quotes, begins at `start`, and moves behind the name.
 * Returns 0, -EINVAL with *ret_words (what is wrong, and the nearest name), -ENOMEM.
 */
int query_list_find(struct lexer *lexer, size_t start, const struct term_lists *lists,
	struct arena *arena, const struct term_list **ret, const char **ret_words);

/* The code points of valid UTF-8, in the arena.  Returns 0 or -ENOMEM. */
int query_list_decode(
	const char *text, struct arena *arena, uint32_t **ret_chars, size_t *ret_count);
