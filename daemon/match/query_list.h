/*
 * Named lists in queries: `list:NAME` stands for an OR-group of the list's terms.  They are an
 * addition to the query language, where `list:` is an unknown field.  A part of the query parser.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "match/query_run.h"

/* Whether the prefix up to `colon` is `list:`. */
bool query_list_is_meant(const struct lexer *lexer, size_t colon);

/* Reads the `list:NAME` whose ":" is at `colon`: an OR of the list's terms. */
int query_list_parse(struct query_run *run, size_t colon, struct query_node **ret);
