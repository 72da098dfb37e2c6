/* A query: judging its form harms nothing, and written anew it means what it meant. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "match/query_form.h"
#include "match/query_lint.h"
#include "match/query_parser.h"

enum {
	ARENA_BYTES_MAX = 256 * 1024 * 1024,
};

static int check_finding(const struct lint_finding *finding, void *userdata)
{
	const char *query = userdata;

	if (!finding->found || finding->column == 0 || finding->column > strlen(query))
		abort();
	return 0;
}

static struct query_node *parse(struct query_parser *parser, const char *query, struct arena *arena)
{
	const char *terms[] = {"missile*", "\"a b\"", "=US"};
	const struct term_list list = {"l", terms, 3};
	const struct term_lists lists = {&list, 1};
	const struct query_options options = {.stem = true, .regex = true, .lists = &lists};
	struct query_error error;
	struct query_node *node = NULL;

	return query_parser_run(parser, query, &options, arena, &node, &error) == 0 ? node : NULL;
}

static void run(struct query_parser *parser, char *query, struct arena *arena)
{
	struct query_node *node = parse(parser, query, arena);
	struct query_node *again;
	const char *text;
	const char *key;
	const char *other;

	if (!node || query_lint(query, node, arena, check_finding, query) != 0)
		return;
	key = query_form_key(node, arena);
	text = query_form_text(query, node, arena);
	/* Written out it may have too many parentheses. */
	again = text ? parse(parser, text, arena) : NULL;
	other = again ? query_form_key(again, arena) : NULL;
	if (key && other && strcmp(key, other) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(query_parser_freep) struct query_parser *parser = NULL;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char *query;

	if (memchr(data, '\0', size) || !utf8_valid((const char *)data, size))
		return 0;
	query = strndup((const char *)data, size);
	if (query && query_parser_new(&parser) == 0 && arena_new(ARENA_BYTES_MAX, &arena) == 0)
		run(parser, query, arena);
	free(query);
	return 0;
}
