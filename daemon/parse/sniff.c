#include "parse/sniff.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/charset.h"
#include "text/charset_name.h"

enum {
	DECLARATION_BYTES = 1024, /* in which an XML declaration is looked for */
	JUNK_BYTES = 64 * 1024,   /* before the markup: warnings of the publisher's program */
	/* A conversion may make three bytes of one, and a document has up to 16 MiB. */
	CONVERTED_BYTES_MAX = 3 * 16 * 1024 * 1024,
};

/* Where a charset was named, the most trusted first. */
enum charset_source {
	SOURCE_BYTES, /* a byte order mark, or the pattern of the first characters */
	SOURCE_HTTP,
	SOURCE_XML,
	SOURCE_MAX,
};

struct charset_names {
	char names[SOURCE_MAX][CHARSET_NAME_BYTES]; /* "": none */
	size_t mark;                                /* length of the byte order mark */
};

static const struct {
	const char *bytes;
	unsigned length;
	unsigned mark; /* how many of them are no text */
	const char *charset;
} patterns[] = {
	{"\xEF\xBB\xBF", 3, 3, "UTF-8"}, {"\xFF\xFE\0\0", 4, 4, "UTF-32LE"},
	{"\0\0\xFE\xFF", 4, 4, "UTF-32BE"}, {"\xFF\xFE", 2, 2, "UTF-16LE"},
	{"\xFE\xFF", 2, 2, "UTF-16BE"}, {"<\0\0\0", 4, 0, "UTF-32LE"},
	{"\0\0\0<", 4, 0, "UTF-32BE"}, {"<\0", 2, 0, "UTF-16LE"}, {"\0<", 2, 0, "UTF-16BE"},
	{"{\0", 2, 0, "UTF-16LE"}, {"\0{", 2, 0, "UTF-16BE"},
	{"\x4C\x6F\xA7\x94", 4, 0, "cp037"}, /* "<?xm" in EBCDIC */
};

static void sniff_bytes(const char *bytes, size_t length, struct charset_names *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (length >= patterns[i].length &&
			memcmp(bytes, patterns[i].bytes, patterns[i].length) == 0) {
			(void)snprintf(names->names[SOURCE_BYTES], CHARSET_NAME_BYTES, "%s",
				patterns[i].charset);
			names->mark = patterns[i].mark;
			return;
		}
}

/* The pseudo-attribute of the XML declaration, in text that has ASCII as it is. */
static void sniff_declaration(const char *text, size_t length, struct charset_names *names)
{
	const char *end = text + (length < DECLARATION_BYTES ? length : DECLARATION_BYTES);
	const char *start = memmem(text, (size_t)(end - text), "<?xml", 5);
	const char *close = start ? memchr(start, '>', (size_t)(end - start)) : NULL;
	const char *encoding;

	if (!close)
		return;
	encoding = memmem(start, (size_t)(close - start), "encoding", 8);
	if (!encoding)
		return;
	encoding = memchr(encoding, '=', (size_t)(close - encoding));
	if (encoding)
		charset_name_copy(encoding + 1, close, names->names[SOURCE_XML]);
}

/* In EBCDIC only the declaration tells which of its code pages it is. */
static void sniff_ebcdic(const char *text, size_t length, struct charset_names *names)
{
	struct buffer head = BUFFER_INIT(4 * DECLARATION_BYTES);

	if (charset_decode("cp037", text, length < 256 ? length : 256, &head) == 0)
		sniff_declaration(head.bytes, head.length, names);
	if (names->names[SOURCE_XML][0] != '\0')
		memcpy(names->names[SOURCE_BYTES], names->names[SOURCE_XML], CHARSET_NAME_BYTES);
	buffer_free(&head);
}

/* Converts from a named charset; false where it is unknown or the bytes speak against it. */
static bool try_charset(const char *name, enum charset_source source, const char *text,
	size_t length, struct feed_builder *builder, struct sniffed *ret)
{
	if (charset_is_utf8(name))
		return utf8_valid(text, length);
	if (source != SOURCE_BYTES && charset_name_is_belied(name, text, length)) {
		feed_builder_diagnose(
			builder, 0, "declared as %s, but is not; read as UTF-8", name);
		return utf8_valid(text, length);
	}
	buffer_reset(&ret->converted);
	if (charset_decode(name, text, length, &ret->converted) < 0) {
		feed_builder_diagnose(builder, 0, "charset %s is not known", name);
		return false;
	}
	ret->text = buffer_string(&ret->converted);
	ret->length = ret->converted.length;
	return true;
}

static int to_utf8(const char *text, size_t length, const struct charset_names *names,
	struct feed_builder *builder, struct sniffed *ret)
{
	ret->text = text;
	ret->length = length;
	for (enum charset_source source = 0; source < SOURCE_MAX; source++)
		if (names->names[source][0] != '\0' &&
			try_charset(names->names[source], source, text, length, builder, ret))
			return 0;
	ret->text = text;
	ret->length = length;
	if (utf8_valid(text, length))
		return 0;
	feed_builder_diagnose(
		builder, 0, "not UTF-8 throughout; the other bytes read as windows-1252");
	buffer_reset(&ret->converted);
	if (charset_decode_mixed(text, length, &ret->converted) < 0)
		return -ENOMEM;
	ret->text = buffer_string(&ret->converted);
	ret->length = ret->converted.length;
	return 0;
}

/* The first markup that begins an element or a document of its own. */
static enum document_kind kind_of_markup(const char *text, const char *end)
{
	static const char *const roots[] = {"<rss", "<feed", "<rdf:rdf", "<channel", "<urlset",
		"<sitemapindex", "<atom:feed", "<entry", "<opml", "<?xml"};

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (ascii_begins(text, (size_t)(end - text), roots[i]))
			return KIND_XML;
	if (ascii_begins(text, (size_t)(end - text), "<html") ||
		ascii_begins(text, (size_t)(end - text), "<head") ||
		ascii_begins(text, (size_t)(end - text), "<body"))
		return KIND_HTML;
	return KIND_UNKNOWN;
}

static enum document_kind kind_of(const char *text, size_t length)
{
	const char *end = text + (length < JUNK_BYTES ? length : JUNK_BYTES);
	bool markup = false;
	bool html = false;

	while (text < end && isspace((unsigned char)*text))
		text++;
	/* A list is no JSON Feed, but JSON. */
	if (text < end && (*text == '{' || *text == '['))
		return KIND_JSON;
	for (const char *at = text; at < end; at++) {
		enum document_kind kind = *at == '<' ? kind_of_markup(at, end) : KIND_UNKNOWN;

		if (kind != KIND_UNKNOWN)
			return kind;
		/* Programs put HTML's document type before feeds, too: the first tag tells. */
		if (html && *at == '<' && end - at > 1 && isalpha((unsigned char)at[1]))
			return KIND_HTML;
		html = html || ascii_begins(at, (size_t)(end - at), "<!doctype html");
		markup = markup || (*at == '<' && at == text);
	}
	if (html)
		return KIND_HTML;
	return markup ? KIND_XML : KIND_UNKNOWN;
}

void sniffed_clear(struct sniffed *sniffed)
{
	buffer_free(&sniffed->converted);
}

int sniff(const struct document *document, struct feed_builder *builder, struct sniffed *ret)
{
	struct charset_names names = {0};
	const char *text = document->bytes ? document->bytes : "";
	int r;

	ret->converted = BUFFER_INIT(CONVERTED_BYTES_MAX);
	sniff_bytes(text, document->length, &names);
	if (strcmp(names.names[SOURCE_BYTES], "cp037") == 0)
		sniff_ebcdic(text, document->length, &names);
	if (document->content_type)
		charset_name_of_type(document->content_type, names.names[SOURCE_HTTP]);
	text += names.mark;
	sniff_declaration(text, document->length - names.mark, &names);
	r = to_utf8(text, document->length - names.mark, &names, builder, ret);
	if (r < 0)
		return r;
	ret->kind = kind_of(ret->text, ret->length);
	return 0;
}
