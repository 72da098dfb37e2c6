#include "cli/probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "match/matcher.h"
#include "match/query_parser.h"

#define PROBES_BYTES_MAX ((size_t)4 * 1024 * 1024 * 1024) /* texts of all queries */
#define TREE_BYTES_MAX ((size_t)512 * 1024 * 1024)        /* of one query, with its lists */

struct probes {
	struct arena *arena; /* texts and keys */
	struct arena *tree;  /* of the query that is tried */
	struct query_parser *parser;
	struct map numbers; /* by key: uint32_t */
	struct topic *topics;
	size_t *counts;
	size_t count;
	size_t size;
	struct matcher *matcher; /* NULL: not yet */
	struct match_scratch *scratch;
	size_t articles;
};

int probes_new(struct probes **ret)
{
	_cleanup_(probes_freep) struct probes *probes = calloc(1, sizeof(*probes));
	int r;

	if (!probes)
		return -ENOMEM;
	r = arena_new(PROBES_BYTES_MAX, &probes->arena);
	if (r == 0)
		r = arena_new(TREE_BYTES_MAX, &probes->tree);
	if (r == 0)
		r = query_parser_new(&probes->parser);
	if (r == 0)
		r = match_scratch_new(&probes->scratch);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(probes);
	return 0;
}

void probes_free(struct probes *probes)
{
	if (!probes)
		return;
	matcher_free(probes->matcher);
	match_scratch_free(probes->scratch);
	query_parser_free(probes->parser);
	map_free(&probes->numbers);
	arena_free(probes->arena);
	arena_free(probes->tree);
	free(probes->topics);
	free(probes->counts);
	free(probes);
}

static int grow(struct probes *probes)
{
	size_t size = probes->size > 0 ? 2 * probes->size : 256;
	struct topic *topics = reallocarray(probes->topics, size, sizeof(*topics));
	size_t *counts;

	if (!topics)
		return -ENOMEM;
	probes->topics = topics;
	counts = reallocarray(probes->counts, size, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	probes->counts = counts;
	probes->size = size;
	return 0;
}

/* Whether the text is a query: 0, -EINVAL or another error. */
static int try_query(struct probes *probes, const struct topic *like, const char *query)
{
	const struct query_options options = {
		.stem = like->stem != NULL, .regex = like->regex, .lists = like->lists};
	struct query_error error;
	struct query_node *node;

	arena_reset(probes->tree);
	return query_parser_run(probes->parser, query, &options, probes->tree, &node, &error);
}

int probes_add(struct probes *probes, const struct topic *like, const char *query, uint32_t *ret)
{
	const char *key =
		arena_printf(probes->arena, "%d%d %s", like->stem != NULL, (int)like->regex, query);
	const uint32_t *known = key ? map_get(&probes->numbers, key) : NULL;
	uint32_t *number;
	int r;

	if (known)
		*ret = *known;
	if (!key || known)
		return key ? 0 : -ENOMEM;
	r = try_query(probes, like, query);
	if (r == -EINVAL) {
		*ret = PROBE_NONE;
		return 0;
	}
	number = arena_new_object(probes->arena, uint32_t);
	if (r == 0 && !number)
		r = -ENOMEM;
	if (r == 0 && probes->count == probes->size)
		r = grow(probes);
	if (r == 0)
		r = map_put(&probes->numbers, key, number);
	if (r < 0)
		return r;
	*ret = *number = (uint32_t)probes->count;
	probes->counts[probes->count] = 0;
	probes->topics[probes->count++] = (struct topic){
		.name = key,
		.query = strchr(key, ' ') + 1,
		.stem = like->stem,
		.regex = like->regex,
		.lists = like->lists,
	};
	return 0;
}

int probes_run(struct probes *probes, const struct article *article)
{
	struct matcher_errors errors = {0};
	const uint32_t *found = NULL;
	size_t count = 0;
	int r = 0;

	if (!probes->matcher)
		r = matcher_new(probes->topics, probes->count, &probes->matcher, &errors);
	matcher_errors_clear(&errors);
	if (r == 0)
		r = matcher_run(probes->matcher, probes->scratch, article, &found, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		probes->counts[found[i]]++;
	probes->articles++;
	return 0;
}

size_t probes_count(const struct probes *probes, uint32_t probe)
{
	return probe == PROBE_NONE ? 0 : probes->counts[probe];
}

size_t probes_articles(const struct probes *probes)
{
	return probes->articles;
}
