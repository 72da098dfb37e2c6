#include "notify/event.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

enum {
	/* Texts are halved so often until the event fits; then all of them are nearly gone. */
	SQUEEZES = 12,
	/* From here on even what must not be cut is left out where it is long. */
	SQUEEZE_ADDRESSES = 6,
	ADDRESS_BYTES = 1024,
};

static bool is_address_left_out(const char *text, unsigned squeeze)
{
	return squeeze >= SQUEEZE_ADDRESSES && strlen(text) > ADDRESS_BYTES;
}

/* The length without a last character that a fixed buffer's end has split (struct verdict). */
static size_t whole_length(const char *text)
{
	size_t length = strlen(text);
	size_t shorter = length > 3 ? length - 3 : 0;

	for (size_t end = length; end > shorter; end--)
		if (utf8_valid(text, end))
			return end;
	return length;
}

/* A text cut at a word to the limit, halved `squeeze` times; bytes that are no UTF-8 give null. */
static json_t *text_json(const char *text, size_t limit, unsigned squeeze)
{
	size_t length = text ? whole_length(text) : 0;
	json_t *json = NULL;

	limit >>= squeeze;
	if (text)
		json = length <= limit
			? json_stringn(text, length)
			: json_sprintf("%.*s …", (int)utf8_cut_word(text, length, limit), text);
	return json ? json : json_null();
}

/* What means nothing in part: an id, a name or a URL. */
static json_t *whole_json(const char *text, unsigned squeeze)
{
	json_t *json = text && !is_address_left_out(text, squeeze) ? json_string(text) : NULL;

	return json ? json : json_null();
}

static json_t *sites_json(const struct event_facts *facts, unsigned squeeze)
{
	json_t *sites = json_array();
	size_t limit = EVENT_SITES_MAX >> squeeze;

	for (size_t i = 0; i < facts->site_count && i < limit; i++)
		(void)json_array_append_new(sites, json_string(facts->sites[i]));
	return sites;
}

static json_t *story_json(const struct event_facts *facts, unsigned squeeze)
{
	const struct story *story = facts->story;

	return json_pack("{s:s, s:o, s:o, s:I, s:I, s:o}", "id", story->id.text, "title",
		text_json(story->title, EVENT_TITLE_BYTES, squeeze), "first_seen",
		json_time(story->first_seen), "articles", (json_int_t)story->article_count,
		"site_count", (json_int_t)story->site_count, "sites", sites_json(facts, squeeze));
}

/* Which text the alert stands on; where the page was wanted and is not it, also why. */
static void set_text_from(json_t *object, const struct article *article)
{
	bool page = article->text_from && strcmp(article->text_from, TEXT_FROM_PAGE) == 0;

	(void)json_object_set_new(object, "text_from", json_string(page ? "page" : "feed"));
	if (article->text_from && !page)
		(void)json_object_set_new(object, "text_note", json_string(article->text_from));
}

static json_t *article_json(const struct event_facts *facts, unsigned squeeze)
{
	const struct article *article = facts->article;
	json_t *json;

	json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
		whole_json(article->id, squeeze), "url", whole_json(article->url, squeeze), "title",
		text_json(article->title, EVENT_TITLE_BYTES, squeeze), "author",
		text_json(article->author, EVENT_NAME_BYTES, squeeze), "published",
		json_date(article->published), "first_seen", json_time(article->first_seen),
		"language", text_json(article->language, LANGUAGE_MAX, squeeze), "feed",
		whole_json(facts->feed, squeeze), "feed_title",
		text_json(facts->feed_title, EVENT_NAME_BYTES, squeeze), "excerpt",
		text_json(article->text, EVENT_EXCERPT_BYTES, squeeze));
	set_text_from(json, article);
	return json;
}

static json_t *match_json(const struct event_facts *facts, unsigned squeeze)
{
	json_t *match = json_array();

	for (size_t i = 0; i < facts->span_count && i < MATCH_SPANS_MAX; i++) {
		const struct match_span *span = &facts->spans[i];

		(void)json_array_append_new(match,
			json_pack("{s:o, s:o, s:o}", "term",
				text_json(span->term, EVENT_NAME_BYTES, squeeze), "field",
				text_json(span->field, EVENT_NAME_BYTES, squeeze), "snippet",
				text_json(span->snippet, 2 * SNIPPET_BYTES, squeeze)));
	}
	return match;
}

static json_t *relation_json(const struct event_facts *facts, unsigned squeeze)
{
	const struct verdict *verdict = facts->verdict;
	json_t *relation =
		json_pack("{s:s, s:o, s:f, s:o}", "kind", relation_to_string(verdict->relation),
			"of", whole_json(facts->of, squeeze), "similarity", verdict->similarity,
			"why", text_json(verdict->why, WHY_BYTES, squeeze));

	if (verdict->changed[0])
		(void)json_object_set_new(
			relation, "changed", text_json(verdict->changed, WHY_BYTES, squeeze));
	return relation;
}

/* The event as JSON, NULL where it is too long by now, or out of memory. */
static char *event_text(
	const struct event_facts *facts, const struct id *id, unsigned squeeze, struct arena *arena)
{
	json_auto_t *event = json_pack("{s:s, s:s, s:o, s:{s:s, s:o, s:o, s:o, s:o}}", "type",
		event_type_to_string(facts->type), "id", id->text, "timestamp",
		json_time(facts->time), "data", "topic", facts->topic, "story",
		story_json(facts, squeeze), "article", article_json(facts, squeeze), "match",
		match_json(facts, squeeze), "relation", relation_json(facts, squeeze));
	char text[EVENT_BYTES_MAX];
	size_t length;

	if (event && facts->type == EVENT_STORY_SPREAD)
		(void)json_object_set_new(json_object_get(event, "data"), "threshold",
			json_integer(facts->threshold));
	length = event ? json_dumpb(event, text, sizeof(text), JSON_COMPACT) : 0;
	return length > 0 && length < sizeof(text) ? arena_copy(arena, text, length) : NULL;
}

/* The same event of the same story is the same alert, however often it is worked out. */
static struct id event_id(const struct event_facts *facts)
{
	char sequence[16];
	const char *strings[] = {
		facts->topic, facts->story->id.text, event_type_to_string(facts->type), sequence};
	struct digest digest;

	(void)snprintf(sequence, sizeof(sequence), "%u", facts->sequence);
	digest = digest_strings(strings, ARRAY_SIZE(strings));
	return id_make(facts->time, &digest);
}

int event_build(const struct event_facts *facts, struct arena *arena, struct alert *ret)
{
	struct alert alert = {
		.id = event_id(facts),
		.type = facts->type,
		.time = facts->time,
		.topic = facts->topic,
		.title = facts->article->title,
		.url = facts->article->url,
		.feed = facts->feed,
		.relation = relation_to_string(facts->verdict->relation),
	};

	alert.story = arena_strdup(arena, facts->story->id.text);
	if (!alert.story)
		return -ENOMEM;
	for (unsigned squeeze = 0; squeeze <= SQUEEZES && !alert.event; squeeze++)
		alert.event = event_text(facts, &alert.id, squeeze, arena);
	if (!alert.event)
		return -EMSGSIZE;
	*ret = alert;
	return 0;
}
