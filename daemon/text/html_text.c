#include "text/html_text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "text/html_entity.h"
#include "text/html_tag.h"
#include "text/text_writer.h"

/*
 * Things looked for to the end of the text and not found: without this memory each tag of a hostile
 * text would look again.
 */
struct absent {
	bool greater;
	bool quote[2];        /* " and ' */
	uint64_t hidden_ends; /* a bit for each name, which may be shared: see name_bit() */
	bool cdata_end;
};

struct scanner {
	const char *text;
	const char *end;
	unsigned options;
	const char *cdata_end; /* the "]]>" of an escaped CDATA section, or NULL */
	struct absent absent;
	struct text_writer writer;
};

/* A tag as it stands in the text. */
struct tag {
	const char *name;
	size_t name_length;
	const char *attributes;
	const char *end; /* behind ">" */
	bool closing;
	bool empty; /* "/>" */
};

static const char *find(const char *text, const char *end, char byte)
{
	return memchr(text, byte, (size_t)(end - text));
}

/* The end of a quoted value whose quote is at `text`; NULL where it is not closed. */
static const char *quote_end(struct scanner *scanner, const char *text)
{
	bool *absent = &scanner->absent.quote[*text == '\''];
	const char *end = *absent ? NULL : find(text + 1, scanner->end, *text);

	if (!end)
		*absent = true;
	return end;
}

/* The ">" of the tag whose attributes begin at `text`, skipping quoted ones. */
static const char *find_tag_end(struct scanner *scanner, const char *text)
{
	bool value = false;

	for (const char *at = text; at < scanner->end; at++) {
		if (*at == '>')
			return at;
		if (value && (*at == '"' || *at == '\'')) {
			const char *end = quote_end(scanner, at);

			/* An open quote would swallow the rest: the first ">" ends the tag. */
			if (!end)
				break;
			at = end;
		}
		if ((unsigned char)*at > ' ')
			value = *at == '=';
	}
	return find(text, scanner->end, '>');
}

/* Reads the tag at scanner->text ("<"). */
static bool read_tag(struct scanner *scanner, struct tag *ret)
{
	const char *text = scanner->text + 1;
	const char *greater;

	if (scanner->absent.greater)
		return false;
	*ret = (struct tag){.closing = text < scanner->end && *text == '/'};
	text += ret->closing;
	if (text >= scanner->end || !isalpha((unsigned char)*text))
		return false;
	ret->name = text;
	while (text < scanner->end && (unsigned char)*text > ' ' && *text != '/' && *text != '>')
		text++;
	ret->name_length = (size_t)(text - ret->name);
	ret->attributes = text;
	greater = find_tag_end(scanner, text);
	if (!greater) {
		scanner->absent.greater = true;
		return false;
	}
	ret->empty = greater > text && greater[-1] == '/';
	ret->end = greater + 1;
	return true;
}

/* An attribute's name and value; borrowed. */
struct attribute {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

static bool is_name_end(char byte)
{
	return isspace((unsigned char)byte) || byte == '=' || byte == '>' || byte == '/';
}

/* Reads the next attribute of a tag from `*text` on; false behind the last. */
static bool next_attribute(const struct tag *tag, const char **text, struct attribute *ret)
{
	const char *end = tag->end - 1;
	const char *at = *text;

	while (at < end && is_name_end(*at))
		at++;
	*ret = (struct attribute){.name = at};
	while (at < end && !is_name_end(*at))
		at++;
	ret->name_length = (size_t)(at - ret->name);
	while (at < end && isspace((unsigned char)*at))
		at++;
	if (at < end && *at == '=') {
		const char *close = NULL;

		for (at++; at < end && isspace((unsigned char)*at);)
			at++;
		if (at < end && (*at == '"' || *at == '\''))
			close = find(at + 1, end, *at);
		ret->value = close ? at + 1 : at;
		while (!close && at < end && !isspace((unsigned char)*at))
			at++;
		ret->value_length = (size_t)((close ? close : at) - ret->value);
		at = close ? close + 1 : at;
	}
	*text = at;
	return ret->name_length > 0;
}

/* "display:none" or "visibility:hidden" in a style, with white space or without. */
static bool is_hiding_style(const char *style, size_t length)
{
	char folded[64];
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (isspace((unsigned char)style[i]))
			continue;
		/* Declarations that are too long for the room hide nothing. */
		folded[count++] = (char)tolower((unsigned char)style[i]);
		if (style[i] == ';' || count == sizeof(folded))
			count = 0;
		else if ((count == strlen("display:none") &&
				 memcmp(folded, "display:none", count) == 0) ||
			(count == strlen("visibility:hidden") &&
				memcmp(folded, "visibility:hidden", count) == 0))
			return true;
	}
	return false;
}

/* Whether "dden" of hidden or "none" of display:none may be in the attributes: few have either. */
static bool may_be_hidden(const struct tag *tag)
{
	for (const char *at = tag->attributes; at + 3 < tag->end; at++) {
		char second = (char)(at[1] | 0x20);

		if (second == 'd' ? (at[0] | 0x20) == 'd' && (at[2] | 0x20) == 'e'
				  : second == 'o' && (at[0] | 0x20) == 'n' && (at[2] | 0x20) == 'n')
			return true;
	}
	return false;
}

/* Attributes that keep an element from being seen: hidden, aria-hidden="true", styles. */
static bool is_hidden(const struct tag *tag)
{
	const char *text = tag->attributes;
	struct attribute attribute;

	if (!may_be_hidden(tag))
		return false;
	while (next_attribute(tag, &text, &attribute)) {
		if (ascii_is(attribute.name, attribute.name_length, "hidden") ||
			(ascii_is(attribute.name, attribute.name_length, "aria-hidden") &&
				ascii_is(attribute.value, attribute.value_length, "true")) ||
			(ascii_is(attribute.name, attribute.name_length, "style") &&
				is_hiding_style(attribute.value, attribute.value_length)))
			return true;
	}
	return false;
}

/* The text behind `</name ...>`, or NULL.  What lies between is not looked at. */
static const char *skip_raw(struct scanner *scanner, const struct tag *tag)
{
	const char *text = tag->end;

	for (;;) {
		text = find(text, scanner->end, '<');
		if (!text)
			return NULL;
		if ((size_t)(scanner->end - text) > tag->name_length + 2 && text[1] == '/' &&
			strncasecmp(text + 2, tag->name, tag->name_length) == 0) {
			text = find(text, scanner->end, '>');
			return text ? text + 1 : NULL;
		}
		text++;
	}
}

/* The text behind the end tag that belongs to this one, or NULL; elements of its name nest. */
static const char *skip_element(struct scanner *scanner, const struct tag *tag)
{
	const char *text = tag->end;
	size_t depth = 1;

	while ((text = find(text, scanner->end, '<'))) {
		const char *name = text + 1;
		bool closing = name < scanner->end && *name == '/';

		name += closing;
		text++;
		if ((size_t)(scanner->end - name) <= tag->name_length ||
			strncasecmp(name, tag->name, tag->name_length) != 0 ||
			isalnum((unsigned char)name[tag->name_length]))
			continue;
		depth = closing ? depth - 1 : depth + 1;
		if (depth == 0) {
			text = find(text, scanner->end, '>');
			return text ? text + 1 : NULL;
		}
	}
	return NULL;
}

static uint64_t name_bit(const struct tag *tag)
{
	unsigned first = (unsigned char)(tag->name[0] | 0x20);
	unsigned last = (unsigned char)(tag->name[tag->name_length - 1] | 0x20);

	return UINT64_C(1) << ((31 * first + 7 * last + tag->name_length) % 64);
}

/* Where to go on behind an element that goes with its content; its tag alone if it never ends. */
static const char *skip(struct scanner *scanner, const struct tag *tag, bool raw)
{
	const char *end;

	if (tag->empty || (!raw && scanner->absent.hidden_ends & name_bit(tag)))
		return tag->end;
	end = raw ? skip_raw(scanner, tag) : skip_element(scanner, tag);
	if (end)
		return end;
	scanner->absent.hidden_ends |= name_bit(tag);
	return raw ? scanner->end : tag->end;
}

static void add_gap(struct scanner *scanner, enum html_tag kind)
{
	if (kind == TAG_BLOCK || kind == TAG_BREAK)
		text_writer_gap(&scanner->writer, GAP_LINE);
	else if (kind == TAG_CELL)
		text_writer_gap(&scanner->writer, GAP_CELL);
}

/* "<stdio.h>", "<T>": no element's name, and nothing else in the tag. */
static bool is_text(const struct scanner *scanner, const struct tag *tag, enum html_tag kind)
{
	return kind == TAG_UNKNOWN && (scanner->options & HTML_TEXT_KEEP_UNKNOWN) &&
		tag->attributes + 1 == tag->end && !memchr(tag->name, ':', tag->name_length) &&
		!memchr(tag->name, '-', tag->name_length);
}

static void add_text(struct scanner *scanner, const char *text, const char *end)
{
	(void)text_writer_add(&scanner->writer, text, (size_t)(end - text), TEXT_FLOW);
}

/* At "<" and a letter, or "</": returns false where it is no tag. */
static bool scan_tag(struct scanner *scanner)
{
	enum html_tag kind;
	struct tag tag;

	if (!read_tag(scanner, &tag))
		return false;
	kind = html_tag_find(tag.name, tag.name_length);
	if (is_text(scanner, &tag, kind)) {
		add_text(scanner, scanner->text, tag.end);
		scanner->text = tag.end;
		return true;
	}
	add_gap(scanner, kind);
	if (!tag.closing && (kind == TAG_RAW || kind == TAG_SKIP))
		scanner->text = skip(scanner, &tag, kind == TAG_RAW);
	else if (!tag.closing && kind != TAG_VOID && kind != TAG_BREAK && is_hidden(&tag))
		scanner->text = skip(scanner, &tag, false);
	else
		scanner->text = tag.end;
	return true;
}

/* At "<!" or "<?": comments, declarations, instructions; the text of a CDATA section stays. */
static void scan_declaration(struct scanner *scanner)
{
	static const char cdata[] = "<![CDATA[";
	const char *text = scanner->text;
	size_t left = (size_t)(scanner->end - text);
	const char *end;

	if (left >= sizeof(cdata) - 1 && memcmp(text, cdata, sizeof(cdata) - 1) == 0) {
		scanner->text += sizeof(cdata) - 1;
		if (!scanner->absent.cdata_end && scanner->cdata_end < text)
			scanner->cdata_end = memmem(text, left, "]]>", 3);
		scanner->absent.cdata_end = !scanner->cdata_end;
		return;
	}
	if (left >= 4 && memcmp(text, "<!--", 4) == 0) {
		end = memmem(text + 4, left - 4, "-->", 3);
		scanner->text = end ? end + 3 : scanner->end;
		return;
	}
	end = scanner->absent.greater ? NULL : find(text, scanner->end, '>');
	scanner->absent.greater = !end;
	if (end) {
		scanner->text = end + 1;
	} else {
		add_text(scanner, text, text + 1);
		scanner->text++;
	}
}

static void scan_less(struct scanner *scanner)
{
	const char *text = scanner->text;

	if (text + 1 < scanner->end && (text[1] == '!' || text[1] == '?')) {
		scan_declaration(scanner);
	} else if (!scan_tag(scanner)) {
		add_text(scanner, text, text + 1);
		scanner->text++;
	}
}

static void scan_ampersand(struct scanner *scanner)
{
	uint32_t character;
	size_t length =
		html_entity_read(scanner->text, (size_t)(scanner->end - scanner->text), &character);

	if (length > 0) {
		text_writer_character(&scanner->writer, character);
		scanner->text += length;
	} else {
		add_text(scanner, scanner->text, scanner->text + 1);
		scanner->text++;
	}
}

/* At what is no markup: the text up to the next that may be. */
static void scan_text(struct scanner *scanner)
{
	const char *end = scanner->end;

	if (scanner->cdata_end && scanner->cdata_end >= scanner->text)
		end = scanner->cdata_end;
	if (scanner->text == scanner->cdata_end)
		scanner->text += strlen("]]>");
	else
		scanner->text += text_writer_add(&scanner->writer, scanner->text,
			(size_t)(end - scanner->text), TEXT_MARKUP);
}

static struct text_writer new_writer(struct buffer *out, unsigned options)
{
	return (struct text_writer){
		.out = out, .start = out->length, .one_line = options & HTML_TEXT_LINE};
}

int html_text_add(const char *html, size_t length, unsigned options, struct buffer *out)
{
	struct scanner scanner = {
		.text = html,
		.end = html + length,
		.options = options,
		.writer = new_writer(out, options),
	};

	while (scanner.text < scanner.end && !out->failed) {
		if (*scanner.text == '<') {
			scan_less(&scanner);
		} else if (*scanner.text == '&') {
			scan_ampersand(&scanner);
		} else {
			scan_text(&scanner);
		}
	}
	return text_writer_finish(&scanner.writer);
}

int plain_text_add(const char *text, size_t length, unsigned options, struct buffer *out)
{
	struct text_writer writer = new_writer(out, options);

	(void)text_writer_add(&writer, text, length, TEXT_LINES);
	return text_writer_finish(&writer);
}
