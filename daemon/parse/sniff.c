#include "parse/sniff.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "parse/charset.h"

enum {
	NAME_BYTES = 64,
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
	char names[SOURCE_MAX][NAME_BYTES]; /* "": none */
	size_t mark;                        /* length of the byte order mark */
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
			(void)snprintf(
				names->names[SOURCE_BYTES], NAME_BYTES, "%s", patterns[i].charset);
			names->mark = patterns[i].mark;
			return;
		}
}

/* Copies a charset's name as far as it has the characters of one (RFC 2978 section 2.3). */
static void copy_name(const char *text, const char *end, char ret[NAME_BYTES])
{
	size_t count = 0;

	while (text < end && (isspace((unsigned char)*text) || *text == '"' || *text == '\''))
		text++;
	while (text < end && count < NAME_BYTES - 1 &&
		(isalnum((unsigned char)*text) || (*text && strchr("-_.:+", *text))))
		ret[count++] = *text++;
	ret[count] = '\0';
}

/* The charset parameter of a Content-Type (RFC 9110 section 8.3.1). */
static void sniff_header(const char *content_type, struct charset_names *names)
{
	const char *parameter = strcasestr(content_type, "charset");

	if (!parameter)
		return;
	parameter += strlen("charset");
	parameter += strspn(parameter, " \t");
	if (*parameter == '=')
		copy_name(parameter + 1, parameter + 1 + strlen(parameter + 1),
			names->names[SOURCE_HTTP]);
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
		copy_name(encoding + 1, close, names->names[SOURCE_XML]);
}

/* In EBCDIC only the declaration tells which of its code pages it is. */
static void sniff_ebcdic(const char *text, size_t length, struct charset_names *names)
{
	struct buffer head = BUFFER_INIT(4 * DECLARATION_BYTES);

	if (charset_decode("cp037", text, length < 256 ? length : 256, &head) == 0)
		sniff_declaration(head.bytes, head.length, names);
	if (names->names[SOURCE_XML][0] != '\0')
		memcpy(names->names[SOURCE_BYTES], names->names[SOURCE_XML], NAME_BYTES);
	buffer_free(&head);
}

/* How much speaks for UTF-8 beyond its being valid: characters of two bytes count once. */
static unsigned utf8_evidence(const char *text, size_t length)
{
	unsigned evidence = 0;

	for (size_t i = 0; i < length && evidence < 4; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0xE0)
			evidence += 4;
		else if (byte >= 0xC2)
			evidence++;
	}
	return evidence;
}

static bool is_latin(const char *name)
{
	return strcasecmp(name, "windows-1252") == 0 || strcasecmp(name, "iso-8859-1") == 0 ||
		strcasecmp(name, "us-ascii") == 0 || strcasecmp(name, "iso-8859-15") == 0;
}

/*
 * Valid UTF-8 is hardly ever something else: a declared charset of single bytes is then a lie, the
 * sooner if it is Latin, in whose texts the bytes of UTF-8 make no sense.
 */
static bool is_belied(const char *name, const char *text, size_t length)
{
	unsigned evidence;

	if (charset_is_wide(name))
		return length > 1 && text[0] != '\0' && text[1] != '\0';
	if (!utf8_valid(text, length))
		return false;
	evidence = utf8_evidence(text, length);
	return evidence >= (is_latin(name) ? 1U : 4U);
}

/* Converts from a named charset; false where it is unknown or the bytes speak against it. */
static bool try_charset(const char *name, enum charset_source source, const char *text,
	size_t length, struct feed_builder *builder, struct sniffed *ret)
{
	if (charset_is_utf8(name))
		return utf8_valid(text, length);
	if (source != SOURCE_BYTES && is_belied(name, text, length)) {
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

static bool starts_with(const char *text, const char *end, const char *word)
{
	return (size_t)(end - text) >= strlen(word) && strncasecmp(text, word, strlen(word)) == 0;
}

/* The first markup that begins an element or a document of its own. */
static enum document_kind kind_of_markup(const char *text, const char *end)
{
	static const char *const roots[] = {"<rss", "<feed", "<rdf:rdf", "<channel", "<urlset",
		"<sitemapindex", "<atom:feed", "<entry", "<?xml"};

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (starts_with(text, end, roots[i]))
			return KIND_XML;
	if (starts_with(text, end, "<!doctype html") || starts_with(text, end, "<html") ||
		starts_with(text, end, "<head") || starts_with(text, end, "<body"))
		return KIND_HTML;
	return KIND_UNKNOWN;
}

static enum document_kind kind_of(const char *text, size_t length)
{
	const char *end = text + (length < JUNK_BYTES ? length : JUNK_BYTES);
	bool markup = false;

	while (text < end && isspace((unsigned char)*text))
		text++;
	if (text < end && *text == '{')
		return KIND_JSON;
	for (const char *at = text; at < end; at++) {
		enum document_kind kind = *at == '<' ? kind_of_markup(at, end) : KIND_UNKNOWN;

		if (kind != KIND_UNKNOWN)
			return kind;
		markup = markup || (*at == '<' && at == text);
	}
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
		sniff_header(document->content_type, &names);
	text += names.mark;
	sniff_declaration(text, document->length - names.mark, &names);
	r = to_utf8(text, document->length - names.mark, &names, builder, ret);
	if (r < 0)
		return r;
	ret->kind = kind_of(ret->text, ret->length);
	return 0;
}
