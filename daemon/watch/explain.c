#include "watch/explain.h"

#include "base/macro.h"

static const char *kind_name(enum query_kind kind)
{
	static const char *const names[] = {
		[QUERY_TERM] = "term",
		[QUERY_REGEX] = "regex",
		[QUERY_AND] = "and",
		[QUERY_OR] = "or",
		[QUERY_NOT] = "not",
		[QUERY_NEAR] = "near",
		[QUERY_ATLEAST] = "atleast",
	};

	return (size_t)kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}

/* How the query language writes the operator of a node with operands; or the list. */
static json_t *operator_value(const struct query_node *node, const char *words)
{
	switch (node->kind) {
	case QUERY_AND:
		return json_string("AND");
	case QUERY_OR:
		return json_string(query_is_list(node) ? words : "OR");
	case QUERY_NOT:
		return json_string("NOT");
	case QUERY_NEAR:
		return json_sprintf("%s/%u", node->ordered ? "ONEAR" : "NEAR", node->distance);
	case QUERY_ATLEAST:
		return json_sprintf("ATLEAST/%u", node->number);
	default:
		return json_null();
	}
}

static json_t *places_value(const struct explained_node *node, struct arena *arena)
{
	json_t *places = json_array();

	for (size_t i = 0; i < node->place_count && i < EXPLAIN_PLACES_MAX; i++) {
		const struct explained_place *place = &node->places[i];

		(void)json_array_append_new(places,
			json_pack("{s:s, s:s}", "field", query_field_name(place->field), "snippet",
				explanation_snippet(place, arena)));
	}
	return places;
}

static json_t *tree_value(
	const char *query, const struct explained_node *node, unsigned depth, struct arena *arena);

static int add_children(json_t *value, const char *query, const struct explained_node *node,
	unsigned depth, struct arena *arena)
{
	json_t *children = json_array();
	size_t absent = 0;
	int r = 0;

	for (size_t i = 0; i < node->node->child_count && r == 0; i++) {
		const struct explained_node *child = &node->children[i];

		if (node->node->kind == QUERY_OR && !child->verdict &&
			absent++ >= EXPLAIN_ABSENT_MAX)
			continue;
		r = json_array_append_new(children, tree_value(query, child, depth + 1, arena));
	}
	if (r == 0 && absent > EXPLAIN_ABSENT_MAX)
		r = json_object_set_new(
			value, "omitted", json_integer((json_int_t)(absent - EXPLAIN_ABSENT_MAX)));
	return json_object_set_new(value, "children", children) < 0 ? -1 : r;
}

static json_t *tree_value(
	const char *query, const struct explained_node *node, unsigned depth, struct arena *arena)
{
	const char *words = explanation_words(query, node->node, arena);
	json_t *value;

	if (!words)
		return NULL;
	value = json_pack("{s:s, s:o, s:s, s:i, s:b, s:I, s:o}", "kind",
		kind_name(node->node->kind), "operator", operator_value(node->node, words), "words",
		words, "column", (int)node->node->column, "verdict", (int)node->verdict, "found",
		(json_int_t)node->place_count, "places", places_value(node, arena));
	if (value && node->node->child_count > 0 && depth < EXPLAIN_DEPTH_MAX &&
		add_children(value, query, node, depth, arena) < 0) {
		json_decref(value);
		return NULL;
	}
	return value;
}

json_t *explain_tree(const char *query, const struct explained_node *node, struct arena *arena)
{
	return tree_value(query, node, 0, arena);
}

json_t *explain_spans(const struct match *match)
{
	json_t *list = json_array();

	for (size_t i = 0; i < match->span_count; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s?, s:s?, s:s?}", "term", match->spans[i].term, "field",
				match->spans[i].field, "snippet", match->spans[i].snippet));
	return list;
}
