/*
 * Whether one part of a query implies another: every article that has the one has the other too,
 * whatever it says.  Judged by the form of the two alone, so that "no" means "not known".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "match/query.h"

enum {
	/* Comparisons of two parts: bounds the work on queries made to be slow. */
	IMPLIES_STEPS_MAX = 2 * 1000 * 1000,
};

/* `*steps` is what is left of IMPLIES_STEPS_MAX; at 0 nothing is known any more. */
bool query_implies(const struct query_node *node, const struct query_node *other, size_t *steps);
