#include "parse/feed_json.h"

#include "base/datetime.h"
#include "base/macro.h"

/* Sets a string, or null where it is absent. */
static void set_string(json_t *object, const char *key, const char *value)
{
	(void)json_object_set_new(object, key, value ? json_string(value) : json_null());
}

static void set_date(json_t *object, const char *key, int64_t seconds)
{
	char text[DATETIME_SIZE];

	set_string(object, key, seconds == DATE_NONE ? NULL : datetime_format(seconds, text));
}

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

		set_string(object, "url", enclosure->url);
		set_string(object, "type", enclosure->type);
		(void)json_object_set_new(object, "length",
			enclosure->length < 0 ? json_null() : json_integer(enclosure->length));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *entry_to_json(const struct entry *entry)
{
	json_t *object = json_object();

	set_string(object, "id", entry->id);
	set_string(object, "link", entry->link);
	set_string(object, "title", entry->title);
	set_string(object, "author", entry->author);
	set_date(object, "published", entry->published);
	set_date(object, "updated", entry->updated);
	set_string(object, "summary", entry->summary);
	set_string(object, "content", entry->content);
	(void)json_object_set_new(object, "categories", categories_to_json(entry));
	(void)json_object_set_new(object, "enclosures", enclosures_to_json(entry));
	set_string(object, "language", entry->language);
	return object;
}

static json_t *channel_to_json(const struct channel *channel)
{
	json_t *object = json_object();

	set_string(object, "format", feed_format_to_string(channel->format));
	set_string(object, "title", channel->title);
	set_string(object, "link", channel->link);
	set_string(object, "language", channel->language);
	set_date(object, "updated", channel->updated);
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
