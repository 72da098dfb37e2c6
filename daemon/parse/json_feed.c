#include "parse/json_feed.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "parse/json_repair.h"

/* A title may be a year; an address that is a number is none. */
static bool may_be_number(enum field field)
{
	return field == FIELD_ID || field == FIELD_TITLE || field == FIELD_CATEGORY ||
		field == FIELD_PUBLISHED || field == FIELD_UPDATED;
}

static struct draft_value *add_string(struct draft *draft, enum field field, unsigned rank,
	enum text_form form, const json_t *value)
{
	char number[32];
	int length;

	if (json_is_string(value))
		return draft_add(draft, field, rank, form, json_string_value(value),
			json_string_length(value));
	/* Version 1: an id that is no string should be made one.  Dates are seconds then. */
	if (!may_be_number(field))
		return NULL;
	if (json_is_integer(value))
		length = snprintf(
			number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		length = snprintf(number, sizeof(number), "%.15g", json_real_value(value));
	else
		return NULL;
	return draft_add(draft, field, rank, form, number, (size_t)length);
}

/* A row of a table from members to fields. */
struct member {
	const char *key;
	enum field field;
	uint8_t rank;
	enum text_form form;
};

static void add_members(
	struct draft *draft, const json_t *object, const struct member *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)add_string(draft, members[i].field, members[i].rank, members[i].form,
			json_object_get(object, members[i].key));
}

/* An author is an object with a name; programs write the name alone, too. */
static bool add_author(struct draft *draft, const json_t *author)
{
	return add_string(draft, FIELD_AUTHOR, 0, FORM_PLAIN,
		json_is_object(author) ? json_object_get(author, "name") : author);
}

/* "authors" of version 1.1, or "author" of 1.0: one where several are meant, and otherwise. */
static bool add_authors(struct draft *draft, const json_t *object)
{
	static const char *const keys[] = {"authors", "author"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(keys) && !found; i++) {
		const json_t *value = json_object_get(object, keys[i]);

		if (!json_is_array(value))
			found = add_author(draft, value);
		for (size_t j = 0; j < json_array_size(value); j++)
			found = add_author(draft, json_array_get(value, j)) || found;
	}
	return found;
}

/* "url\0type\0length", as draft.h has it. */
static void add_attachment(struct draft *draft, const json_t *attachment)
{
	const char *url = json_string_value(json_object_get(attachment, "url"));
	const char *type = json_string_value(json_object_get(attachment, "mime_type"));
	const json_t *size = json_object_get(attachment, "size_in_bytes");
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(2 * URL_BYTES_MAX);

	if (!url)
		return;
	(void)buffer_add(&text, url, strlen(url) + 1);
	(void)buffer_add(&text, type ? type : "", type ? strlen(type) + 1 : 1);
	if (json_is_number(size))
		(void)buffer_printf(&text, "%.0f", json_number_value(size));
	(void)buffer_add_char(&text, '\0');
	if (!text.failed)
		(void)draft_add(draft, FIELD_ENCLOSURE, 0, FORM_PLAIN, text.bytes, text.length);
}

static void read_item(struct feed_builder *builder, const json_t *feed, const json_t *item)
{
	static const struct member members[] = {
		{"id", FIELD_ID, 0, FORM_PLAIN},
		{"url", FIELD_LINK, 0, FORM_PLAIN},
		{"external_url", FIELD_LINK, 1, FORM_PLAIN},
		{"id", FIELD_LINK, 2, FORM_GUID},
		{"title", FIELD_TITLE, 0, FORM_PLAIN},
		{"content_html", FIELD_CONTENT, 0, FORM_HTML},
		{"content_text", FIELD_CONTENT, 1, FORM_PLAIN},
		{"summary", FIELD_SUMMARY, 0, FORM_PLAIN},
		{"date_published", FIELD_PUBLISHED, 0, FORM_PLAIN},
		{"date_modified", FIELD_UPDATED, 0, FORM_PLAIN},
		{"language", FIELD_LANGUAGE, 0, FORM_PLAIN},
	};
	const json_t *tags = json_object_get(item, "tags");
	const json_t *attachments = json_object_get(item, "attachments");
	struct draft *draft = &builder->entry;

	feed_builder_begin_entry(builder);
	add_members(draft, item, members, ARRAY_SIZE(members));
	if (!add_authors(draft, item))
		(void)add_authors(draft, feed);
	for (size_t i = 0; i < json_array_size(tags); i++)
		(void)add_string(draft, FIELD_CATEGORY, 0, FORM_PLAIN, json_array_get(tags, i));
	for (size_t i = 0; i < json_array_size(attachments); i++)
		add_attachment(draft, json_array_get(attachments, i));
	feed_builder_end_entry(builder, NULL);
}

static void read_channel(struct feed_builder *builder, const json_t *feed)
{
	static const struct member members[] = {
		{"title", FIELD_TITLE, 0, FORM_PLAIN},
		{"home_page_url", FIELD_LINK, 0, FORM_PLAIN},
		{"feed_url", FIELD_SELF, 0, FORM_PLAIN},
		{"language", FIELD_LANGUAGE, 0, FORM_PLAIN},
	};
	const json_t *hubs = json_object_get(feed, "hubs");

	add_members(&builder->channel, feed, members, ARRAY_SIZE(members));
	for (size_t i = 0; i < json_array_size(hubs); i++)
		(void)add_string(&builder->channel, FIELD_HUB, 0, FORM_PLAIN,
			json_object_get(json_array_get(hubs, i), "url"));
	builder->expired = json_is_true(json_object_get(feed, "expired"));
}

/* The version says that it is one; without it, entries with ids do. */
static bool is_feed(const json_t *feed)
{
	const char *version = json_string_value(json_object_get(feed, "version"));
	const json_t *items = json_object_get(feed, "items");
	const json_t *first = json_array_get(items, 0);

	if (!json_is_array(items))
		return false;
	if (version && strstr(version, "jsonfeed.org/version/"))
		return true;
	return json_is_object(first) && json_object_get(feed, "title") &&
		json_object_get(first, "id") &&
		(json_object_get(first, "url") || json_object_get(first, "content_html") ||
			json_object_get(first, "content_text"));
}

/* Strictly, then repaired; NULL where that is of no use either. */
static json_t *load(
	struct feed_builder *builder, const char *text, size_t length, const char **ret_reason)
{
	_cleanup_(buffer_free) struct buffer repaired = BUFFER_INIT(JSON_REPAIR_BYTES_MAX);
	json_error_t error;
	json_t *value = json_loadb(text, length, JSON_ALLOW_NUL, &error);

	if (value)
		return value;
	json_repair(text, length, &repaired);
	value = json_loadb(buffer_string(&repaired), repaired.length, JSON_ALLOW_NUL, NULL);
	if (value)
		feed_builder_diagnose(
			builder, (uint32_t)error.line, "not valid JSON (%s); repaired", error.text);
	else
		*ret_reason = arena_printf(
			builder->arena, "bad JSON in line %d: %s", error.line, error.text);
	return value;
}

int json_feed_read(
	struct feed_builder *builder, const char *text, size_t length, const char **ret_reason)
{
	json_t *feed = load(builder, text, length, ret_reason);
	const char *version;
	const json_t *items;

	if (!feed)
		return -EBADMSG;
	if (!is_feed(feed)) {
		json_decref(feed);
		*ret_reason = "JSON, but no JSON Feed (no version, or no items)";
		return -EBADMSG;
	}
	version = json_string_value(json_object_get(feed, "version"));
	/* What is to come will be more like the newer one. */
	builder->format = version && !strstr(version, "version/1.1") &&
			strstr(version, "jsonfeed.org/version/1")
		? FORMAT_JSONFEED_10
		: FORMAT_JSONFEED_11;
	read_channel(builder, feed);
	items = json_object_get(feed, "items");
	for (size_t i = 0; i < json_array_size(items) && builder->failed == 0; i++)
		if (json_is_object(json_array_get(items, i)))
			read_item(builder, feed, json_array_get(items, i));
	json_decref(feed);
	return builder->failed;
}
