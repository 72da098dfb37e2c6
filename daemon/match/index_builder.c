#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "match/matcher_build.h"
#include "match/program.h"
#include "match/query_parser.h"

enum {
	TREE_BYTES_MAX = 256 * 1024 * 1024, /* of one query's tree */
	LEAF_BYTES_MAX = 16 * QUERY_CHARS_MAX,
};

struct index_builder {
	struct matcher *matcher;
	struct query_parser *parser;
	struct arena *arena;
	struct interner leaves;
	struct buffer leaf;    /* the one being made */
	struct buffer special; /* the one being made */
	size_t code_size;
	size_t program_size;
	size_t regex_size;
};

/* A special atom as the interner sees it, followed by its text. */
struct special_record {
	uint32_t key; /* of the word or stem it hangs on; ATOM_NONE: a wildcard */
	uint32_t after;
	uint8_t before;
	uint8_t mode;
	uint8_t rest;
	uint8_t one;
};

/* A leaf as the interner sees it, followed by its atoms. */
struct leaf_record {
	uint32_t fields;
};

int index_builder_new(struct matcher *matcher, struct index_builder **ret)
{
	_cleanup_(index_builder_freep) struct index_builder *builder = calloc(1, sizeof(*builder));
	int r;

	if (!builder)
		return -ENOMEM;
	builder->matcher = matcher;
	interner_init(&matcher->words.texts);
	interner_init(&matcher->stems.texts);
	interner_init(&matcher->special_texts);
	interner_init(&builder->leaves);
	builder->leaf = BUFFER_INIT(LEAF_BYTES_MAX);
	builder->special = BUFFER_INIT(LEAF_BYTES_MAX);
	r = arena_new(TREE_BYTES_MAX, &builder->arena);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(builder);
	return 0;
}

void index_builder_free(struct index_builder *builder)
{
	if (!builder)
		return;
	query_parser_free(builder->parser);
	arena_free(builder->arena);
	interner_clear(&builder->leaves);
	buffer_free(&builder->leaf);
	buffer_free(&builder->special);
	free(builder);
}

static int add_word(struct index_builder *builder, uint32_t word)
{
	struct matcher *matcher = builder->matcher;
	int r;

	r = array_grow((void **)&matcher->code, &builder->code_size, matcher->code_count,
		sizeof(*matcher->code));
	if (r < 0)
		return r;
	matcher->code[matcher->code_count++] = word;
	return 0;
}

static int special_atom(
	struct index_builder *builder, const struct query_token *token, uint32_t *ret)
{
	struct matcher *matcher = builder->matcher;
	struct special_record record = {
		.key = ATOM_NONE,
		.after = token->after,
		.before = token->before,
		.mode = (uint8_t)token->mode,
		.rest = token->rest,
		.one = token->one,
	};
	struct buffer *text = &builder->special;
	uint32_t number;
	int r = 0;

	if (token->mode == MODE_STEMMED)
		r = interner_add(&matcher->stems.texts, token->text, token->length, &record.key);
	else if (!token->rest && !token->one)
		r = interner_add(
			&matcher->words.texts, token->folded, token->folded_length, &record.key);
	if (r < 0)
		return r;
	buffer_reset(text);
	(void)buffer_add(text, &record, sizeof(record));
	r = buffer_add(text, token->text, token->length);
	if (r >= 0)
		r = interner_add(&matcher->special_texts, text->bytes, text->length, &number);
	if (r < 0)
		return r;
	*ret = ATOM_SPECIAL | number;
	return 0;
}

/* The number of the token's condition. */
static int atom_number(
	struct index_builder *builder, const struct query_token *token, uint32_t *ret)
{
	if (token->mode != MODE_FOLDED || token->rest || token->one || token->before ||
		token->after)
		return special_atom(builder, token, ret);
	return interner_add(&builder->matcher->words.texts, token->text, token->length, ret);
}

static int leaf_number(struct index_builder *builder, const struct query_node *node, uint32_t *ret)
{
	struct leaf_record record = {.fields = node->fields};
	int r;

	buffer_reset(&builder->leaf);
	r = buffer_add(&builder->leaf, &record, sizeof(record));
	for (size_t i = 0; i < node->token_count && r >= 0; i++) {
		uint32_t atom;

		r = atom_number(builder, &node->tokens[i], &atom);
		if (r >= 0)
			r = buffer_add(&builder->leaf, &atom, sizeof(atom));
	}
	if (r < 0)
		return r;
	builder->matcher->fields |= node->fields;
	return interner_add(&builder->leaves, builder->leaf.bytes, builder->leaf.length, ret);
}

static int emit(struct index_builder *builder, const struct query_node *node);

static int emit_leaf(struct index_builder *builder, const struct query_node *node)
{
	uint32_t leaf;
	int r;

	r = leaf_number(builder, node, &leaf);
	return r < 0 ? r : add_word(builder, (uint32_t)OP_LEAF << OP_SHIFT | leaf);
}

static int emit_regex(struct index_builder *builder, const struct query_node *node)
{
	struct matcher *matcher = builder->matcher;
	struct regex_leaf leaf = {.fields = node->fields};
	int r;

	r = array_grow((void **)&matcher->regexes, &builder->regex_size, matcher->regex_count,
		sizeof(*matcher->regexes));
	if (r < 0)
		return r;
	r = regex_new(node->pattern, node->caseless, &leaf.regex);
	if (r < 0)
		return r;
	matcher->regexes[matcher->regex_count] = leaf;
	matcher->fields |= node->fields;
	return add_word(builder, (uint32_t)OP_REGEX << OP_SHIFT | (uint32_t)matcher->regex_count++);
}

/* Writes a node's first word once the words behind it are there. */
static int close_node(struct index_builder *builder, enum op op, size_t start)
{
	size_t words = builder->matcher->code_count - start - 1;

	if (words > OP_VALUE_MAX)
		return -EFBIG;
	builder->matcher->code[start] = (uint32_t)op << OP_SHIFT | (uint32_t)words;
	return 0;
}

/* The leaves of an OR, through ORs inside it: their plain numbers. */
static int emit_branch_leaves(struct index_builder *builder, const struct query_node *node)
{
	int r = 0;

	for (size_t i = 0; i < node->child_count && r >= 0; i++) {
		const struct query_node *child = node->children[i];
		uint32_t leaf;

		if (child->kind == QUERY_OR) {
			r = emit_branch_leaves(builder, child);
		} else if (child->kind == QUERY_TERM) {
			r = leaf_number(builder, child, &leaf);
			if (r >= 0)
				r = add_word(builder, leaf);
		}
	}
	return r;
}

/* What an OR has besides leaves. */
static int emit_branches(
	struct index_builder *builder, const struct query_node *node, size_t *count)
{
	int r = 0;

	for (size_t i = 0; i < node->child_count && r >= 0; i++) {
		const struct query_node *child = node->children[i];

		if (child->kind == QUERY_OR) {
			r = emit_branches(builder, child, count);
		} else if (child->kind != QUERY_TERM) {
			r = emit(builder, child);
			(*count)++;
		}
	}
	return r;
}

static int emit_or(struct index_builder *builder, const struct query_node *node)
{
	struct matcher *matcher = builder->matcher;
	size_t start = matcher->code_count;
	size_t branches = 0;
	size_t any;
	int r;

	r = add_word(builder, 0);
	any = matcher->code_count;
	if (r >= 0)
		r = add_word(builder, 0);
	if (r >= 0)
		r = emit_branch_leaves(builder, node);
	if (r < 0)
		return r;
	if (matcher->code_count == any + 1)
		matcher->code_count--; /* no leaves: no OP_ANY */
	else
		r = close_node(builder, OP_ANY, any);
	if (r >= 0)
		r = emit_branches(builder, node, &branches);
	if (r < 0)
		return r;
	if (branches > 0)
		return close_node(builder, OP_OR, start);
	memmove(&matcher->code[start], &matcher->code[any],
		(matcher->code_count - any) * sizeof(*matcher->code));
	matcher->code_count--;
	return 0;
}

/* AND's leaves first: they are the cheapest to look at. */
static int emit_and(struct index_builder *builder, const struct query_node *node)
{
	size_t start = builder->matcher->code_count;
	int r;

	r = add_word(builder, 0);
	for (size_t i = 0; i < node->child_count && r >= 0; i++)
		if (node->children[i]->kind == QUERY_TERM)
			r = emit(builder, node->children[i]);
	for (size_t i = 0; i < node->child_count && r >= 0; i++)
		if (node->children[i]->kind != QUERY_TERM)
			r = emit(builder, node->children[i]);
	return r < 0 ? r : close_node(builder, OP_AND, start);
}

static int emit_inner(struct index_builder *builder, const struct query_node *node, enum op op,
	const uint32_t *number)
{
	size_t start = builder->matcher->code_count;
	int r;

	r = add_word(builder, 0);
	if (number && r >= 0)
		r = add_word(builder, *number);
	for (size_t i = 0; i < node->child_count && r >= 0; i++)
		r = emit(builder, node->children[i]);
	return r < 0 ? r : close_node(builder, op, start);
}

static int emit(struct index_builder *builder, const struct query_node *node)
{
	uint32_t number;

	switch (node->kind) {
	case QUERY_TERM:
		return emit_leaf(builder, node);
	case QUERY_REGEX:
		return emit_regex(builder, node);
	case QUERY_OR:
		return emit_or(builder, node);
	case QUERY_AND:
		return emit_and(builder, node);
	case QUERY_NOT:
		/* Two negations cancel out. */
		if (node->number % 2 == 0)
			return emit(builder, node->children[0]);
		return emit_inner(builder, node, OP_NOT, NULL);
	case QUERY_NEAR:
		number = node->distance | (node->ordered ? NEAR_ORDERED : 0);
		return emit_inner(builder, node, OP_NEAR, &number);
	case QUERY_ATLEAST:
		number = node->number;
		return emit_inner(builder, node, OP_ATLEAST, &number);
	}
	return -EINVAL;
}

static int add_program(struct index_builder *builder, const struct query_node *node)
{
	struct matcher *matcher = builder->matcher;
	int r;

	r = array_grow((void **)&matcher->programs, &builder->program_size, matcher->topic_count,
		sizeof(*matcher->programs));
	if (r < 0)
		return r;
	if (matcher->code_count > UINT32_MAX)
		return -EFBIG;
	matcher->programs[matcher->topic_count++] = (uint32_t)matcher->code_count;
	return emit(builder, node);
}

int index_builder_add(
	struct index_builder *builder, const struct topic *topic, struct query_error *ret_error)
{
	const struct query_options options = {
		.stem = topic->stem != NULL,
		.regex = topic->regex,
		.lists = topic->lists,
	};
	struct query_node *node;
	int r;

	if (!builder->parser) {
		r = query_parser_new(&builder->parser);
		if (r < 0)
			return r;
	}
	arena_reset(builder->arena);
	r = query_parser_run(builder->parser, topic->query ? topic->query : "", &options,
		builder->arena, &node, ret_error);
	if (r < 0)
		return r;
	return add_program(builder, node);
}

int index_builder_add_nodes(struct index_builder *builder, const struct query_node *query)
{
	int r;

	r = add_program(builder, query);
	for (size_t i = 0; i < query->child_count && r >= 0; i++)
		r = index_builder_add_nodes(builder, query->children[i]);
	return r;
}

static int make_specials(struct matcher *matcher)
{
	matcher->special_count = matcher->special_texts.count;
	matcher->specials = calloc(matcher->special_count + 1, sizeof(*matcher->specials));
	if (!matcher->specials)
		return -ENOMEM;
	for (uint32_t i = 0; i < matcher->special_count; i++) {
		struct special *special = &matcher->specials[i];
		struct special_record record;
		size_t length;
		const char *bytes = interner_bytes(&matcher->special_texts, i, &length);

		memcpy(&record, bytes, sizeof(record));
		*special = (struct special){
			.text = bytes + sizeof(record),
			.length = (uint32_t)(length - sizeof(record)),
			.key = record.key,
			.after = record.after,
			.before = record.before,
			.mode = record.mode,
			.rest = record.rest,
			.one = record.one,
		};
	}
	return 0;
}

static int make_leaves(struct index_builder *builder)
{
	struct matcher *matcher = builder->matcher;
	size_t atoms = 0;

	matcher->leaf_count = builder->leaves.count;
	matcher->leaves = calloc(matcher->leaf_count + 1, sizeof(*matcher->leaves));
	matcher->atom_count = builder->leaves.pool.length / sizeof(uint32_t);
	matcher->atoms = calloc(matcher->atom_count + 1, sizeof(*matcher->atoms));
	if (!matcher->leaves || !matcher->atoms)
		return -ENOMEM;
	for (uint32_t i = 0; i < matcher->leaf_count; i++) {
		struct leaf *leaf = &matcher->leaves[i];
		struct leaf_record record;
		size_t length;
		const char *bytes = interner_bytes(&builder->leaves, i, &length);

		memcpy(&record, bytes, sizeof(record));
		length -= sizeof(record);
		memcpy(&matcher->atoms[atoms], bytes + sizeof(record), length);
		leaf->fields = (uint8_t)record.fields;
		leaf->atoms = (uint32_t)atoms;
		leaf->length = (uint32_t)(length / sizeof(uint32_t));
		atoms += leaf->length;
	}
	matcher->atom_count = atoms;
	return 0;
}

int index_builder_finish(struct index_builder *builder)
{
	int r;

	r = make_specials(builder->matcher);
	return r < 0 ? r : make_leaves(builder);
}
