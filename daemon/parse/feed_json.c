#include "parse/feed_json.h"

#include "base/json.h"

/* Sets a string, or null where it is absent. */
static json_t *categories_to_json(const struct entry *entry)
{
	json_t *list = json_array();

	for (size_t i = 0; i < entry->category_count; i++)
		(void)json_array_append_new(list, json_string(entry->categories[i]));
	return list;
}

static json_t *enclosures_to_json(const struct entry *entry)
{
	json_t *list = json_array();

	for (size_t i = 0; i < entry->enclosure_count; i++) {
		const struct enclosure *enclosure = &entry->enclosures[i];
		json_t *object = json_object();

		(void)json_object_set_new(object, "url", json_text(enclosure->url));
		(void)json_object_set_new(object, "type", json_text(enclosure->type));
		(void)json_object_set_new(object, "length",
			enclosure->length < 0 ? json_null() : json_integer(enclosure->length));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *entry_to_json(const struct entry *entry)
{
	json_t *object = json_object();

	(void)json_object_set_new(object, "id", json_text(entry->id));
	(void)json_object_set_new(object, "link", json_text(entry->link));
	(void)json_object_set_new(object, "title", json_text(entry->title));
	(void)json_object_set_new(object, "author", json_text(entry->author));
	(void)json_object_set_new(object, "published", json_date(entry->published));
	(void)json_object_set_new(object, "updated", json_date(entry->updated));
	(void)json_object_set_new(object, "summary", json_text(entry->summary));
	(void)json_object_set_new(object, "content", json_text(entry->content));
	(void)json_object_set_new(object, "categories", categories_to_json(entry));
	(void)json_object_set_new(object, "enclosures", enclosures_to_json(entry));
	(void)json_object_set_new(object, "language", json_text(entry->language));
	return object;
}

static json_t *channel_to_json(const struct channel *channel)
{
	json_t *object = json_object();

	(void)json_object_set_new(
		object, "format", json_text(feed_format_to_string(channel->format)));
	(void)json_object_set_new(object, "title", json_text(channel->title));
	(void)json_object_set_new(object, "link", json_text(channel->link));
	(void)json_object_set_new(object, "language", json_text(channel->language));
	(void)json_object_set_new(object, "updated", json_date(channel->updated));
	return object;
}

json_t *parsed_feed_to_json(const struct parsed_feed *feed)
{
	json_t *object = json_object();
	json_t *entries = json_array();

	for (size_t i = 0; i < feed->entry_count; i++)
		(void)json_array_append_new(entries, entry_to_json(&feed->entries[i]));
	(void)json_object_set_new(object, "feed", channel_to_json(&feed->channel));
	(void)json_object_set_new(object, "entries", entries);
	return object;
}
