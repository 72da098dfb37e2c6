#include "extract/html_tag.h"

#include <ctype.h>

#include "base/ascii.h"

static const char *quote_end(struct html_source *source, const char *quote)
{
	bool *absent = &source->no_quote[*quote == '\''];
	const char *end = *absent ? NULL : html_find(quote + 1, source->end, *quote);

	if (!end)
		*absent = true;
	return end;
}

/* The ">" of a tag whose attributes begin at `text`; quotes count behind "=" only. */
static const char *tag_end(struct html_source *source, const char *text)
{
	bool value = false;

	for (const char *at = text; at < source->end; at++) {
		if (*at == '>')
			return at;
		if (value && (*at == '"' || *at == '\'')) {
			const char *end = quote_end(source, at);

			/* An open quote would swallow the rest. */
			if (!end || end - text > HTML_TAG_BYTES_MAX)
				break;
			at = end;
		}
		if (!html_is_space(*at))
			value = *at == '=';
	}
	return html_find(text, source->end, '>');
}

bool html_tag_read(struct html_source *source, const char *text, struct html_tag *ret)
{
	const char *at = text + 1;
	const char *greater;

	if (source->no_greater)
		return false;
	*ret = (struct html_tag){.closing = at < source->end && *at == '/'};
	at += ret->closing;
	if (at >= source->end || !isalpha((unsigned char)*at))
		return false;
	ret->name = at;
	while (at < source->end && !html_is_space(*at) && *at != '/' && *at != '>')
		at++;
	ret->name_length = (size_t)(at - ret->name);
	ret->attributes = at;
	greater = tag_end(source, at);
	if (!greater) {
		source->no_greater = true;
		return false;
	}
	ret->end = greater + 1;
	ret->info = page_tag_find(ret->name, ret->name_length);
	return true;
}

bool html_tag_attribute(const struct html_tag *tag, const char **at, struct html_attribute *ret)
{
	const char *end = tag->end - 1;
	const char *text = *at;

	while (text < end && (html_is_space(*text) || *text == '/' || *text == '='))
		text++;
	*ret = (struct html_attribute){.name = text};
	while (text < end && !html_is_space(*text) && *text != '=' && *text != '/')
		text++;
	ret->name_length = (size_t)(text - ret->name);
	while (text < end && html_is_space(*text))
		text++;
	if (text < end && *text == '=') {
		const char *close = NULL;

		for (text++; text < end && html_is_space(*text);)
			text++;
		if (text < end && (*text == '"' || *text == '\''))
			close = html_find(text + 1, end, *text);
		ret->value = close ? text + 1 : text;
		while (!close && text < end && !html_is_space(*text))
			text++;
		ret->value_length = (size_t)((close ? close : text) - ret->value);
		text = close ? close + 1 : text;
	}
	*at = text;
	return ret->name_length > 0;
}

bool html_tag_has(const struct html_tag *tag, const char *name, const char *part)
{
	const char *at = tag->attributes;
	struct html_attribute attribute;

	while (html_tag_attribute(tag, &at, &attribute))
		if (ascii_is(attribute.name, attribute.name_length, name))
			return !part ||
				(attribute.value &&
					memmem(attribute.value, attribute.value_length, part,
						strlen(part)));
	return false;
}
