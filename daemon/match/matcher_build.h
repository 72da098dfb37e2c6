/*
 * Building an index: topics are parsed one after another, their words, terms and programs gathered
 * (index_builder), then the tables for running are laid out (index_layout).  Parts of the matcher.
 */
#pragma once

#include "match/interner.h"
#include "match/matcher.h"
#include "match/matcher_index.h"
#include "match/query_parser.h"

struct index_builder;

/* `matcher` is zeroed and is filled; on failure the caller frees it all the same. */
int index_builder_new(struct matcher *matcher, struct index_builder **ret);
void index_builder_free(struct index_builder *builder);
DEFINE_CLEANUP(index_builder_freep, struct index_builder, index_builder_free)

/* Adds one topic's program.  Returns 0, -EINVAL with *ret_error (words valid until the next call),
 * -ENOMEM, -EFBIG, -EIO. */
int index_builder_add(
	struct index_builder *builder, const struct topic *topic, struct query_error *ret_error);

/* Adds a program for each node of a query, in preorder.  Returns as index_builder_add(). */
int index_builder_add_nodes(struct index_builder *builder, const struct query_node *query);

/* Makes the specials and leaves from what was gathered. */
int index_builder_finish(struct index_builder *builder);

/* Lays out dictionaries, pairs, prefixes and postings; `places`: occurrences of all leaves are
 * wanted. */
int index_layout(struct matcher *matcher, bool places);

/* Frees what an index owns. */
void index_clear(struct matcher *matcher);
