#include "parse/feed_builder.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "parse/draft_convert.h"
#include "text/html_text.h"

enum {
	/* Base scopes of one entry: some hundred elements with an address each. */
	SCRATCH_BYTES_MAX = 4 * 1024 * 1024,
	ENTRIES_FIRST = 32,
	ENTRIES_ROOM = 2 * ENTRIES_MAX,
	TITLE_OPTIONS = HTML_TEXT_LINE | HTML_TEXT_KEEP_UNKNOWN,
};

int feed_builder_new(const struct document *document, const struct digest *known,
	size_t known_count, struct arena *arena, struct feed_builder **ret)
{
	_cleanup_(feed_builder_freep) struct feed_builder *builder = calloc(1, sizeof(*builder));
	int r;

	if (!builder)
		return -ENOMEM;
	builder->arena = arena;
	builder->known = known;
	builder->known_count = known_count;
	builder->url = document->url && url_is_http(document->url) ? document->url : NULL;
	builder->text = BUFFER_INIT(DRAFT_BYTES_MAX);
	builder->seen = BUFFER_INIT(DRAFT_BYTES_MAX);
	r = draft_init(&builder->channel);
	if (r < 0)
		return r;
	r = draft_init(&builder->entry);
	if (r < 0)
		return r;
	r = arena_new(SCRATCH_BYTES_MAX, &builder->scratch);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(builder);
	return 0;
}

void feed_builder_free(struct feed_builder *builder)
{
	if (!builder)
		return;
	draft_clear(&builder->channel);
	draft_clear(&builder->entry);
	buffer_free(&builder->text);
	buffer_free(&builder->seen);
	arena_free(builder->scratch);
	free(builder->entries);
	free(builder);
}

void feed_builder_reset(struct feed_builder *builder)
{
	draft_reset(&builder->channel);
	draft_reset(&builder->entry);
	builder->source = NULL;
	builder->in_entry = false;
	builder->entry_count = 0;
	buffer_reset(&builder->seen);
	builder->truncated = false;
	builder->diagnosis_count = builder->diagnoses_kept;
}

uint32_t feed_builder_line(const struct feed_builder *builder, uint32_t place)
{
	const struct xml_prolog *source = builder->source;
	uint32_t line;

	if (builder->diagnosis_count == DIAGNOSES_MAX)
		return 0;
	if (!source)
		return place;
	line = source->lines + 1;
	for (size_t i = 0; i < place && i < source->root_length; i++)
		line += source->root[i] == '\n';
	return line;
}

void feed_builder_diagnose(struct feed_builder *builder, uint32_t line, const char *format, ...)
{
	char words[DIAGNOSIS_MAX];
	va_list arguments;
	int length;

	if (builder->diagnosis_count == DIAGNOSES_MAX)
		return;
	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was started above */
	length = vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(words))
		words[utf8_cut(words, sizeof(words) - 1, sizeof(words) - 2)] = '\0';
	builder->diagnoses[builder->diagnosis_count] =
		(struct diagnosis){.line = line, .words = arena_strdup(builder->arena, words)};
	if (builder->diagnoses[builder->diagnosis_count].words)
		builder->diagnosis_count++;
}

/* The newest first; of one age, the order of the document.  Compares indexes of entries. */
static int compare_age(const void *a, const void *b, void *entries)
{
	const size_t *one = a;
	const size_t *two = b;
	int64_t first = entry_date((const struct entry *)entries + *one);
	int64_t second = entry_date((const struct entry *)entries + *two);

	if (first != second)
		return first < second ? 1 : -1;
	return (*one > *two) - (*one < *two);
}

static int compare_place(const void *a, const void *b)
{
	const size_t *one = a;
	const size_t *two = b;

	return (*one > *two) - (*one < *two);
}

/* Drops all but the ENTRIES_MAX newest, which stay in the order of the document. */
static void keep_newest(struct feed_builder *builder)
{
	_cleanup_(freep) size_t *order = NULL;

	if (builder->entry_count <= ENTRIES_MAX)
		return;
	builder->truncated = true;
	order = calloc(builder->entry_count, sizeof(*order));
	if (!order) {
		builder->entry_count = ENTRIES_MAX;
		return;
	}
	for (size_t i = 0; i < builder->entry_count; i++)
		order[i] = i;
	qsort_r(order, builder->entry_count, sizeof(*order), compare_age, builder->entries);
	qsort(order, ENTRIES_MAX, sizeof(*order), compare_place);
	for (size_t i = 0; i < ENTRIES_MAX; i++)
		builder->entries[i] = builder->entries[order[i]];
	builder->entry_count = ENTRIES_MAX;
}

void feed_builder_begin_entry(struct feed_builder *builder)
{
	draft_reset(&builder->entry);
	arena_reset(builder->scratch);
	builder->in_entry = true;
}

static void finish_entry(struct feed_builder *builder, struct entry *ret)
{
	const struct draft *draft = &builder->entry;

	ret->id = draft_verbatim(builder, draft, FIELD_ID, ENTRY_ID_MAX);
	ret->link = draft_link(builder, draft, FIELD_LINK);
	ret->title = draft_text(builder, draft, FIELD_TITLE, TITLE_OPTIONS, ENTRY_TITLE_MAX);
	ret->author = draft_people(builder, draft, ENTRY_AUTHOR_MAX);
	ret->published = draft_date(builder, draft, FIELD_PUBLISHED);
	ret->updated = draft_date(builder, draft, FIELD_UPDATED);
	ret->summary = draft_text(builder, draft, FIELD_SUMMARY, 0, ENTRY_TEXT_MAX);
	ret->content = draft_text(builder, draft, FIELD_CONTENT, 0, ENTRY_TEXT_MAX);
	ret->language = draft_verbatim(builder, draft, FIELD_LANGUAGE, LANGUAGE_MAX);
	draft_categories(builder, draft, ret);
	draft_enclosures(builder, draft, ret);
}

static bool make_room(struct feed_builder *builder)
{
	size_t room = builder->entry_room > 0 ? 2 * builder->entry_room : ENTRIES_FIRST;
	struct entry *entries;

	if (builder->entry_count == ENTRIES_ROOM)
		keep_newest(builder);
	if (builder->entry_count < builder->entry_room)
		return true;
	room = room < ENTRIES_ROOM ? room : ENTRIES_ROOM;
	entries = reallocarray(builder->entries, room, sizeof(*entries));
	if (!entries)
		return false;
	builder->entries = entries;
	builder->entry_room = room;
	return true;
}

void feed_builder_end_entry(struct feed_builder *builder, const struct digest *digest)
{
	struct entry entry = {.digest = digest ? *digest : draft_digest(&builder->entry)};

	builder->in_entry = false;
	if (builder->failed < 0)
		return;
	if (builder->known_count > 0 &&
		bsearch(&entry.digest, builder->known, builder->known_count, sizeof(entry.digest),
			digest_compare)) {
		(void)buffer_add(&builder->seen, &entry.digest, sizeof(entry.digest));
		return;
	}
	if (!make_room(builder)) {
		builder->failed = -ENOMEM;
		return;
	}
	finish_entry(builder, &entry);
	builder->entries[builder->entry_count++] = entry;
}

/* Links that nothing else made absolute are relative to the feed's own. */
static void resolve_links(struct feed_builder *builder, const char *base)
{
	for (size_t i = 0; i < builder->entry_count; i++) {
		struct entry *entry = &builder->entries[i];

		if (entry->link && !strchr(entry->link, ':'))
			entry->link = url_resolve(base, entry->link, builder->arena);
		for (size_t j = 0; j < entry->enclosure_count; j++) {
			const char **url = &entry->enclosures[j].url;
			const char *resolved =
				strchr(*url, ':') ? NULL : url_resolve(base, *url, builder->arena);

			*url = resolved ? resolved : *url;
		}
	}
}

/* An Atom entry without authors has those of its feed (RFC 4287 section 4.2.1). */
static void inherit_authors(struct feed_builder *builder)
{
	const char *people = draft_people(builder, &builder->channel, ENTRY_AUTHOR_MAX);

	for (size_t i = 0; people && i < builder->entry_count; i++)
		if (!builder->entries[i].author)
			builder->entries[i].author = people;
}

static bool is_atom(enum feed_format format)
{
	return format == FORMAT_ATOM_10 || format == FORMAT_ATOM_03;
}

static void finish_channel(struct feed_builder *builder, struct channel *ret)
{
	const struct draft *draft = &builder->channel;

	*ret = (struct channel){
		.format = builder->format,
		.title = draft_text(builder, draft, FIELD_TITLE, TITLE_OPTIONS, ENTRY_TITLE_MAX),
		.link = draft_link(builder, draft, FIELD_LINK),
		.language = draft_verbatim(builder, draft, FIELD_LANGUAGE, LANGUAGE_MAX),
		.updated = draft_date(builder, draft, FIELD_UPDATED),
		.hub = draft_link(builder, draft, FIELD_HUB),
		.self = draft_link(builder, draft, FIELD_SELF),
	};
	if (ret->updated == DATE_NONE)
		ret->updated = draft_date(builder, draft, FIELD_PUBLISHED);
	draft_hints(draft, &ret->hints);
	ret->hints.expired = builder->expired;
}

/* The digests of the known entries that stand in the document. */
static int give_seen(struct feed_builder *builder, struct parsed_feed *ret)
{
	size_t count = builder->seen.length / sizeof(*ret->known);

	if (builder->seen.failed)
		return -ENOMEM;
	ret->known_count = count < ENTRIES_MAX ? count : ENTRIES_MAX;
	ret->known = arena_array(builder->arena, ret->known_count, sizeof(*ret->known));
	if (!ret->known)
		return -ENOMEM;
	if (count > 0)
		memcpy(ret->known, builder->seen.bytes, ret->known_count * sizeof(*ret->known));
	qsort(ret->known, ret->known_count, sizeof(*ret->known), digest_compare);
	return 0;
}

int feed_builder_finish(struct feed_builder *builder, struct parsed_feed *ret)
{
	struct parsed_feed feed = {0};
	int r;

	keep_newest(builder);
	finish_channel(builder, &feed.channel);
	/* Atom has no such rule: without a base its references stay as they are (RFC 4287, 2). */
	if (is_atom(builder->format))
		inherit_authors(builder);
	else if (feed.channel.link)
		resolve_links(builder, feed.channel.link);
	feed.entry_count = builder->entry_count;
	feed.entries = arena_array(builder->arena, feed.entry_count, sizeof(*feed.entries));
	feed.diagnosis_count = builder->diagnosis_count;
	feed.diagnoses = arena_array(builder->arena, feed.diagnosis_count, sizeof(*feed.diagnoses));
	if (!feed.entries || !feed.diagnoses || builder->failed < 0)
		return -ENOMEM;
	if (feed.entry_count > 0)
		memcpy(feed.entries, builder->entries, feed.entry_count * sizeof(*feed.entries));
	memcpy(feed.diagnoses, builder->diagnoses, feed.diagnosis_count * sizeof(*feed.diagnoses));
	feed.truncated = builder->truncated;
	r = give_seen(builder, &feed);
	if (r < 0)
		return r;
	*ret = feed;
	return 0;
}
