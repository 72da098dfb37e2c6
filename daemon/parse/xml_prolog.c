#include "parse/xml_prolog.h"

#include <ctype.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "base/macro.h"
#include "text/html_entity.h"

enum {
	JUNK_BYTES_MAX = 64 * 1024, /* in which a feed's root is looked for behind other tags */
};

bool xml_is_feed_root(const char *name)
{
	static const char *const roots[] = {
		"rss", "feed", "rdf", "channel", "urlset", "sitemapindex", "entry"};

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (strcmp(name, roots[i]) == 0)
			return true;
	return false;
}

static const char *find(const char *text, const char *end, const char *word)
{
	return memmem(text, (size_t)(end - text), word, strlen(word));
}

/* Copies the name of the tag at `text`, without prefix and in lower case. */
static void copy_name(const char *text, const char *end, char ret[ENTITY_NAME_BYTES])
{
	size_t count = 0;

	for (text++; text < end && !isspace((unsigned char)*text) && !strchr("/>", *text); text++) {
		if (*text == ':')
			count = 0;
		else if (count < ENTITY_NAME_BYTES - 1)
			ret[count++] = (char)tolower((unsigned char)*text);
	}
	ret[count] = '\0';
}

/* Appends the reference or byte at `text` to a value; returns what follows, or NULL: refused. */
static const char *add_to_value(
	const char *text, const char *end, struct xml_entity *entity, size_t *length)
{
	uint32_t character = (unsigned char)*text;
	size_t taken = 1;

	if (*text == '&') {
		taken = html_entity_read(text, (size_t)(end - text), &character);
		if (taken == 0)
			return NULL; /* of another entity: bombs are built so */
	}
	if (*length + U8_MAX_LENGTH >= sizeof(entity->value) || character == 0)
		return NULL;
	if (*text == '&')
		U8_APPEND_UNSAFE(entity->value, *length, character);
	else
		entity->value[(*length)++] = *text;
	return text + taken;
}

/* Reads `name "value"` behind "<!ENTITY".  Parameter and external entities are not read. */
static bool read_entity(const char *text, const char *end, struct xml_entity *ret)
{
	const char *close;
	size_t length = 0;

	*ret = (struct xml_entity){0};
	while (text < end && isspace((unsigned char)*text))
		text++;
	for (; text < end && !isspace((unsigned char)*text); text++) {
		if (length == sizeof(ret->name) - 1 || *text == '%')
			return false;
		ret->name[length++] = *text;
	}
	while (text < end && isspace((unsigned char)*text))
		text++;
	if (text == end || (*text != '"' && *text != '\''))
		return false;
	close = memchr(text + 1, *text, (size_t)(end - text - 1));
	if (!close)
		return false;
	length = 0;
	for (text++; text < close;) {
		text = add_to_value(text, close, ret, &length);
		if (!text)
			return false;
	}
	return true;
}

/* The end of the quoted string at `text`, or the end of all. */
static const char *skip_quoted(const char *text, const char *end)
{
	const char *close = memchr(text + 1, *text, (size_t)(end - text - 1));

	return close ? close : end - 1;
}

/* Behind "<!DOCTYPE ...>", with its entities noted. */
static const char *skip_doctype(const char *text, const char *end, struct xml_prolog *prolog)
{
	bool subset = false;

	for (text += strlen("<!DOCTYPE"); text < end; text++) {
		if (*text == '[') {
			subset = true;
		} else if (*text == ']') {
			subset = false;
		} else if (*text == '>' && !subset) {
			return text + 1;
		} else if (subset && ascii_begins(text, (size_t)(end - text), "<!ENTITY") &&
			prolog->entity_count < ENTITIES_MAX) {
			prolog->entity_count += read_entity(text + strlen("<!ENTITY"), end,
				&prolog->entities[prolog->entity_count]);
		} else if (ascii_begins(text, (size_t)(end - text), "<!--")) {
			const char *close = find(text, end, "-->");

			if (!close)
				return end;
			text = close + 2;
		} else if (*text == '"') {
			text = skip_quoted(text, end);
		} else if (!subset && ascii_begins(text, (size_t)(end - text), "<") &&
			text + 1 < end && isalpha((unsigned char)text[1])) {
			return text; /* never closed: the root begins */
		}
	}
	return end;
}

/* Behind a declaration, instruction or comment; behind one that never ends there is nothing. */
static const char *skip_markup(const char *text, const char *end, struct xml_prolog *prolog)
{
	const char *close;

	if (ascii_begins(text, (size_t)(end - text), "<!DOCTYPE"))
		return skip_doctype(text, end, prolog);
	if (ascii_begins(text, (size_t)(end - text), "<!--")) {
		close = find(text, end, "-->");
		return close ? close + 3 : end;
	}
	close = memchr(text, '>', (size_t)(end - text));
	return close ? close + 1 : end;
}

/* The first tag that begins a feed, else the first tag. */
static const char *find_root(const char *text, const char *end, struct xml_prolog *prolog)
{
	const char *first = NULL;
	const char *at = text;

	while (at < end && (!first || at - first < JUNK_BYTES_MAX)) {
		char name[ENTITY_NAME_BYTES];

		if (*at != '<') {
			prolog->junk = prolog->junk || !isspace((unsigned char)*at);
			at++;
		} else if (at + 1 < end && (at[1] == '?' || at[1] == '!')) {
			at = skip_markup(at, end, prolog);
		} else if (at + 1 < end && (isalpha((unsigned char)at[1]) || at[1] == '_')) {
			copy_name(at, end, name);
			if (xml_is_feed_root(name) || (!first && strcmp(name, "html") == 0))
				return at;
			first = first ? first : at;
			prolog->junk = true;
			at++;
		} else {
			at++;
		}
	}
	return first;
}

void xml_prolog_read(const char *text, size_t length, struct xml_prolog *ret)
{
	const char *end = text + length;

	ret->entity_count = 0;
	ret->junk = false;
	ret->lines = 0;
	ret->root_name[0] = '\0';
	ret->root = find_root(text, end, ret);
	if (!ret->root)
		return;
	ret->root_length = (size_t)(end - ret->root);
	copy_name(ret->root, end, ret->root_name);
	for (const char *at = text; at < ret->root; at++)
		ret->lines += *at == '\n';
}

const char *xml_prolog_entity(const struct xml_prolog *prolog, const char *name)
{
	for (size_t i = 0; i < prolog->entity_count; i++)
		if (strcmp(prolog->entities[i].name, name) == 0)
			return prolog->entities[i].value;
	return NULL;
}
