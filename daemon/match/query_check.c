#include "match/query_check.h"

#include <string.h>

#include "base/macro.h"
#include "base/nearest.h"

static bool refuse(unsigned column, const char *words, struct query_error *ret_error)
{
	*ret_error = (struct query_error){.column = column, .words = words};
	return false;
}

/* `open`: the innermost parenthesis around the node. */
static bool check_operand(const struct query_node *node, unsigned open, bool in_atleast,
	struct query_error *ret_error)
{
	if (node->prefix)
		return refuse(node->prefix,
			"a field cannot stand inside NEAR or ATLEAST; put it before the whole, as "
			"in "
			"title:(a NEAR/3 b)",
			ret_error);
	if (node->open)
		open = node->open;
	switch (node->kind) {
	case QUERY_TERM:
		return true;
	case QUERY_AND:
		return refuse(open,
			"AND cannot stand inside NEAR or ATLEAST; use OR, or quote a phrase",
			ret_error);
	case QUERY_NOT:
		return refuse(node->column, "NOT cannot stand inside NEAR or ATLEAST", ret_error);
	case QUERY_REGEX:
		return refuse(node->column,
			"a regular expression cannot stand inside NEAR or ATLEAST", ret_error);
	case QUERY_ATLEAST:
		return refuse(
			node->column, "ATLEAST cannot stand inside NEAR or ATLEAST", ret_error);
	case QUERY_NEAR:
		/* A NEAR's own operands were checked when it was made. */
		return in_atleast
			? refuse(node->column, "NEAR cannot stand inside ATLEAST", ret_error)
			: true;
	case QUERY_OR:
		for (size_t i = 0; i < node->child_count; i++)
			if (!check_operand(node->children[i], open, in_atleast, ret_error))
				return false;
		return true;
	}
	return true;
}

bool query_check_operand(
	const struct query_node *node, bool in_atleast, struct query_error *ret_error)
{
	return check_operand(node, 0, in_atleast, ret_error);
}

/* The first branch that is made only of negations, or NULL. */
static const struct query_node *absent_branch(const struct query_node *node)
{
	const struct query_node *first = NULL;

	if (node->kind == QUERY_NOT)
		return node;
	if (node->kind != QUERY_OR && node->kind != QUERY_AND)
		return NULL;
	for (size_t i = 0; i < node->child_count; i++) {
		const struct query_node *absent = absent_branch(node->children[i]);

		if (node->kind == QUERY_AND && !absent)
			return NULL;
		if (node->kind == QUERY_OR && absent)
			return absent;
		if (!first)
			first = absent;
	}
	return first;
}

bool query_check_present(const struct query_node *node, struct query_error *ret_error)
{
	const struct query_node *absent = absent_branch(node);

	if (!absent)
		return true;
	return refuse(absent->column,
		"this part only says what should be absent; add a term that should be present",
		ret_error);
}

/* The field that other products call so, or the nearest name; NULL. */
static const char *field_meant(const char *name)
{
	static const struct {
		const char *name;
		enum query_field field;
	} others[] = {
		{"headline", FIELD_TITLE},
		{"intitle", FIELD_TITLE},
		{"content", FIELD_BODY},
		{"text", FIELD_BODY},
		{"byline", FIELD_AUTHOR},
		{"domain", FIELD_URL},
		{"inurl", FIELD_URL},
		{"link", FIELD_URL},
		{"site", FIELD_URL},
		{"publisher", FIELD_SOURCE},
		{"language", FIELD_LANG},
		{"section", FIELD_CATEGORY},
		{"tag", FIELD_CATEGORY},
	};
	struct nearest nearest = {.name = name};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strcmp(others[i].name, name) == 0)
			return query_field_name(others[i].field);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		nearest_try(&nearest, query_field_name((enum query_field)(1U << i)));
	return nearest.found;
}

const char *query_check_unknown_field(const char *name, struct arena *arena)
{
	const char *meant = field_meant(name);

	if (meant)
		return arena_printf(arena,
			"there is no such field; did you mean %s:? To search for the words, quote "
			"them",
			meant);
	return "there is no such field (title, body, author, url, source, lang, category); to "
	       "search for the words, quote them";
}
