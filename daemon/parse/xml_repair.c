#include "parse/xml_repair.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/macro.h"
#include "text/html_entity.h"
#include "text/html_tag.h"

enum {
	DEPTH_MAX = 128, /* elements that are nested deeper lose their tags, not their text */
};

/* A piece of the source. */
struct piece {
	const char *bytes;
	size_t length;
};

struct repairer {
	const struct xml_prolog *prolog;
	const char *text;
	const char *end;
	struct buffer *out;
	struct piece open[DEPTH_MAX]; /* the names of the open elements */
	size_t depth;
	bool no_comment_end; /* looked for once, not for every comment of a hostile text */
	bool no_greater;
	const char *cdata_end; /* the next "]]>", where one was looked for; NULL: not yet */
};

static bool piece_is(const struct piece *piece, const char *word)
{
	return ascii_is(piece->bytes, piece->length, word);
}

static bool pieces_equal(const struct piece *a, const struct piece *b)
{
	return a->length == b->length && strncasecmp(a->bytes, b->bytes, a->length) == 0;
}

static bool is_any(const struct piece *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (piece_is(name, words[i]))
			return true;
	return false;
}

static bool is_name_start(char byte)
{
	return isalpha((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static bool is_name_byte(char byte)
{
	return is_name_start(byte) || isdigit((unsigned char)byte) || byte == '-' || byte == '.' ||
		byte == ':';
}

/* XML 1.0 section 2.2; the rest of UTF-8 was made sure of before. */
static bool is_character(unsigned char byte)
{
	return byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Adds what is neither markup nor reference. */
static void add_plain(struct buffer *out, const char *text, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i < length; i++) {
		bool noncharacter = (unsigned char)text[i] == 0xEF && length - i >= 3 &&
			(unsigned char)text[i + 1] == 0xBF && (unsigned char)text[i + 2] >= 0xBE;

		if (is_character((unsigned char)text[i]) && !noncharacter && text[i] != '<' &&
			text[i] != '>' && text[i] != '"')
			continue;
		(void)buffer_add(out, text + start, i - start);
		start = i + 1;
		if (text[i] == '<')
			(void)buffer_add_string(out, "&lt;");
		else if (text[i] == '>')
			(void)buffer_add_string(out, "&gt;");
		else if (text[i] == '"')
			(void)buffer_add_string(out, "&quot;");
		else if (noncharacter)
			start = i + 3;
	}
	if (start < length)
		(void)buffer_add(out, text + start, length - start);
}

/* A reference to an entity that the document itself declares; its length, or 0. */
static size_t own_reference(const struct repairer *repairer, const char *text, const char *end)
{
	char name[ENTITY_NAME_BYTES];
	size_t length = 0;

	for (text++; text < end && is_name_byte(*text) && length < sizeof(name) - 1; text++)
		name[length++] = *text;
	name[length] = '\0';
	return length > 0 && text < end && *text == ';' && xml_prolog_entity(repairer->prolog, name)
		? length + 2
		: 0;
}

/* Adds the reference at `text`, or "&amp;" where it is none; returns how much was used. */
static size_t add_reference(struct repairer *repairer, const char *text, const char *end)
{
	size_t length = own_reference(repairer, text, end);
	uint32_t character;

	if (length > 0) {
		(void)buffer_add(repairer->out, text, length);
		return length;
	}
	length = html_entity_read(text, (size_t)(end - text), &character);
	/* Without semicolon it is rather an address's next parameter. */
	if (length == 0 || (text[length - 1] != ';' && text[1] != '#')) {
		(void)buffer_add_string(repairer->out, "&amp;");
		return 1;
	}
	if (character >= ' ' || character == '\t' || character == '\n' || character == '\r')
		(void)buffer_printf(repairer->out, "&#%u;",
			character == 0xFFFE || character == 0xFFFF ? 0xFFFDU : character);
	return length;
}

static void add_text(struct repairer *repairer, const char *text, const char *end)
{
	while (text < end) {
		const char *ampersand = memchr(text, '&', (size_t)(end - text));

		add_plain(repairer->out, text, (size_t)((ampersand ? ampersand : end) - text));
		text = ampersand ? ampersand : end;
		if (ampersand)
			text += add_reference(repairer, text, end);
	}
}

static void close_element(struct repairer *repairer)
{
	const struct piece *name = &repairer->open[--repairer->depth];

	(void)buffer_add_string(repairer->out, "</");
	(void)buffer_add(repairer->out, name->bytes, name->length);
	(void)buffer_add_char(repairer->out, '>');
}

static void close_to(struct repairer *repairer, size_t depth)
{
	while (repairer->depth > depth)
		close_element(repairer);
}

/* The depth of the innermost open element of that name, counted from 1; 0: none. */
static size_t find_open(const struct repairer *repairer, const struct piece *name)
{
	for (size_t i = repairer->depth; i > 0; i--)
		if (pieces_equal(&repairer->open[i - 1], name))
			return i;
	return 0;
}

/* Reads a name at scanner position; only the characters that XML allows. */
static struct piece read_name(const char **text, const char *end)
{
	struct piece name = {*text, 0};

	while (*text < end && is_name_byte(**text))
		(*text)++;
	name.length = (size_t)(*text - name.bytes);
	while (name.length > 0 && name.bytes[name.length - 1] == ':')
		name.length--;
	return name;
}

/* Elements of a feed that have only text inside: another of the feed's begins behind them. */
static bool is_leaf(const struct piece *name)
{
	static const char *const leaves[] = {"title", "link", "guid", "pubDate", "id", "author",
		"dc:creator", "dc:date", "category", "updated", "published"};

	return is_any(name, leaves, ARRAY_SIZE(leaves));
}

static bool is_field(const struct piece *name)
{
	static const char *const fields[] = {"link", "guid", "pubDate", "description", "dc:creator",
		"dc:date", "category", "content:encoded", "updated", "published", "content",
		"summary", "enclosure"};

	return is_any(name, fields, ARRAY_SIZE(fields));
}

static bool is_record(const struct piece *name)
{
	static const char *const records[] = {"item", "entry"};

	return is_any(name, records, ARRAY_SIZE(records));
}

/* HTML's elements without end tag, as they stand unescaped in descriptions. */
static bool is_void(const struct piece *name)
{
	static const char *const names[] = {
		"br", "hr", "img", "input", "wbr", "area", "col", "embed", "param", "meta"};

	return is_any(name, names, ARRAY_SIZE(names));
}

/* Closes what cannot have the new element inside. */
static void make_way(struct repairer *repairer, const struct piece *name)
{
	const struct piece *top;
	size_t depth = is_record(name) ? find_open(repairer, name) : 0;

	if (depth > 1)
		close_to(repairer, depth - 1);
	if (repairer->depth < 2)
		return;
	top = &repairer->open[repairer->depth - 1];
	if ((is_leaf(top) &&
		    (is_field(name) || is_record(name) ||
			    (piece_is(name, "title") && !piece_is(top, "title")))) ||
		((piece_is(name, "p") || piece_is(name, "li")) && pieces_equal(name, top)))
		close_element(repairer);
}

/* The end of a quoted value, unless a tag seems to begin inside: then the quote was never closed.
 */
static const char *quote_end(const char *text, const char *end)
{
	const char *close = memchr(text + 1, *text, (size_t)(end - text - 1));
	const char *less = close ? memchr(text, '<', (size_t)(close - text)) : NULL;

	if (less && memchr(text, '>', (size_t)(less - text)))
		return NULL;
	/* `url="a length="1"`: what seems to close it opens the value of the next. */
	if (close && close[-1] == '=' && end - close > 1 && !isspace((unsigned char)close[1]) &&
		close[1] != '>' && close[1] != '/' && memchr(text, ' ', (size_t)(close - text)))
		return NULL;
	return close;
}

/* Reads a value behind "="; returns what follows. */
static const char *read_value(const char *text, const char *end, struct piece *ret)
{
	const char *close = NULL;

	while (text < end && isspace((unsigned char)*text))
		text++;
	*ret = (struct piece){text, 0};
	if (text < end && (*text == '"' || *text == '\''))
		close = quote_end(text, end);
	if (close) {
		*ret = (struct piece){text + 1, (size_t)(close - text - 1)};
		return close + 1;
	}
	if (text < end && (*text == '"' || *text == '\''))
		ret->bytes = ++text;
	while (text < end && !isspace((unsigned char)*text) && *text != '>' &&
		!(*text == '/' && text + 1 < end && text[1] == '>'))
		text++;
	ret->length = (size_t)(text - ret->bytes);
	return text;
}

static void add_attribute(
	struct repairer *repairer, const struct piece *name, const struct piece *value)
{
	(void)buffer_add_char(repairer->out, ' ');
	(void)buffer_add(repairer->out, name->bytes, name->length);
	(void)buffer_add_string(repairer->out, "=\"");
	add_text(repairer, value->bytes, value->bytes + value->length);
	(void)buffer_add_char(repairer->out, '"');
}

/* Writes the attributes from `text` on, each name once; returns where the tag ends. */
static const char *add_attributes(struct repairer *repairer, const char *text)
{
	struct piece seen[REPAIR_ATTRIBUTES_MAX];
	size_t count = 0;

	while (text < repairer->end && *text != '>' && *text != '<') {
		struct piece value = {text, 0};
		struct piece name;
		bool known = false;

		if (!is_name_start(*text)) {
			text++;
			continue;
		}
		name = read_name(&text, repairer->end);
		while (text < repairer->end && isspace((unsigned char)*text))
			text++;
		if (text < repairer->end && *text == '=')
			text = read_value(text + 1, repairer->end, &value);
		for (size_t i = 0; i < count; i++)
			known = known || pieces_equal(&seen[i], &name);
		if (known || count == REPAIR_ATTRIBUTES_MAX)
			continue;
		seen[count++] = name;
		add_attribute(repairer, &name, &value);
	}
	return text;
}

/* Whether words up to the next "<" are no attributes: "a <b and c</p>" has no tag in it. */
static bool is_words(const struct repairer *repairer, const char *text)
{
	while (text < repairer->end && *text != '<' && *text != '>' && *text != '=')
		text++;
	return text < repairer->end && *text == '<';
}

/* Whether "<" and a letter can begin a tag: only what looks like one up to its ">". */
static bool is_tag(const struct repairer *repairer, const char *text)
{
	struct piece name = read_name(&text, repairer->end);

	if (text == repairer->end)
		return false;
	if (isspace((unsigned char)*text))
		return is_field(&name) || is_leaf(&name) || is_record(&name) ||
			html_tag_find(name.bytes, name.length) != TAG_UNKNOWN ||
			!is_words(repairer, text);
	return *text == '>' || *text == '/' || *text == '<';
}

/* "<item/>" inside of an item: nothing begins there. */
static bool is_empty_record(
	const struct repairer *repairer, const struct piece *name, const char *text)
{
	if (!is_record(name) || find_open(repairer, name) == 0)
		return false;
	while (text < repairer->end && isspace((unsigned char)*text))
		text++;
	return repairer->end - text >= 2 && text[0] == '/' && text[1] == '>';
}

static void start_tag(struct repairer *repairer)
{
	const char *text = repairer->text + 1;
	struct piece name = read_name(&text, repairer->end);
	size_t start;
	bool empty;

	if (is_empty_record(repairer, &name, text)) {
		while (*repairer->text++ != '>')
			;
		return;
	}
	make_way(repairer, &name);
	start = repairer->out->length;
	(void)buffer_add_char(repairer->out, '<');
	(void)buffer_add(repairer->out, name.bytes, name.length);
	text = add_attributes(repairer, text);
	empty = text > repairer->text && text < repairer->end && *text == '>' && text[-1] == '/';
	repairer->text = text < repairer->end && *text == '>' ? text + 1 : text;
	if (empty || is_void(&name)) {
		(void)buffer_add_string(repairer->out, "/>");
	} else if (repairer->depth == DEPTH_MAX) {
		repairer->out->length = start;
	} else {
		(void)buffer_add_char(repairer->out, '>');
		repairer->open[repairer->depth++] = name;
	}
}

/* The root stays open to the end: entries may stand behind its end tag. */
static void end_tag(struct repairer *repairer)
{
	const char *text = repairer->text + 2;
	struct piece name = read_name(&text, repairer->end);
	size_t depth = find_open(repairer, &name);

	while (text < repairer->end && *text != '>' && *text != '<')
		text++;
	repairer->text = text < repairer->end && *text == '>' ? text + 1 : text;
	if (depth > 1)
		close_to(repairer, depth - 1);
}

static const char *find(const struct repairer *repairer, const char *word)
{
	return memmem(repairer->text, (size_t)(repairer->end - repairer->text), word, strlen(word));
}

/* The next "]]>", else the end of all; looked for once, however many sections lack theirs. */
static const char *find_cdata_end(struct repairer *repairer)
{
	if (!repairer->cdata_end || repairer->cdata_end < repairer->text) {
		const char *close = find(repairer, "]]>");

		repairer->cdata_end = close ? close : repairer->end;
	}
	return repairer->cdata_end;
}

/* The end tag of the innermost element between two places, or NULL. */
static const char *find_end_tag(const struct repairer *repairer, const char *text, const char *end)
{
	const struct piece *name =
		repairer->depth > 0 ? &repairer->open[repairer->depth - 1] : NULL;

	for (; name && (text = memmem(text, (size_t)(end - text), "</", 2)); text += 2)
		if ((size_t)(end - text) > name->length + 2 &&
			strncasecmp(text + 2, name->bytes, name->length) == 0 &&
			!is_name_byte(text[2 + name->length]))
			return text;
	return NULL;
}

/*
 * "<![CDATA[...]]>" becomes text.  Without an end, or with one that belongs to another section, it
 * goes to the end tag of its element.
 */
static void cdata(struct repairer *repairer)
{
	const char *text = repairer->text + strlen("<![CDATA[");
	const char *end = find_cdata_end(repairer);
	const char *tag = NULL;

	if (end == repairer->end || memmem(text, (size_t)(end - text), "<![CDATA[", 9))
		tag = find_end_tag(repairer, text, end);
	repairer->text = tag ? tag : end < repairer->end ? end + 3 : end;
	end = tag ? tag : end;
	while (text < end) {
		const char *ampersand = memchr(text, '&', (size_t)(end - text));

		add_plain(repairer->out, text, (size_t)((ampersand ? ampersand : end) - text));
		if (ampersand)
			(void)buffer_add_string(repairer->out, "&amp;");
		text = ampersand ? ampersand + 1 : end;
	}
}

/* Comments, instructions and declarations go; of one that never ends only its beginning. */
static void declaration(struct repairer *repairer)
{
	bool comment =
		repairer->end - repairer->text >= 4 && memcmp(repairer->text, "<!--", 4) == 0;
	bool *absent = comment ? &repairer->no_comment_end : &repairer->no_greater;
	const char *end = *absent ? NULL : find(repairer, comment ? "-->" : ">");

	*absent = !end;
	if (end)
		repairer->text = end + (comment ? 3 : 1);
	else
		repairer->text += comment ? 4 : 2;
}

static void markup(struct repairer *repairer)
{
	const char *text = repairer->text;
	size_t left = (size_t)(repairer->end - text);

	if (left >= 9 && memcmp(text, "<![CDATA[", 9) == 0) {
		cdata(repairer);
	} else if (left >= 2 && (text[1] == '!' || text[1] == '?')) {
		declaration(repairer);
	} else if (left >= 3 && text[1] == '/' && is_name_start(text[2])) {
		end_tag(repairer);
	} else if (left >= 2 && is_name_start(text[1]) && is_tag(repairer, text + 1)) {
		start_tag(repairer);
	} else {
		(void)buffer_add_string(repairer->out, "&lt;");
		repairer->text++;
	}
}

int xml_repair(const struct xml_prolog *prolog, struct buffer *out)
{
	struct repairer repairer = {
		.prolog = prolog,
		.text = prolog->root,
		.end = prolog->root + prolog->root_length,
		.out = out,
	};

	while (repairer.text < repairer.end && !out->failed) {
		const char *less =
			memchr(repairer.text, '<', (size_t)(repairer.end - repairer.text));

		if (repairer.depth > 0)
			add_text(&repairer, repairer.text, less ? less : repairer.end);
		repairer.text = less ? less : repairer.end;
		if (less)
			markup(&repairer);
	}
	close_to(&repairer, 0);
	return out->failed;
}
