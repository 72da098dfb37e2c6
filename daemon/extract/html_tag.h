/*
 * Tags of a page as HTML's tokeniser cuts them (WHATWG HTML, section 13.2.5): ">" in a quoted value
 * ends nothing, whatever the attribute's name.  All is borrowed from the page.  What is looked for
 * to the page's end in vain is not looked for again, so that hostile text costs its length once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "extract/page_tag.h"

enum {
	HTML_TAG_BYTES_MAX = 1024 * 1024, /* a longer tag is none */
};

/* A page, and what does not come any more. */
struct html_source {
	const char *end;
	bool no_greater;
	bool no_quote[2]; /* the double one, the single one */
};

struct html_tag {
	const struct page_tag_info *info;
	const char *name;
	size_t name_length;
	const char *attributes;
	const char *end; /* behind ">" */
	bool closing;
};

struct html_attribute {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

static inline bool html_is_space(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

static inline const char *html_find(const char *text, const char *end, char byte)
{
	return text < end ? memchr(text, byte, (size_t)(end - text)) : NULL;
}

/* Reads the tag at `text`, a "<"; false where there is none. */
bool html_tag_read(struct html_source *source, const char *text, struct html_tag *ret);

/* The next attribute from *at on, at first tag->attributes; false behind the last. */
bool html_tag_attribute(const struct html_tag *tag, const char **at, struct html_attribute *ret);

/* Whether the tag has the attribute; with `part`, whether its value has that in it. */
bool html_tag_has(const struct html_tag *tag, const char *name, const char *part);
