#include "parse/html_page.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/url.h"

enum {
	HEAD_BYTES_MAX = 512 * 1024, /* in which the links are looked for */
	TAG_BYTES = 8 * 1024,        /* a longer tag is none */
	VALUE_BYTES = 4096,
};

/* Copies an attribute's value with its references read; false where the tag has none. */
static bool read_attribute(
	const char *tag, const char *end, const char *name, char ret[VALUE_BYTES])
{
	size_t name_length = strlen(name);
	size_t count = 0;
	char quote;

	for (;; tag++) {
		tag = tag + name_length < end ? memmem(tag, (size_t)(end - tag), "=", 1) : NULL;
		if (!tag)
			return false;
		if (strncasecmp(tag - name_length, name, name_length) == 0 &&
			isspace((unsigned char)tag[-1 - (long)name_length]))
			break;
	}
	for (tag++; tag < end && isspace((unsigned char)*tag);)
		tag++;
	quote = tag < end && (*tag == '"' || *tag == '\'') ? *tag++ : '\0';
	for (; tag < end && count < VALUE_BYTES - 1; tag++) {
		if (quote ? *tag == quote : isspace((unsigned char)*tag) || *tag == '>')
			break;
		ret[count++] = *tag;
		/* Addresses have "&amp;" for "&". */
		if (*tag == '&' && end - tag > 5 && strncmp(tag, "&amp;", 5) == 0)
			tag += 4;
	}
	ret[count] = '\0';
	return true;
}

static bool is_feed_type(const char *type)
{
	static const char *const types[] = {"application/rss+xml", "application/atom+xml",
		"application/feed+json", "application/rdf+xml", "application/json",
		"application/xml", "text/xml"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static void add_alternate(
	const char *base, const char *reference, struct arena *arena, struct parsed_feed *ret)
{
	const char *url = url_resolve(base, reference, arena);

	if (!url || ret->alternate_count == ALTERNATES_MAX || !strchr(url, ':'))
		return;
	for (size_t i = 0; i < ret->alternate_count; i++)
		if (strcmp(ret->alternates[i], url) == 0)
			return;
	ret->alternates[ret->alternate_count++] = url;
}

static void read_link(const char *tag, const char *end, const char *base, struct arena *arena,
	struct parsed_feed *ret)
{
	char value[VALUE_BYTES];

	if (!read_attribute(tag, end, "rel", value) || !strcasestr(value, "alternate"))
		return;
	if (!read_attribute(tag, end, "type", value) || !is_feed_type(value))
		return;
	if (read_attribute(tag, end, "href", value))
		add_alternate(base, value, arena, ret);
}

static bool is_tag(const char *text, const char *end, const char *name)
{
	size_t length = strlen(name);

	return (size_t)(end - text) > length + 1 && strncasecmp(text + 1, name, length) == 0 &&
		isspace((unsigned char)text[1 + length]);
}

int html_page_alternates(const char *text, size_t length, const char *url, struct arena *arena,
	struct parsed_feed *ret)
{
	const char *end = text + (length < HEAD_BYTES_MAX ? length : HEAD_BYTES_MAX);
	char value[VALUE_BYTES];

	ret->alternate_count = 0;
	ret->alternates = arena_array(arena, ALTERNATES_MAX, sizeof(*ret->alternates));
	if (!ret->alternates)
		return -ENOMEM;
	while ((text = memchr(text, '<', (size_t)(end - text)))) {
		size_t left = (size_t)(end - text);
		const char *close = memchr(text, '>', left < TAG_BYTES ? left : TAG_BYTES);

		if (close && is_tag(text, end, "base") &&
			read_attribute(text, close, "href", value)) {
			const char *base = url_resolve(url, value, arena);

			url = base ? base : url;
		} else if (close && is_tag(text, end, "link")) {
			read_link(text, close, url, arena, ret);
		}
		text++;
	}
	return 0;
}
