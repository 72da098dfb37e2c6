#include "notify/digest_event.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

static json_t *title_json(const char *title)
{
	size_t length = title ? strlen(title) : 0;

	if (!title)
		return json_null();
	return length <= DIGEST_TITLE_BYTES
		? json_stringn(title, length)
		: json_sprintf(
			  "%.*s …", (int)utf8_cut_word(title, length, DIGEST_TITLE_BYTES), title);
}

static json_t *alert_json(const struct alert *alert)
{
	bool has_url = alert->url && strlen(alert->url) <= DIGEST_URL_BYTES;

	return json_pack("{s:s, s:s, s:o, s:s?, s:o, s:s?, s:s?, s:s?}", "id", alert->id.text,
		"type", event_type_to_string(alert->type), "time", json_time(alert->time), "story",
		alert->story, "title", title_json(alert->title), "url", has_url ? alert->url : NULL,
		"feed", alert->feed, "relation", alert->relation);
}

/* A list of the same length of the same alerts is the same digest. */
static struct id event_id(const struct digest_facts *facts, size_t count)
{
	const char *strings[DIGEST_ALERTS_MAX + 2] = {"digest", facts->topic};
	struct digest digest;

	for (size_t i = 0; i < count; i++)
		strings[i + 2] = facts->alerts[i].id.text;
	digest = digest_strings(strings, count + 2);
	return id_make(facts->time, &digest);
}

/* The event of the first alerts; takes the list over. */
static json_t *event_json(const struct digest_facts *facts, size_t count, json_t *alerts)
{
	struct id id = event_id(facts, count);

	return json_pack("{s:s, s:s, s:o, s:{s:s, s:i, s:i, s:I, s:o, s:o, s:o}}", "type",
		event_type_to_string(EVENT_DIGEST), "id", id.text, "timestamp",
		json_time(facts->time), "data", "topic", facts->topic, "part", (int)facts->part,
		"count", (int)count, "remaining", (json_int_t)(facts->waiting - count), "from",
		json_time(facts->alerts[0].time), "to", json_time(facts->alerts[count - 1].time),
		"alerts", alerts);
}

/* How long the event without any alert is at most: its numbers are as long as they come. */
static size_t frame_length(const struct digest_facts *facts)
{
	struct digest_facts longest = *facts;
	json_auto_t *event = NULL;

	longest.part = INT32_MAX;
	longest.waiting = INT64_MAX;
	event = event_json(&longest, facts->count, json_array());
	return event ? json_dumpb(event, NULL, 0, JSON_COMPACT) : EVENT_BYTES_MAX;
}

/* Puts as many alerts into the list as an event takes.  Returns how many, or -ENOMEM. */
static int list_alerts(const struct digest_facts *facts, json_t *list)
{
	size_t length = frame_length(facts);

	for (size_t i = 0; i < facts->count && i < DIGEST_ALERTS_MAX; i++) {
		json_t *entry = alert_json(&facts->alerts[i]);
		size_t more = entry ? json_dumpb(entry, NULL, 0, JSON_COMPACT) : 0;

		if (more == 0)
			return -ENOMEM;
		/* With the comma; an event is shorter than EVENT_BYTES_MAX. */
		length += more + (i > 0);
		if (length >= EVENT_BYTES_MAX) {
			json_decref(entry);
			return (int)i;
		}
		if (json_array_append_new(list, entry) < 0)
			return -ENOMEM;
	}
	return (int)facts->count;
}

int digest_event_build(
	const struct digest_facts *facts, struct arena *arena, struct alert *ret, size_t *ret_count)
{
	json_t *list = json_array();
	json_auto_t *event = NULL;
	char text[EVENT_BYTES_MAX];
	struct alert alert = {
		.type = EVENT_DIGEST,
		.time = facts->time,
		.topic = facts->topic,
	};
	size_t length;
	int count;

	count = list ? list_alerts(facts, list) : -ENOMEM;
	if (count <= 0) {
		json_decref(list);
		return count < 0 ? count : -EMSGSIZE;
	}
	event = event_json(facts, (size_t)count, list);
	length = event ? json_dumpb(event, text, sizeof(text), JSON_COMPACT) : 0;
	if (length == 0 || length >= sizeof(text))
		return length == 0 ? -ENOMEM : -EMSGSIZE;
	alert.id = event_id(facts, (size_t)count);
	alert.title = arena_printf(arena, "%d alert%s", count, count == 1 ? "" : "s");
	alert.event = arena_copy(arena, text, length);
	if (!alert.title || !alert.event)
		return -ENOMEM;
	*ret = alert;
	*ret_count = (size_t)count;
	return 0;
}
