#include "extract/page_extract.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parser.h>
#include <string.h>
#include <strings.h>

#include "base/datetime.h"
#include "base/url.h"
#include "base/utf8.h"
#include "extract/author.h"
#include "extract/blocks.h"
#include "extract/content.h"
#include "extract/page_charset.h"
#include "extract/page_date.h"
#include "extract/page_filter.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"
#include "extract/title.h"
#include "extract/verdict.h"
#include "model/entry.h"
#include "text/charset.h"

/* JSON-LD's body is taken where the text found is shorter than this share of it. */
#define BODY_SHARE 0.8

enum {
	SNIFF_BYTES = 512,
	TEXT_BUFFER_MAX = 4 * PAGE_TEXT_MAX,
};

struct extraction {
	const struct document *document;
	struct arena *arena;
	struct page_bytes bytes;
	struct page_filter filter;
	struct page_tree tree;
	struct blocks blocks;
	struct page_meta meta;
	struct content content;
	struct buffer text;
};

static void extraction_clear(struct extraction *extraction)
{
	blocks_clear(&extraction->blocks);
	page_tree_clear(&extraction->tree);
	page_filter_clear(&extraction->filter);
	page_bytes_clear(&extraction->bytes);
	buffer_free(&extraction->text);
}

int extract_prepare(void)
{
	static const char page[] = "<meta charset=x><p>\xE9";
	struct document document = {.bytes = (char *)page, .length = sizeof(page) - 1};
	struct page_bytes bytes;
	int64_t seconds;
	int r;

	xmlInitParser();
	charset_prepare();
	/* ICU loads its tables when they are first asked for. */
	r = page_bytes_read(&document, &bytes);
	if (r == 0)
		page_bytes_clear(&bytes);
	(void)datetime_parse("1 \xD0\xBC\xD0\xB0\xD1\x8F 2024", &seconds);
	return r;
}

/* ---- what is no page ---- */

static const struct {
	const char *bytes;
	size_t length;
	const char *words;
} magics[] = {
	{"%PDF", 4, "a PDF"},
	{"\x89PNG", 4, "a picture"},
	{"GIF8", 4, "a picture"},
	{"\xFF\xD8\xFF", 3, "a picture"},
	{"PK\x03\x04", 4, "an archive"},
	{"\x1F\x8B", 2, "a compressed file"},
	{"ID3", 3, "a sound"},
	{"\xD0\xCF\x11\xE0", 4, "an office document"},
	{"{\\rtf", 5, "an office document"},
};

static const char *no_page(const struct document *document)
{
	static const char *const types[] = {"text/html", "application/xhtml", "text/plain",
		"application/xml", "text/xml", "application/octet-stream"};
	const char *type = document->content_type;
	size_t head = document->length < SNIFF_BYTES ? document->length : SNIFF_BYTES;
	bool known = !type || *type == '\0';

	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (document->length >= magics[i].length &&
			memcmp(document->bytes, magics[i].bytes, magics[i].length) == 0)
			return magics[i].words;
	while (type && isspace((unsigned char)*type))
		type++;
	for (size_t i = 0; i < ARRAY_SIZE(types) && !known; i++)
		known = strncasecmp(type, types[i], strlen(types[i])) == 0;
	if (!known)
		return "of another type than a web page";
	if (head == 0)
		return "empty";
	return NULL;
}

/* ---- fields ---- */

static const char *cut(const char *text, size_t limit, struct arena *arena)
{
	if (!text || strlen(text) <= limit)
		return text;
	return arena_copy(arena, text, utf8_cut_word(text, strlen(text), limit));
}

/* "en_GB" and "EN-gb" are "en-gb"; names of languages and lists are none. */
static const char *language_of(const char *value, struct arena *arena)
{
	size_t length = value
		? strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
		: 0;
	char *copy;

	if (length < 2 || length > LANGUAGE_MAX)
		return NULL;
	copy = arena_copy(arena, value, length);
	for (char *at = copy; at && *at; at++)
		*at = (char)(*at == '_' ? '-' : tolower((unsigned char)*at));
	return copy && strcspn(copy, "-") <= 3 ? copy : NULL;
}

static const char *choose_language(const struct page_meta *meta, struct arena *arena)
{
	const char *found = NULL;

	for (size_t source = 0; source < SOURCE_MAX && !found; source++)
		found = language_of(meta->values[FIELD_LANGUAGE][source], arena);
	return found;
}

/* An address of the page's own words made absolute, or NULL. */
static const char *absolute(const struct extraction *extraction, const char *reference)
{
	const char *base = extraction->document->url;
	const char *resolved;

	if (!reference)
		return NULL;
	if (extraction->meta.base)
		base = base ? url_resolve(base, extraction->meta.base, extraction->arena)
			    : extraction->meta.base;
	resolved = url_resolve(base, reference, extraction->arena);
	return resolved && url_is_http(resolved) && strlen(resolved) <= URL_BYTES_MAX ? resolved
										      : NULL;
}

/* What a page says is its address; the most trusted that is one. */
static const char *choose_url(const struct extraction *extraction)
{
	const char *found = NULL;

	for (size_t source = 0; source < SOURCE_MAX && !found; source++)
		found = absolute(extraction, extraction->meta.values[FIELD_URL][source]);
	return found;
}

static void read_meta(struct extraction *extraction)
{
	page_meta_read(&extraction->meta, &extraction->tree, extraction->arena);
	json_ld_read(&extraction->meta, extraction->filter.scripts, extraction->filter.script_count,
		extraction->arena);
}

static int choose_text(struct extraction *extraction, struct web_page *page)
{
	const char *body = extraction->meta.values[FIELD_BODY][SOURCE_JSONLD];
	struct buffer *text = &extraction->text;
	size_t length;
	int r;

	r = content_text(&extraction->tree, &extraction->blocks, text);
	if (r == -ENOMEM)
		return r;
	page->text = buffer_string(text);
	length = text->length;
	if (body && (double)length < BODY_SHARE * (double)strlen(body)) {
		page->text = body;
		length = strlen(body);
	}
	length = utf8_cut(page->text, length, PAGE_TEXT_MAX);
	page->text = arena_copy(extraction->arena, page->text, length);
	return page->text ? 0 : -ENOMEM;
}

static int parse(struct extraction *extraction)
{
	int r;

	r = page_bytes_read(extraction->document, &extraction->bytes);
	if (r < 0)
		return r;
	r = page_filter_run(&extraction->filter, extraction->bytes.text, extraction->bytes.length);
	if (r < 0)
		return -ENOMEM;
	r = page_tree_build(&extraction->filter.markup, extraction->arena, &extraction->tree);
	if (r < 0)
		return r;
	read_meta(extraction);
	return blocks_cut(&extraction->tree, &extraction->blocks);
}

static void fill_dates(const struct extraction *extraction, const char *host, struct web_page *page)
{
	const struct page_dates dates = {
		.meta = &extraction->meta,
		.tree = &extraction->tree,
		.blocks = &extraction->blocks,
		.heading = extraction->content.heading,
		.url = page->canonical_url ? page->canonical_url : extraction->document->url,
		.day_first = page_date_day_first(page->language, host),
	};
	struct page_time published = page_date_published(&dates);
	struct page_time modified = page_date_modified(&dates);

	page->published = published.seconds;
	page->published_offset = published.offset;
	page->modified = modified.seconds;
	page->modified_offset = modified.offset;
}

static int fill(struct extraction *extraction, struct web_page *page)
{
	const struct page_meta *meta = &extraction->meta;
	struct arena *arena = extraction->arena;
	struct titles titles = {0};
	const char *host;
	int r;

	page->canonical_url = choose_url(extraction);
	host = url_host(page->canonical_url         ? page->canonical_url
			: extraction->document->url ? extraction->document->url
						    : "",
		arena);
	page->site = cut(page_meta_best(meta, FIELD_SITE), PAGE_SITE_MAX, arena);
	page->title = cut(title_choose(meta, &extraction->tree, page->site, host, arena, &titles),
		PAGE_TITLE_MAX, arena);
	r = content_choose(&extraction->tree, &extraction->blocks, &titles, &extraction->content);
	if (r < 0)
		return r;
	r = choose_text(extraction, page);
	if (r < 0)
		return r;
	page->language = choose_language(meta, arena);
	fill_dates(extraction, host, page);
	page->author = cut(author_choose(meta, &extraction->tree, &extraction->blocks,
				   extraction->content.heading, page->site, arena),
		PAGE_AUTHOR_MAX, arena);
	page->image = absolute(extraction, page_meta_best(meta, FIELD_IMAGE));
	page->verdict = verdict_of(
		page, meta, &extraction->tree, &extraction->blocks, extraction->document->url);
	return 0;
}

int page_extract(const struct document *document, struct arena *arena, struct web_page *ret,
	const char **ret_reason)
{
	_cleanup_(extraction_clear) struct extraction extraction = {
		.document = document,
		.arena = arena,
		.text = BUFFER_INIT(TEXT_BUFFER_MAX),
	};
	struct web_page page = {.published = DATE_NONE, .modified = DATE_NONE};
	const char *words = no_page(document);
	int r;

	if (words) {
		*ret_reason = arena_printf(arena, "no web page: it is %s", words);
		return -EBADMSG;
	}
	r = parse(&extraction);
	if (r == 0)
		r = fill(&extraction, &page);
	if (r == 0)
		*ret = page;
	return r;
}
