/* From the tokens of a text to the leaves that occur in it.  A part of the matcher. */
#pragma once

#include "match/match_scratch.h"
#include "match/matcher_index.h"

/*
 * Notes all leaves that occur in the tokens of a text of `field`, whose first token has the
 * position `base`.  Returns 0 or -ENOMEM.
 */
int find_leaves(const struct matcher *matcher, struct match_scratch *scratch,
	const struct token_list *tokens, unsigned field, uint32_t base);
