#include "commands/article_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "commands/commands.h"
#include "commands/reply.h"

enum {
	/* Of a request: reading them and writing JSON takes a few milliseconds. */
	PAGE_ARTICLES = 100,
	PAGE_TEXT_BYTES = 256 * 1024,
	ARTICLE_BYTES = 8 * 1024 * 1024, /* one with its text and its fingerprint */
};

/* One request. */
struct listing {
	struct store *store;
	struct arena *arena; /* of one article */
	json_t *articles;
	int64_t before;
	usec since;
	size_t bytes;
	bool ended;
};

static json_t *categories_value(const struct article *article)
{
	json_t *list = json_array();

	for (size_t i = 0; i < article->category_count; i++)
		(void)json_array_append_new(list, json_string(article->categories[i]));
	return list;
}

static json_t *article_value(const struct article *article)
{
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:o}", "id",
		article->id, "url", article->url, "title", article->title, "text", article->text,
		"author", article->author, "source", article->source, "lang", article->language,
		"categories", categories_value(article), "published", json_date(article->published),
		"first_seen", json_time(article->first_seen));
}

/* Adds the next older article.  Sets listing->ended where there is none. */
static int add_next(struct listing *listing)
{
	struct article_record record;
	int r;

	arena_reset(listing->arena);
	r = store_article_before(listing->store, listing->before, listing->arena, &record);
	if (r == -ENOENT || (r == 0 && record.article.first_seen < listing->since)) {
		listing->ended = true;
		return 0;
	}
	if (r < 0)
		return r;
	listing->before = record.key;
	listing->bytes += record.article.text ? strlen(record.article.text) : 0;
	return json_array_append_new(listing->articles, article_value(&record.article)) < 0
		? -ENOMEM
		: 0;
}

static int fill(struct listing *listing, size_t limit)
{
	int r = 0;

	if (limit > PAGE_ARTICLES)
		limit = PAGE_ARTICLES;
	while (r == 0 && !listing->ended && json_array_size(listing->articles) < limit &&
		listing->bytes < PAGE_TEXT_BYTES)
		r = add_next(listing);
	return r;
}

void article_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct listing listing = {.store = context->store};
	struct page page;
	int r;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	r = arena_new(ARTICLE_BYTES, &arena);
	listing.arena = arena;
	listing.before = page.before;
	listing.since = page.since;
	listing.articles = json_array();
	if (r == 0)
		r = fill(&listing, page.limit);
	if (r == 0)
		reply_body(reply,
			json_pack("{s:o, s:O}", "next",
				listing.ended ? json_null() : json_integer(listing.before),
				"articles", listing.articles));
	else
		reply_error(reply, r, "store");
	json_decref(listing.articles);
}

void article_command_get(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct article_record record;
	int r;

	r = arena_new(ARTICLE_BYTES, &arena);
	if (r == 0)
		r = store_article_find(context->store, request->argument, arena, &record);
	if (r == 0)
		reply_body(reply, article_value(&record.article));
	else
		reply_error(reply, r, "article");
}
