#include "notify/health_event.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

static bool is_of_feed(enum event_type type)
{
	return type >= EVENT_FEED_FAILING && type <= EVENT_FEED_GONE;
}

static json_t *text_json(const char *text, size_t limit)
{
	json_t *json = text ? json_stringn(text, utf8_cut_word(text, strlen(text), limit)) : NULL;

	return json ? json : json_null();
}

static json_t *data_json(const struct health_facts *facts, size_t limit)
{
	json_t *data = json_pack("{s:o, s:o, s:I}", "words", text_json(facts->words, limit),
		"since", json_time(facts->since), "failures", (json_int_t)facts->failures);

	if (!is_of_feed(facts->type))
		(void)json_object_set_new(data, "hook", text_json(facts->name, limit));
	else
		(void)json_object_set_new(data, "feed",
			json_pack("{s:o, s:o, s:o}", "name", text_json(facts->name, limit), "url",
				text_json(facts->url, limit), "title",
				text_json(facts->title, limit)));
	if (facts->type == EVENT_FEED_MOVED)
		(void)json_object_set_new(data, "moved_to", text_json(facts->moved_to, limit));
	return data;
}

static struct id event_id(const struct health_facts *facts)
{
	char time[24];
	const char *strings[] = {event_type_to_string(facts->type), facts->name, time};
	struct digest digest;

	(void)snprintf(time, sizeof(time), "%llu", (unsigned long long)facts->time);
	digest = digest_strings(strings, ARRAY_SIZE(strings));
	return id_make(facts->time, &digest);
}

/* The event as JSON, NULL where it is too long, or out of memory. */
static char *event_text(
	const struct health_facts *facts, const struct id *id, size_t limit, struct arena *arena)
{
	json_auto_t *event = json_pack("{s:s, s:s, s:o, s:o}", "type",
		event_type_to_string(facts->type), "id", id->text, "timestamp",
		json_time(facts->time), "data", data_json(facts, limit));
	char text[EVENT_BYTES_MAX];
	size_t length = event ? json_dumpb(event, text, sizeof(text), JSON_COMPACT) : 0;

	return length > 0 && length < sizeof(text) ? arena_copy(arena, text, length) : NULL;
}

/* Where a hook's name stands nowhere else: in the journal, in lists. */
static const char *title_of(const struct health_facts *facts, struct arena *arena)
{
	bool is_of_hook = facts->type == EVENT_HOOK_FAILING || facts->type == EVENT_HOOK_RECOVERED;

	return is_of_hook ? arena_printf(arena, "hook %s: %s", facts->name, facts->words)
			  : facts->words;
}

int health_event_build(const struct health_facts *facts, struct arena *arena, struct alert *ret)
{
	struct alert alert = {
		.id = event_id(facts),
		.type = facts->type,
		.time = facts->time,
		.title = title_of(facts, arena),
		.url = facts->moved_to ? facts->moved_to : facts->url,
		.feed = is_of_feed(facts->type) ? facts->name : NULL,
	};

	for (size_t limit = HEALTH_TEXT_BYTES; limit >= HEALTH_NAME_BYTES && !alert.event;
		limit /= 2)
		alert.event = event_text(facts, &alert.id, limit, arena);
	if (!alert.event)
		return -EMSGSIZE;
	if (!alert.title)
		return -ENOMEM;
	*ret = alert;
	return 0;
}
