/*
 * One run of the query parser, and what its parts share: operators (query_parser.c), what they join
 * (query_operand.c), named lists (query_list.c).  Nodes live in the run's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "match/query.h"
#include "match/query_lexer.h"
#include "match/query_parser.h"
#include "match/query_words.h"

/* One run of the parser. */
struct query_run {
	struct query_words *words;
	struct lexer lexer;
	const struct query_options *options;
	struct arena *arena;
	struct query_error *error;
	unsigned depth;
	unsigned fields; /* of the field prefix we are in, or 0 */
	/* Of the `list:NAME` that is being taken up, and of what it leads to: */
	unsigned list_column; /* 0: none */
	unsigned list_end;
	unsigned list_depth;
	size_t list_terms; /* of the whole query so far */
	bool list_told;    /* the error says already in which list and term it is */
};

/* Children of AND and OR are collected here before their number is known. */
struct query_children {
	struct query_node **nodes;
	size_t count;
	size_t size;
};

/* Refuses the query for what stands at `at`.  Returns -EINVAL, or -ENOMEM without words. */
int query_run_refuse(struct query_run *run, size_t at, const char *words);

struct query_node *query_run_node(struct query_run *run, enum query_kind kind, size_t at);

/* A node of one operand, whose place in it is empty: NOT, ATLEAST.  NULL without memory. */
struct query_node *query_run_unary(
	struct query_run *run, enum query_kind kind, size_t at, unsigned number);

int query_children_add(struct query_children *children, struct query_node *node);
void query_children_clear(struct query_children *children);

/* Makes the node of one child or more; one stands for itself. */
int query_run_join(struct query_run *run, enum query_kind kind, const struct query_children *from,
	struct query_node **ret);

/* Refuses what may not stand in NEAR, or in ATLEAST (query_check.h). */
int query_run_check(struct query_run *run, const struct query_node *node, bool in_atleast);

/* Reads operands and operators, as far as they go (query_parser.c). */
int query_run_or(struct query_run *run, struct query_node **ret);

/* Reads what an operator joins: a term, a group, a field, a list (query_operand.c). */
int query_run_operand(struct query_run *run, struct query_node **ret);
