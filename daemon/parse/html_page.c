#include "parse/html_page.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/macro.h"
#include "base/url.h"
#include "text/html_entity.h"

enum {
	HEAD_BYTES_MAX = 512 * 1024, /* in which the links are looked for */
	TAG_BYTES = 8 * 1024,        /* a longer tag is none */
};

/* A tag of the page with the attributes that matter here, as they are written. */
struct page_tag {
	struct url_part name;
	struct url_part rel;
	struct url_part type;
	struct url_part href;
};

static bool part_is(const struct url_part *part, const char *word)
{
	return ascii_is(part->bytes, part->length, word);
}

static const char *skip_space(const char *text, const char *end)
{
	while (text < end && isspace((unsigned char)*text))
		text++;
	return text;
}

/* The end of a name: of a tag, or of an attribute. */
static const char *name_end(const char *text, const char *end)
{
	while (text < end && !isspace((unsigned char)*text) && !strchr("=/><", *text))
		text++;
	return text;
}

/*
 * Reads the value behind "="; returns what follows it, or NULL where its quote is never closed.
 * Without quotes the next "<" ends it, too: tags that are never closed are read but once then.
 */
static const char *read_value(const char *text, const char *end, struct url_part *ret)
{
	text = skip_space(text, end);
	if (text < end && (*text == '"' || *text == '\'')) {
		const char *close = memchr(text + 1, *text, (size_t)(end - text - 1));

		*ret = (struct url_part){text + 1, close ? (size_t)(close - text - 1) : 0};
		return close ? close + 1 : NULL;
	}
	ret->bytes = text;
	while (text < end && !isspace((unsigned char)*text) && !strchr("><", *text))
		text++;
	ret->length = (size_t)(text - ret->bytes);
	return text;
}

/* Of an attribute that stands there twice the first counts (HTML, section 13.2.5.33). */
static void note_attribute(
	struct page_tag *tag, const struct url_part *name, const struct url_part *value)
{
	struct url_part *part = part_is(name, "rel") ? &tag->rel
		: part_is(name, "type")              ? &tag->type
		: part_is(name, "href")              ? &tag->href
						     : NULL;

	if (part && !part->bytes)
		*part = *value;
}

/* Reads the tag whose name is at `text`; returns its end, or NULL where it has none in reach. */
static const char *read_tag(const char *text, const char *end, struct page_tag *ret)
{
	const char *close = name_end(text, end);

	*ret = (struct page_tag){.name = {text, (size_t)(close - text)}};
	for (text = close; text && text < end && *text != '>' && *text != '<';) {
		struct url_part name = {text, 0};
		struct url_part value = {"", 0};

		text = name_end(text, end);
		name.length = (size_t)(text - name.bytes);
		close = skip_space(text, end);
		if (name.length > 0 && close < end && *close == '=')
			text = read_value(close + 1, end, &value);
		else
			text = close > name.bytes ? close : text + 1;
		note_attribute(ret, &name, &value);
	}
	return text && text < end ? text : NULL;
}

/* Behind an element whose content is no markup; behind one that never ends there is nothing. */
static const char *skip_raw(const char *text, const char *end, const struct url_part *name)
{
	for (; (text = memmem(text, (size_t)(end - text), "</", 2)); text += 2)
		if ((size_t)(end - text) > name->length + 2 &&
			strncasecmp(text + 2, name->bytes, name->length) == 0)
			return text;
	return end;
}

static bool is_raw(const struct url_part *name)
{
	return part_is(name, "script") || part_is(name, "style") || part_is(name, "textarea") ||
		part_is(name, "title");
}

/* Sets the next tag at or behind *at; false at the end. */
static bool next_tag(const char **at, const char *end, struct page_tag *ret)
{
	const char *text = *at;

	while ((text = memchr(text, '<', (size_t)(end - text)))) {
		size_t left = (size_t)(end - text);

		if (ascii_begins(text, left, "<!--")) {
			text = memmem(text, left, "-->", 3);
			if (!text)
				return false;
		} else if (left > 1 && isalpha((unsigned char)text[1])) {
			*at = read_tag(text + 1, text + (left < TAG_BYTES ? left : TAG_BYTES), ret);
			if (*at) {
				*at = is_raw(&ret->name) ? skip_raw(*at, end, &ret->name) : *at;
				return true;
			}
		}
		text++;
	}
	return false;
}

/* Whether a word is among those of a value with spaces between. */
static bool has_word(const struct url_part *part, const char *word)
{
	const char *end = part->length > 0 ? part->bytes + part->length : NULL;

	for (const char *at = part->bytes; end && at < end;) {
		const char *from = skip_space(at, end);

		for (at = from; at < end && !isspace((unsigned char)*at);)
			at++;
		if (ascii_is(from, (size_t)(at - from), word))
			return true;
	}
	return false;
}

/* The types that feeds are given; oEmbed's, which pages have beside them, are others. */
static bool is_feed_type(const struct url_part *type)
{
	static const char *const types[] = {"application/rss+xml", "application/atom+xml",
		"application/feed+json", "application/rdf+xml", "application/json",
		"application/xml", "text/xml", "application/x-rss+xml", "application/x.atom+xml",
		"application/x-atom+xml", "application/rss", "application/atom", "application/rdf",
		"text/rss+xml", "text/rss", "text/atom+xml"};
	size_t length = 0;

	while (length < type->length && type->bytes[length] != ';' &&
		!isspace((unsigned char)type->bytes[length]))
		length++;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (ascii_is(type->bytes, length, types[i]))
			return true;
	return false;
}

static bool names_feed(const struct page_tag *tag)
{
	if (!part_is(&tag->name, "link") && !part_is(&tag->name, "a"))
		return false;
	if (tag->href.length == 0 || has_word(&tag->rel, "stylesheet"))
		return false;
	/* The type says it; "feed" is a relation of its own (drafts of HTML 5). */
	if (tag->type.length == 0)
		return has_word(&tag->rel, "feed");
	return (has_word(&tag->rel, "alternate") || has_word(&tag->rel, "feed")) &&
		is_feed_type(&tag->type);
}

/* The value with its references read; those without semicolon are parameters of an address. */
static bool read_reference(const struct url_part *value, char ret[URL_BYTES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < value->length;) {
		uint32_t character = 0;
		size_t taken = value->bytes[i] == '&'
			? html_entity_read(value->bytes + i, value->length - i, &character)
			: 0;

		if (count + U8_MAX_LENGTH >= URL_BYTES_MAX)
			return false;
		if (taken > 0 && value->bytes[i + taken - 1] == ';' && character != 0) {
			U8_APPEND_UNSAFE(ret, count, character);
			i += taken;
		} else {
			ret[count++] = value->bytes[i++];
		}
	}
	ret[count] = '\0';
	return true;
}

/* The address itself of one for feed readers: "feed:https://...", "feed://...". */
static const char *without_feed_scheme(const char *reference, struct arena *arena)
{
	reference += strspn(reference, " \t\r\n\f");
	if (strncasecmp(reference, "feed:", 5) != 0)
		return reference;
	reference += 5;
	return strncmp(reference, "//", 2) == 0 ? arena_printf(arena, "http:%s", reference)
						: reference;
}

static void add_alternate(
	const char *base, const char *reference, struct arena *arena, struct parsed_feed *ret)
{
	const char *bare = without_feed_scheme(reference, arena);
	const char *url = bare ? url_resolve(base, bare, arena) : NULL;

	/* WordPress offers each page as a record of its own interface, too. */
	if (!url || !url_is_http(url) || strstr(url, "/wp-json/"))
		return;
	for (size_t i = 0; i < ret->alternate_count; i++)
		if (strcmp(ret->alternates[i], url) == 0)
			return;
	ret->alternates[ret->alternate_count++] = url;
}

/* What the page's references are relative to: its first <base>, wherever it stands. */
static const char *find_base(
	const char *text, const char *end, const char *url, struct arena *arena)
{
	char reference[URL_BYTES_MAX];
	struct page_tag tag;

	while (next_tag(&text, end, &tag))
		if (part_is(&tag.name, "base") && tag.href.length > 0) {
			const char *base = read_reference(&tag.href, reference)
				? url_resolve(url, reference, arena)
				: NULL;

			return base ? base : url;
		}
	return url;
}

int html_page_alternates(const char *text, size_t length, const char *url, struct arena *arena,
	struct parsed_feed *ret)
{
	const char *end = text + (length < HEAD_BYTES_MAX ? length : HEAD_BYTES_MAX);
	const char *base = find_base(text, end, url, arena);
	char reference[URL_BYTES_MAX];
	struct page_tag tag;

	ret->alternate_count = 0;
	ret->alternates = arena_array(arena, ALTERNATES_MAX, sizeof(*ret->alternates));
	if (!ret->alternates)
		return -ENOMEM;
	while (ret->alternate_count < ALTERNATES_MAX && next_tag(&text, end, &tag))
		if (names_feed(&tag) && read_reference(&tag.href, reference))
			add_alternate(base, reference, arena, ret);
	return 0;
}
