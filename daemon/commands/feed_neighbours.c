#include "commands/feed_neighbours.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/macro.h"
#include "base/url.h"

enum {
	RECORD_BYTES = 256 * 1024, /* of one request, as it is read */
};

struct walk {
	const struct command_context *context;
	const struct feed *feed;
	usec from;    /* earlier ones are not of interest */
	size_t share; /* of NEIGHBOURS_LOOKED_AT, for each feed */
	struct audit_neighbour *list;
	size_t count;
	usec since;          /* from then on the list is whole */
	struct arena *arena; /* of one record */
};

/* Another configured feed on the same host. */
struct neighbour {
	const struct feed *feed;
	const struct feed_state *state;
};

/* One walk over all feeds: they may be many.  The caller frees the list. */
static int find_neighbours(const struct command_context *context, const struct feed *feed,
	struct neighbour **ret, size_t *ret_count)
{
	_cleanup_(freep) struct neighbour *list = NULL;
	size_t count = 0;
	size_t size = 0;

	for (size_t i = 0; i < context->config->feed_count; i++) {
		const struct feed *other = &context->config->feeds[i];
		const struct feed_state *state;
		int r;

		if (!url_is_same_host(other->url, feed->url) ||
			strcmp(feed_key(other), feed_key(feed)) == 0)
			continue;
		state = poller_feed_state(context->poller, other->name);
		if (!state)
			continue;
		r = array_grow((void **)&list, &size, count, sizeof(*list));
		if (r < 0)
			return r;
		list[count++] = (struct neighbour){other, state};
	}
	*ret = TAKE_PTR(list);
	*ret_count = count;
	return 0;
}

/* Follows the log of a feed back from a request: its share, or as far as it is of interest. */
static int add_requests(struct walk *walk, const struct feed *other, int64_t feed, int64_t key)
{
	struct request_record record = {.started = USEC_INFINITY};
	int r = 0;

	for (size_t i = 0; key > 0 && i < walk->share && record.started >= walk->from; i++) {
		if (walk->count == NEIGHBOURS_LOOKED_AT)
			break;
		arena_reset(walk->arena);
		r = store_request_get(walk->context->store, feed, key, walk->arena, &record);
		if (r < 0)
			break;
		if (url_is_same_host(record.url, walk->feed->url))
			walk->list[walk->count++] = (struct audit_neighbour){
				key, record.started, record.ended, other->name};
		key = record.previous < key ? record.previous : 0;
	}
	/* Broken off, or the rest was forgotten. */
	if (key > 0 && record.started >= walk->from && record.started > walk->since)
		walk->since = record.started;
	return r == -ENOENT ? 0 : r;
}

static int compare_starts(const void *a, const void *b)
{
	const struct audit_neighbour *x = a;
	const struct audit_neighbour *y = b;

	if (x->started != y->started)
		return x->started < y->started ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Those for the feed, and those for its articles' pages. */
static int add_all_requests(struct walk *walk, const struct neighbour *other)
{
	int64_t page;
	int r;

	r = add_requests(walk, other->feed, other->state->id, other->state->last_request);
	if (r == 0)
		r = store_page_request_last(walk->context->store, other->state->id, &page);
	return r == 0 ? add_requests(walk, other->feed, other->state->id, page) : r;
}

/* One URL in several sections is one feed (P16), and was walked under each name. */
static size_t drop_repeats(struct audit_neighbour *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i].key != list[i - 1].key)
			list[kept++] = list[i];
	return kept;
}

int feed_neighbours(const struct command_context *context, const struct feed *feed, usec from,
	struct arena *arena, struct audit_terms *terms)
{
	struct walk walk = {.context = context, .feed = feed, .from = from};
	_cleanup_(arena_freep) struct arena *one = NULL;
	_cleanup_(freep) struct neighbour *others = NULL;
	size_t count;
	int r;

	r = find_neighbours(context, feed, &others, &count);
	if (r < 0 || count == 0)
		return r;
	walk.share = count < NEIGHBOURS_LOOKED_AT ? NEIGHBOURS_LOOKED_AT / count : 1;
	walk.list = arena_array(arena, NEIGHBOURS_LOOKED_AT, sizeof(*walk.list));
	r = walk.list ? arena_new(RECORD_BYTES, &one) : -ENOMEM;
	walk.arena = one;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_all_requests(&walk, &others[i]);
	if (r < 0)
		return r;
	qsort(walk.list, walk.count, sizeof(*walk.list), compare_starts);
	terms->neighbours = walk.list;
	terms->neighbour_count = drop_repeats(walk.list, walk.count);
	terms->neighbours_since = walk.since;
	return 0;
}
