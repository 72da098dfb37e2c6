#include "match/query_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "match/query_check.h"

int query_run_refuse(struct query_run *run, size_t at, const char *words)
{
	*run->error = (struct query_error){.column = (unsigned)at + 1, .words = words};
	return words ? -EINVAL : -ENOMEM;
}

struct query_node *query_run_node(struct query_run *run, enum query_kind kind, size_t at)
{
	struct query_node *node = arena_new_object(run->arena, struct query_node);

	if (node) {
		node->kind = kind;
		node->column = (unsigned)at + 1;
	}
	return node;
}

struct query_node *query_run_unary(
	struct query_run *run, enum query_kind kind, size_t at, unsigned number)
{
	struct query_node *node = query_run_node(run, kind, at);

	if (!node)
		return NULL;
	node->children = arena_array(run->arena, 1, sizeof(struct query_node *));
	node->child_count = 1;
	node->number = number;
	return node->children ? node : NULL;
}

void query_children_clear(struct query_children *children)
{
	free(children->nodes);
}

int query_children_add(struct query_children *children, struct query_node *node)
{
	if (children->count == children->size) {
		size_t size = 2 * children->size + 4;
		struct query_node **nodes =
			realloc(children->nodes, size * sizeof(struct query_node *));

		if (!nodes)
			return -ENOMEM;
		children->nodes = nodes;
		children->size = size;
	}
	children->nodes[children->count++] = node;
	return 0;
}

int query_run_join(struct query_run *run, enum query_kind kind, const struct query_children *from,
	struct query_node **ret)
{
	struct query_node *node;

	if (from->count == 1) {
		*ret = from->nodes[0];
		return 0;
	}
	node = query_run_node(run, kind, from->nodes[0]->column - 1);
	if (!node)
		return -ENOMEM;
	node->children = arena_array(run->arena, from->count, sizeof(struct query_node *));
	if (!node->children)
		return -ENOMEM;
	memcpy(node->children, from->nodes, from->count * sizeof(struct query_node *));
	node->child_count = from->count;
	node->end = from->nodes[from->count - 1]->end;
	*ret = node;
	return 0;
}

int query_run_check(struct query_run *run, const struct query_node *node, bool in_atleast)
{
	return query_check_operand(node, in_atleast, run->error) ? 0 : -EINVAL;
}
