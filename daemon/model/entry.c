#include "model/entry.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"
#include "model/enum_names.h"

static const char *const format_names[] = {
	[FORMAT_RSS_090] = "rss0.90",
	[FORMAT_RSS_091] = "rss0.91",
	[FORMAT_RSS_092] = "rss0.92",
	[FORMAT_RSS_093] = "rss0.93",
	[FORMAT_RSS_094] = "rss0.94",
	[FORMAT_RSS_10] = "rss1.0",
	[FORMAT_RSS_20] = "rss2.0",
	[FORMAT_ATOM_03] = "atom0.3",
	[FORMAT_ATOM_10] = "atom1.0",
	[FORMAT_JSONFEED_10] = "jsonfeed1.0",
	[FORMAT_JSONFEED_11] = "jsonfeed1.1",
	[FORMAT_SITEMAP] = "sitemap",
	[FORMAT_CDF] = "cdf",
};

DEFINE_ENUM_TO_STRING(feed_format, enum feed_format, format_names)

int64_t entry_date(const struct entry *entry)
{
	return entry->published != DATE_NONE ? entry->published : entry->updated;
}

static void write_entry(const struct entry *entry, struct buffer *buffer)
{
	wire_put_string(buffer, entry->id);
	wire_put_string(buffer, entry->link);
	wire_put_string(buffer, entry->title);
	wire_put_string(buffer, entry->author);
	wire_put_string(buffer, entry->summary);
	wire_put_string(buffer, entry->content);
	wire_put_string(buffer, entry->language);
	wire_put_u64(buffer, (uint64_t)entry->published);
	wire_put_u64(buffer, (uint64_t)entry->updated);
	wire_put_u32(buffer, (uint32_t)entry->category_count);
	for (size_t i = 0; i < entry->category_count; i++)
		wire_put_string(buffer, entry->categories[i]);
	wire_put_u32(buffer, (uint32_t)entry->enclosure_count);
	for (size_t i = 0; i < entry->enclosure_count; i++) {
		wire_put_string(buffer, entry->enclosures[i].url);
		wire_put_string(buffer, entry->enclosures[i].type);
		wire_put_u64(buffer, (uint64_t)entry->enclosures[i].length);
	}
	(void)buffer_add(buffer, entry->digest.bytes, sizeof(entry->digest.bytes));
}

static void read_digest(struct wire_reader *reader, struct digest *ret)
{
	for (size_t i = 0; i < sizeof(ret->bytes); i++)
		ret->bytes[i] = wire_get_u8(reader);
}

/* Makes room for `count` strings and reads them; absent ones are bad. */
static const char **read_strings(
	struct wire_reader *reader, size_t count, size_t limit, struct arena *arena)
{
	const char **strings = arena_array(arena, count, sizeof(*strings));

	if (!strings)
		reader->bad = true;
	for (size_t i = 0; i < count && !reader->bad; i++) {
		strings[i] = wire_get_string(reader, limit, arena);
		if (!strings[i])
			reader->bad = true;
	}
	return strings;
}

static void read_enclosures(struct wire_reader *reader, struct arena *arena, struct entry *entry)
{
	size_t count = wire_get_count(reader, ENTRY_ENCLOSURES_MAX);

	entry->enclosures = arena_array(arena, count, sizeof(*entry->enclosures));
	if (!entry->enclosures)
		reader->bad = true;
	for (size_t i = 0; i < count && !reader->bad; i++) {
		entry->enclosures[i] = (struct enclosure){
			.url = wire_get_string(reader, URL_BYTES_MAX, arena),
			.type = wire_get_string(reader, ENCLOSURE_TYPE_MAX, arena),
			.length = (int64_t)wire_get_u64(reader),
		};
		if (!entry->enclosures[i].url)
			reader->bad = true;
	}
	entry->enclosure_count = reader->bad ? 0 : count;
}

static void read_entry(struct wire_reader *reader, struct arena *arena, struct entry *entry)
{
	size_t count;

	entry->id = wire_get_string(reader, ENTRY_ID_MAX, arena);
	entry->link = wire_get_string(reader, ENTRY_LINK_MAX, arena);
	entry->title = wire_get_string(reader, ENTRY_TITLE_MAX, arena);
	entry->author = wire_get_string(reader, ENTRY_AUTHOR_MAX, arena);
	entry->summary = wire_get_string(reader, ENTRY_TEXT_MAX, arena);
	entry->content = wire_get_string(reader, ENTRY_TEXT_MAX, arena);
	entry->language = wire_get_string(reader, LANGUAGE_MAX, arena);
	entry->published = (int64_t)wire_get_u64(reader);
	entry->updated = (int64_t)wire_get_u64(reader);
	count = wire_get_count(reader, ENTRY_CATEGORIES_MAX);
	entry->categories = read_strings(reader, count, ENTRY_CATEGORY_MAX, arena);
	entry->category_count = count;
	read_enclosures(reader, arena, entry);
	read_digest(reader, &entry->digest);
}

static void write_channel(const struct channel *channel, struct buffer *buffer)
{
	wire_put_u8(buffer, (uint8_t)channel->format);
	wire_put_string(buffer, channel->title);
	wire_put_string(buffer, channel->link);
	wire_put_string(buffer, channel->language);
	wire_put_u64(buffer, (uint64_t)channel->updated);
	wire_put_string(buffer, channel->hub);
	wire_put_string(buffer, channel->self);
	wire_put_u32(buffer, channel->hints.ttl_minutes);
	wire_put_u32(buffer, channel->hints.update_minutes);
	wire_put_u32(buffer, channel->hints.skip_hours);
	wire_put_u8(buffer, channel->hints.skip_days);
	wire_put_u8(buffer, channel->hints.expired);
}

static void read_channel(struct wire_reader *reader, struct arena *arena, struct channel *channel)
{
	uint8_t format = wire_get_u8(reader);

	if (format >= FORMAT_MAX)
		reader->bad = true;
	channel->format = (enum feed_format)format;
	channel->title = wire_get_string(reader, ENTRY_TITLE_MAX, arena);
	channel->link = wire_get_string(reader, URL_BYTES_MAX, arena);
	channel->language = wire_get_string(reader, LANGUAGE_MAX, arena);
	channel->updated = (int64_t)wire_get_u64(reader);
	channel->hub = wire_get_string(reader, URL_BYTES_MAX, arena);
	channel->self = wire_get_string(reader, URL_BYTES_MAX, arena);
	channel->hints.ttl_minutes = wire_get_u32(reader);
	channel->hints.update_minutes = wire_get_u32(reader);
	channel->hints.skip_hours = wire_get_u32(reader);
	channel->hints.skip_days = wire_get_u8(reader);
	channel->hints.expired = wire_get_u8(reader) != 0;
}

void parsed_feed_write(const struct parsed_feed *feed, struct buffer *buffer)
{
	write_channel(&feed->channel, buffer);
	wire_put_u8(buffer, feed->truncated);
	wire_put_bytes(buffer, feed->known, feed->known_count * sizeof(*feed->known));
	wire_put_u32(buffer, (uint32_t)feed->diagnosis_count);
	for (size_t i = 0; i < feed->diagnosis_count; i++) {
		wire_put_u32(buffer, feed->diagnoses[i].line);
		wire_put_string(buffer, feed->diagnoses[i].words);
	}
	wire_put_u32(buffer, (uint32_t)feed->alternate_count);
	for (size_t i = 0; i < feed->alternate_count; i++)
		wire_put_string(buffer, feed->alternates[i]);
	wire_put_u32(buffer, (uint32_t)feed->child_count);
	for (size_t i = 0; i < feed->child_count; i++) {
		wire_put_string(buffer, feed->children[i].url);
		wire_put_u64(buffer, (uint64_t)feed->children[i].updated);
	}
	wire_put_u32(buffer, (uint32_t)feed->entry_count);
	for (size_t i = 0; i < feed->entry_count; i++)
		write_entry(&feed->entries[i], buffer);
}

static void read_known(struct wire_reader *reader, struct arena *arena, struct parsed_feed *feed)
{
	size_t length;
	const void *bytes = wire_get_bytes(reader, ENTRIES_MAX * sizeof(*feed->known), &length);

	if (!bytes)
		return;
	feed->known = arena_alloc(arena, length);
	feed->known_count = length / sizeof(*feed->known);
	if (!feed->known || length % sizeof(*feed->known) != 0)
		reader->bad = true;
	else
		memcpy(feed->known, bytes, length);
}

static void read_diagnoses(
	struct wire_reader *reader, struct arena *arena, struct parsed_feed *feed)
{
	size_t count = wire_get_count(reader, DIAGNOSES_MAX);

	feed->diagnoses = arena_array(arena, count, sizeof(*feed->diagnoses));
	if (!feed->diagnoses)
		reader->bad = true;
	for (size_t i = 0; i < count && !reader->bad; i++) {
		feed->diagnoses[i].line = wire_get_u32(reader);
		feed->diagnoses[i].words = wire_get_string(reader, DIAGNOSIS_MAX, arena);
		if (!feed->diagnoses[i].words)
			reader->bad = true;
	}
	feed->diagnosis_count = count;
}

static void read_children(struct wire_reader *reader, struct arena *arena, struct parsed_feed *feed)
{
	size_t count = wire_get_count(reader, CHILDREN_MAX);

	feed->children = arena_array(arena, count, sizeof(*feed->children));
	if (!feed->children)
		reader->bad = true;
	for (size_t i = 0; i < count && !reader->bad; i++) {
		feed->children[i].url = wire_get_string(reader, URL_BYTES_MAX, arena);
		feed->children[i].updated = (int64_t)wire_get_u64(reader);
		if (!feed->children[i].url)
			reader->bad = true;
	}
	feed->child_count = count;
}

int parsed_feed_read(struct wire_reader *reader, struct arena *arena, struct parsed_feed *ret)
{
	struct parsed_feed feed = {0};

	read_channel(reader, arena, &feed.channel);
	feed.truncated = wire_get_u8(reader) != 0;
	read_known(reader, arena, &feed);
	read_diagnoses(reader, arena, &feed);
	feed.alternate_count = wire_get_count(reader, ALTERNATES_MAX);
	feed.alternates = read_strings(reader, feed.alternate_count, URL_BYTES_MAX, arena);
	read_children(reader, arena, &feed);
	feed.entry_count = wire_get_count(reader, ENTRIES_MAX);
	feed.entries = arena_array(arena, feed.entry_count, sizeof(*feed.entries));
	if (!feed.entries)
		reader->bad = true;
	for (size_t i = 0; i < feed.entry_count && !reader->bad; i++)
		read_entry(reader, arena, &feed.entries[i]);
	if (reader->bad)
		return -EBADMSG;
	*ret = feed;
	return 0;
}
