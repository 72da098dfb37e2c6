#include "notify/card.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/url.h"
#include "model/alert.h"
#include "notify/escape.h"

enum {
	LINES_BYTES_MAX = 2 * EVENT_BYTES_MAX, /* of a digest: shorter than its event */
};

static const char *text_at(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* "2026-11-21T10:02:00Z" as people read it. */
static const char *date_words(const char *time, struct arena *arena)
{
	if (!time || strlen(time) < sizeof("2026-11-21T10:02") - 1)
		return NULL;
	return arena_printf(arena, "%.10s %.5s UTC", time, time + 11);
}

const char *card_url(const char *url)
{
	return url && url_is_http(url) && !strpbrk(url, "\"'<>|\\`") ? url : NULL;
}

static const char *story_heading(const json_t *event, const json_t *data, struct arena *arena)
{
	const char *type = text_at(event, "type");
	const char *kind = type ? strchr(type, '.') : NULL;
	const char *topic = text_at(data, "topic");

	if (!kind || strcmp(kind, ".new") == 0)
		return topic;
	return arena_printf(arena, "%s · %s", topic, kind + 1);
}

static const char *story_byline(const json_t *data, struct arena *arena)
{
	const json_t *article = json_object_get(data, "article");
	const json_t *story = json_object_get(data, "story");
	const char *source = text_at(article, "feed_title");
	const char *date = date_words(text_at(article, "published"), arena);
	json_int_t sites = json_integer_value(json_object_get(story, "site_count"));
	const char *byline;

	if (!source)
		source = text_at(article, "feed");
	byline = arena_printf(arena, "%s%s%s", source ? source : "", source && date ? " · " : "",
		date ? date : "");
	if (byline && sites > 1)
		byline = arena_printf(
			arena, "%s%son %lld sites", byline, *byline ? " · " : "", (long long)sites);
	return byline;
}

static void read_story(
	const json_t *event, const json_t *data, struct arena *arena, struct card *card)
{
	const json_t *article = json_object_get(data, "article");

	card->heading = story_heading(event, data, arena);
	card->title = text_at(article, "title");
	if (!card->title || !*card->title)
		card->title = "(no title)";
	card->url = card_url(text_at(article, "url"));
	card->excerpt = text_at(article, "excerpt");
	card->changed = text_at(json_object_get(data, "relation"), "changed");
	card->byline = story_byline(data, arena);
}

/* A line for each alert; services cut what is too long. */
static const char *digest_lines(const json_t *alerts, bool links, struct arena *arena)
{
	struct buffer buffer = BUFFER_INIT(LINES_BYTES_MAX);
	const char *lines;
	const json_t *alert;
	size_t i;

	json_array_foreach (alerts, i, alert) {
		const char *title = text_at(alert, "title");
		const char *url = links ? card_url(text_at(alert, "url")) : NULL;

		(void)buffer_add_string(&buffer, i > 0 ? "\n• " : "• ");
		/* On one line, so that no title looks like another alert. */
		escape_add(&buffer, title && *title ? title : "(no title)", ESCAPE_NONE,
			EVENT_BYTES_MAX, false);
		if (url)
			(void)buffer_printf(&buffer, "\n  %s", url);
	}
	lines = buffer.failed ? NULL : arena_strdup(arena, buffer_string(&buffer));
	buffer_free(&buffer);
	return lines;
}

static void read_digest(const json_t *data, struct arena *arena, struct card *card)
{
	json_int_t count = json_integer_value(json_object_get(data, "count"));
	json_int_t remaining = json_integer_value(json_object_get(data, "remaining"));
	const char *from = date_words(text_at(data, "from"), arena);
	const char *to = date_words(text_at(data, "to"), arena);

	card->heading = arena_printf(arena, "%s · digest", text_at(data, "topic"));
	card->title = remaining > 0
		? arena_printf(arena, "%lld alerts, and %lld more follow", (long long)count,
			  (long long)remaining)
		: arena_printf(arena, "%lld alert%s", (long long)count, count == 1 ? "" : "s");
	card->excerpt = digest_lines(json_object_get(data, "alerts"), false, arena);
	card->list = digest_lines(json_object_get(data, "alerts"), true, arena);
	card->byline = arena_printf(arena, "%s to %s", from ? from : "", to ? to : "");
}

static void read_health(
	const json_t *event, const json_t *data, struct arena *arena, struct card *card)
{
	const json_t *feed = json_object_get(data, "feed");
	const char *name = feed ? text_at(feed, "name") : text_at(data, "hook");
	const char *since = date_words(text_at(data, "since"), arena);
	const char *type = text_at(event, "type");

	if (!type)
		type = "event";
	card->heading = arena_printf(arena, "%s%s%s", type, name ? " · " : "", name ? name : "");
	card->title = text_at(data, "words");
	if (!card->title || !*card->title)
		card->title = type;
	card->url = card_url(text_at(data, "moved_to"));
	if (!card->url)
		card->url = card_url(text_at(feed, "url"));
	card->byline = since ? arena_printf(arena, "since %s", since) : "";
}

int card_read(const json_t *event, struct arena *arena, struct card *ret)
{
	const json_t *data = json_object_get(event, "data");
	struct card card = {0};

	if (json_object_get(data, "article"))
		read_story(event, data, arena, &card);
	else if (json_object_get(data, "alerts"))
		read_digest(data, arena, &card);
	else
		read_health(event, data, arena, &card);
	if (!card.heading || !card.title || !card.byline)
		return -ENOMEM;
	*ret = card;
	return 0;
}
