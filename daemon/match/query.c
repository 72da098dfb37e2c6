#include "match/query.h"

#include <string.h>

#include "base/ascii.h"
#include "base/macro.h"

static const char *const field_names[FIELD_COUNT] = {
	"title",
	"body",
	"author",
	"url",
	"source",
	"lang",
	"category",
};

const char *query_field_name(enum query_field field)
{
	for (size_t i = 0; i < ARRAY_SIZE(field_names); i++)
		if (field == 1U << i)
			return field_names[i];
	return NULL;
}

unsigned query_field_from_name(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(field_names); i++)
		if (ascii_is(name, length, field_names[i]))
			return 1U << i;
	return 0;
}

bool query_is_list(const struct query_node *node)
{
	return node->kind == QUERY_OR && node->children[0]->column == node->children[1]->column;
}
