/*
 * What a query's grammar allows but its meaning forbids (wirewatch-query(7)).  Parts of the
 * query parser.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "match/query.h"
#include "match/query_parser.h"

/*
 * Whether the node may be an operand of NEAR, or what ATLEAST counts: words, phrases, OR-groups,
 * and in NEAR groups of NEAR.  Else sets *ret_error.
 */
bool query_check_operand(
	const struct query_node *node, bool in_atleast, struct query_error *ret_error);

/* Whether the query asks for something present in all its branches; else sets *ret_error. */
bool query_check_present(const struct query_node *node, struct query_error *ret_error);

/* What to say of a prefix that is no field: the nearest one.  NULL without memory. */
const char *query_check_unknown_field(const char *name, struct arena *arena);
