#include "parse/feed_parser.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parser.h>
#include <string.h>

#include "base/datetime.h"
#include "parse/feed_builder.h"
#include "parse/foreign.h"
#include "parse/html_page.h"
#include "parse/json_feed.h"
#include "parse/sniff.h"
#include "parse/unpack.h"
#include "parse/xml_feed.h"
#include "parse/xml_prolog.h"
#include "parse/xml_reader.h"
#include "parse/xml_repair.h"
#include "text/charset.h"
#include "text/html_tag.h"
#include "text/html_text.h"

int parse_prepare(void)
{
	static const char word[] = "Cafe\xCC\x81 <b>";
	struct buffer text = BUFFER_INIT(sizeof(word));
	int64_t seconds;
	int r;

	xmlInitParser();
	charset_prepare();
	/* ICU loads its tables when they are first asked for. */
	r = html_text_add(word, sizeof(word) - 1, 0, &text);
	buffer_free(&text);
	(void)datetime_parse("1 \xD0\xBC\xD0\xB0\xD1\x8F 2024", &seconds);
	return r;
}

/* What the scanner left alone. */
static int read_strict(
	struct feed_builder *builder, const struct xml_prolog *prolog, struct diagnosis *ret_error)
{
	const struct xml_source source = {
		.prolog = prolog, .text = prolog->root, .length = prolog->root_length};

	if (!xml_is_bounded(source.text, source.length)) {
		*ret_error = (struct diagnosis){.words = "a tag is longer than any feed needs"};
		return -EBADMSG;
	}
	feed_builder_reset(builder);
	return xml_feed_read(builder, &source, ret_error);
}

static int read_repaired(struct feed_builder *builder, const struct xml_prolog *prolog,
	const struct diagnosis *error)
{
	_cleanup_(buffer_free) struct buffer repaired = BUFFER_INIT(REPAIR_BYTES_MAX);
	struct xml_source source = {.prolog = prolog, .recover = true};
	struct diagnosis ignored;
	int r;

	r = xml_repair(prolog, &repaired);
	if (r == -ENOMEM)
		return r;
	feed_builder_reset(builder);
	feed_builder_diagnose(builder, error->line, "not well-formed XML (%s); repaired",
		error->words ? error->words : "");
	source.text = buffer_string(&repaired);
	source.length = repaired.length;
	r = xml_feed_read(builder, &source, &ignored);
	return r == -EBADMSG ? 0 : r;
}

/*
 * Strictly first: most feeds are well-formed, and plainly so.  What is not is repaired, and the
 * repaired text read with libxml2's own recovery, which sees to what the repair did not foresee.
 */
static int read_xml(struct feed_builder *builder, const struct xml_prolog *prolog)
{
	struct diagnosis error = {0};
	int r;

	r = xml_feed_scan(builder, prolog);
	if (r == -EAGAIN)
		r = read_strict(builder, prolog, &error);
	return r == -EBADMSG ? read_repaired(builder, prolog, &error) : r;
}

/* Keeps the newest, the newest first, those of one date in the document's order. */
static void add_child(struct parsed_feed *feed, const char *url, int64_t updated)
{
	size_t at = feed->child_count;

	while (at > 0 && feed->children[at - 1].updated < updated)
		at--;
	if (at == CHILDREN_MAX)
		return;
	if (feed->child_count < CHILDREN_MAX)
		feed->child_count++;
	memmove(feed->children + at + 1, feed->children + at,
		(feed->child_count - 1 - at) * sizeof(*feed->children));
	feed->children[at] = (struct child_document){url, updated};
}

/* A sitemap index has no entries of its own: its links are to be fetched. */
static int index_to_children(struct arena *arena, struct parsed_feed *feed)
{
	feed->children = arena_array(arena, CHILDREN_MAX, sizeof(*feed->children));
	if (!feed->children)
		return -ENOMEM;
	for (size_t i = 0; i < feed->entry_count; i++)
		if (feed->entries[i].link)
			add_child(feed, feed->entries[i].link, feed->entries[i].updated);
	feed->entry_count = 0;
	return 0;
}

/*
 * News has dates; a plain list of a site's pages is nothing to be watched.  An empty one is no such
 * list: Google's holds the news of two days, and on some days there is none.
 */
static bool is_undated_sitemap(const struct parsed_feed *feed)
{
	if (feed->channel.format != FORMAT_SITEMAP || feed->known_count > 0 ||
		feed->entry_count == 0)
		return false;
	for (size_t i = 0; i < feed->entry_count; i++)
		if (feed->entries[i].published != DATE_NONE ||
			feed->entries[i].updated != DATE_NONE || feed->entries[i].title)
			return false;
	return true;
}

static int parse_html(const struct sniffed *sniffed, struct feed_builder *builder,
	struct parsed_feed *ret, const char **ret_reason)
{
	int r;

	r = html_page_alternates(sniffed->text, sniffed->length, builder->url, builder->arena, ret);
	if (r < 0)
		return r;
	*ret_reason = ret->alternate_count > 0
		? arena_printf(builder->arena, "an HTML page, which links to the feed %s",
			  ret->alternates[0])
		: "an HTML page, which links to no feed";
	return -EBADMSG;
}

/* A page may begin with any element of HTML; it is known by its links to feeds then. */
static int parse_page(const struct sniffed *sniffed, const char *root, struct feed_builder *builder,
	struct parsed_feed *ret, const char **ret_reason)
{
	int r = 0;

	if (html_tag_find(root, strlen(root)) != TAG_UNKNOWN || strcmp(root, "title") == 0)
		r = parse_html(sniffed, builder, ret, ret_reason);
	if (r == -ENOMEM || ret->alternate_count > 0)
		return r;
	*ret_reason = arena_printf(builder->arena, "no feed begins with the element <%s>", root);
	return -EBADMSG;
}

static bool is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isspace((unsigned char)text[i]))
			return false;
	return true;
}

/* What is quoted to the user should be a name, not what random bytes have behind a "<". */
static bool is_plausible_name(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x80 && !isalnum((unsigned char)*name) &&
			!strchr("_-.", *name))
			return false;
	return true;
}

/* The root could be a feed's, but it has no namespace of one, nor anything of a feed in it. */
static bool is_hollow(const struct feed_builder *builder, const struct parsed_feed *feed)
{
	if (builder->is_declared || builder->channel.count > 0 || feed->known_count > 0)
		return false;
	for (size_t i = 0; i < feed->entry_count; i++) {
		const struct entry *entry = &feed->entries[i];

		if (entry->id || entry->link || entry->title || entry->author || entry->summary ||
			entry->content || entry->published != DATE_NONE ||
			entry->updated != DATE_NONE || entry->enclosure_count > 0)
			return false;
	}
	return true;
}

static int parse_xml(const struct sniffed *sniffed, struct feed_builder *builder,
	struct parsed_feed *ret, const char **ret_reason)
{
	_cleanup_(freep) struct xml_prolog *prolog = malloc(sizeof(*prolog));
	int r;

	if (!prolog)
		return -ENOMEM;
	xml_prolog_read(sniffed->text, sniffed->length, prolog);
	if (!prolog->root || !is_plausible_name(prolog->root_name)) {
		*ret_reason = is_blank(sniffed->text, sniffed->length) ? "the document is empty"
								       : "neither XML nor JSON";
		return -EBADMSG;
	}
	if (strcmp(prolog->root_name, "html") == 0)
		return parse_html(sniffed, builder, ret, ret_reason);
	if (!xml_is_feed_root(prolog->root_name))
		return parse_page(sniffed, prolog->root_name, builder, ret, ret_reason);
	r = read_xml(builder, prolog);
	if (r < 0)
		return r;
	r = feed_builder_finish(builder, ret);
	if (r < 0)
		return r;
	if (is_hollow(builder, ret)) {
		*ret_reason = arena_printf(builder->arena,
			"an XML document <%s> with nothing of a feed in it", prolog->root_name);
		return -EBADMSG;
	}
	if (xml_feed_is_index(prolog))
		return index_to_children(builder->arena, ret);
	if (!is_undated_sitemap(ret))
		return 0;
	*ret_reason = "a sitemap without news and without dates";
	return -EBADMSG;
}

/*
 * Takes a document out of its gzip, where it is in one.  A file that the server packed once more on
 * the way was taken out of that before, so that one is left.
 */
static int unpack(const struct document *document, struct buffer *unpacked, struct document *ret,
	const char **ret_reason)
{
	int r;

	*ret = *document;
	if (!is_gzip(document->bytes, document->length))
		return 0;
	r = gunzip(document->bytes, document->length, unpacked);
	if (r == -EFBIG) {
		*ret_reason = "a gzip file that unpacks to more than 16 MiB, or to more than "
			      "200 times its size";
		return -EBADMSG;
	}
	if (r == -EBADMSG)
		*ret_reason = "a gzip file that is damaged or cut off";
	if (r < 0)
		return r;
	ret->bytes = unpacked->bytes;
	ret->length = unpacked->length;
	return 0;
}

static int parse_sniffed(const struct sniffed *sniffed, struct feed_builder *builder,
	struct parsed_feed *ret, const char **ret_reason)
{
	int r;

	builder->diagnoses_kept = builder->diagnosis_count;
	if (sniffed->kind == KIND_HTML)
		return parse_html(sniffed, builder, ret, ret_reason);
	if (sniffed->kind != KIND_JSON)
		return parse_xml(sniffed, builder, ret, ret_reason);
	r = json_feed_read(builder, sniffed->text, sniffed->length, ret_reason);
	return r < 0 ? r : feed_builder_finish(builder, ret);
}

int feed_parse(const struct document *document, const struct digest *known, size_t known_count,
	struct arena *arena, struct parsed_feed *ret, const char **ret_reason)
{
	_cleanup_(feed_builder_freep) struct feed_builder *builder = NULL;
	_cleanup_(sniffed_clear) struct sniffed sniffed = {0};
	_cleanup_(buffer_free) struct buffer unpacked = {0};
	struct parsed_feed feed = {0};
	struct document plain;
	int r;

	*ret_reason = NULL;
	r = feed_builder_new(document, known, known_count, arena, &builder);
	if (r == 0)
		r = unpack(document, &unpacked, &plain, ret_reason);
	if (r == 0) {
		*ret_reason = foreign_kind(plain.bytes, plain.length);
		r = *ret_reason ? -EBADMSG : sniff(&plain, builder, &sniffed);
	}
	if (r == 0)
		r = parse_sniffed(&sniffed, builder, &feed, ret_reason);
	if (r == 0 || r == -EBADMSG)
		*ret = feed;
	*ret_reason = *ret_reason ? *ret_reason : "";
	return r;
}
