#include "match/query_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "match/explanation.h"

enum {
	FORM_BYTES_MAX = 64 * 1024 * 1024, /* of a query with all its lists written out */
};

/* A term in the node: the fields of all of them are the same wherever a prefix may stand. */
static const struct query_node *first_leaf(const struct query_node *node)
{
	while (node->child_count > 0)
		node = node->children[0];
	return node;
}

const char *query_form_prefix(const struct query_node *node, struct arena *arena)
{
	unsigned fields = first_leaf(node)->fields;

	if (fields == FIELD_DEFAULT)
		return "";
	return arena_printf(arena, "%s:", query_field_name((enum query_field)fields));
}

struct form {
	const char *query;
	struct arena *arena;
	struct buffer text;
};

static void write_node(struct form *form, const struct query_node *node, bool in_field);

static void write_prefix(struct form *form, const struct query_node *node, bool in_field)
{
	const char *prefix = in_field ? "" : query_form_prefix(node, form->arena);

	(void)buffer_add_string(&form->text, prefix ? prefix : "");
}

static void write_children(
	struct form *form, const struct query_node *node, const char *operator, bool in_field)
{
	(void)buffer_add_char(&form->text, '(');
	for (size_t i = 0; i < node->child_count; i++) {
		if (i > 0)
			(void)buffer_printf(&form->text, " %s ", operator);
		write_node(form, node->children[i], in_field);
	}
	(void)buffer_add_char(&form->text, ')');
}

static void write_near(struct form *form, const struct query_node *node, bool in_field)
{
	char operator[sizeof("ONEAR/4294967295")];

	(void)snprintf(operator, sizeof(operator), "%s/%u", node->ordered ? "ONEAR" : "NEAR",
		node->distance);
	write_prefix(form, node, in_field);
	write_children(form, node, operator, true);
}

/* A term, a regular expression or a list as it stands in the query. */
static void write_leaf(struct form *form, const struct query_node *node, bool in_field)
{
	const char *words = explanation_words(form->query, node, form->arena);

	write_prefix(form, node, in_field);
	(void)buffer_add_string(&form->text, words ? words : "");
}

static void write_node(struct form *form, const struct query_node *node, bool in_field)
{
	if (query_is_list(node)) {
		write_leaf(form, node, in_field);
		return;
	}
	switch (node->kind) {
	case QUERY_AND:
		write_children(form, node, "AND", in_field);
		return;
	case QUERY_OR:
		write_children(form, node, "OR", in_field);
		return;
	case QUERY_NOT:
		if (node->number % 2 != 0)
			(void)buffer_add_string(&form->text, "NOT ");
		write_node(form, node->children[0], in_field);
		return;
	case QUERY_NEAR:
		write_near(form, node, in_field);
		return;
	case QUERY_ATLEAST:
		write_prefix(form, node, in_field);
		(void)buffer_printf(&form->text, "ATLEAST/%u(", node->number);
		write_node(form, node->children[0], true);
		(void)buffer_add_char(&form->text, ')');
		return;
	default:
		write_leaf(form, node, in_field);
	}
}

const char *query_form_text(const char *query, const struct query_node *node, struct arena *arena)
{
	struct form form = {.query = query, .arena = arena, .text = BUFFER_INIT(FORM_BYTES_MAX)};
	const char *text;

	write_node(&form, node, false);
	text = form.text.failed ? NULL : arena_strdup(arena, buffer_string(&form.text));
	buffer_free(&form.text);
	return text;
}

/* ---- keys ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The operands of nested ANDs, or ORs, are those of the outermost. */
static size_t count_operands(const struct query_node *node, enum query_kind kind)
{
	size_t count = 0;

	if (node->kind != kind)
		return 1;
	for (size_t i = 0; i < node->child_count; i++)
		count += count_operands(node->children[i], kind);
	return count;
}

static void add_operands(const struct query_node *node, enum query_kind kind, struct arena *arena,
	const char **keys, size_t *count)
{
	if (node->kind != kind) {
		keys[(*count)++] = query_form_key(node, arena);
		return;
	}
	for (size_t i = 0; i < node->child_count; i++)
		add_operands(node->children[i], kind, arena, keys, count);
}

/* The keys in order, each once, in parentheses behind `operator`; one alone stands for itself. */
static const char *join_keys(
	const char *operator, const char ** keys, size_t count, struct arena *arena)
{
	struct buffer text = BUFFER_INIT(FORM_BYTES_MAX);
	const char *joined;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!keys[i])
			return NULL;
	qsort(keys, count, sizeof(*keys), by_text);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(keys[i], keys[kept - 1]) != 0)
			keys[kept++] = keys[i];
	if (kept == 1)
		return keys[0];
	(void)buffer_printf(&text, "%s(", operator);
	for (size_t i = 0; i < kept; i++)
		(void)buffer_printf(&text, "%s,", keys[i]);
	(void)buffer_add_char(&text, ')');
	joined = text.failed ? NULL : arena_strdup(arena, buffer_string(&text));
	buffer_free(&text);
	return joined;
}

static const char *key_of_operands(
	const char *operator, const struct query_node * node, struct arena *arena)
{
	size_t count = count_operands(node, node->kind);
	const char **keys = arena_array(arena, count, sizeof(*keys));

	if (!keys)
		return NULL;
	count = 0;
	add_operands(node, node->kind, arena, keys, &count);
	return join_keys(operator, keys, count, arena);
}

/* NEAR has its operands in any order, but counts both where they are the same. */
static const char *key_of_near(const struct query_node *node, struct arena *arena)
{
	const char *left = query_form_key(node->children[0], arena);
	const char *right = query_form_key(node->children[1], arena);
	bool swap = left && right && !node->ordered && strcmp(left, right) > 0;

	if (!left || !right)
		return NULL;
	return arena_printf(arena, "%s%u(%s,%s)", node->ordered ? ">" : "~", node->distance,
		swap ? right : left, swap ? left : right);
}

static const char *key_of_term(const struct query_node *node, struct arena *arena)
{
	struct buffer text = BUFFER_INIT(FORM_BYTES_MAX);
	const char *key;

	(void)buffer_printf(&text, "%u:", node->fields);
	for (size_t i = 0; i < node->token_count; i++) {
		const struct query_token *token = &node->tokens[i];

		(void)buffer_printf(&text, "%d.%u.%u.%d.%.*s ", (int)token->mode, token->before,
			token->after, (int)token->rest, (int)token->length, token->text);
	}
	key = text.failed ? NULL : arena_strdup(arena, buffer_string(&text));
	buffer_free(&text);
	return key;
}

const char *query_form_key(const struct query_node *node, struct arena *arena)
{
	const char *inner;

	switch (node->kind) {
	case QUERY_AND:
		return key_of_operands("&", node, arena);
	case QUERY_OR:
		return key_of_operands("|", node, arena);
	case QUERY_NEAR:
		return key_of_near(node, arena);
	case QUERY_REGEX:
		return arena_printf(arena, "%u/%s/%d", node->fields, node->pattern, node->caseless);
	case QUERY_NOT:
	case QUERY_ATLEAST:
		inner = query_form_key(node->children[0], arena);
		if (!inner || (node->kind == QUERY_NOT && node->number % 2 == 0))
			return inner;
		return node->kind == QUERY_NOT
			? arena_printf(arena, "!(%s)", inner)
			: arena_printf(arena, "#%u(%s)", node->number, inner);
	default:
		return key_of_term(node, arena);
	}
}
