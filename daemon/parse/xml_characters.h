/*
 * The characters of well-formed XML (XML 1.0, sections 2.2, 2.11, 3.3.3 and 4.6): which there may
 * be, and what they are once references are decoded and line ends are one character.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Whether valid UTF-8 has only characters that XML allows. */
bool xml_is_clean(const char *text, size_t length);

enum xml_white {
	WHITE_KEPT,   /* as it is: there are no carriage returns */
	WHITE_LINES,  /* line ends become "\n" */
	WHITE_SPACES, /* all white space becomes spaces, as in attributes */
};

/*
 * Appends the text with its references decoded: XML's own, numbers, and HTML's names.  Returns
 * false at a reference that is none, or at the buffer's limit.
 */
bool xml_decode(const char *text, size_t length, enum xml_white white, struct buffer *out);

/* Appends the text with line ends as "\n", without decoding. */
bool xml_unify_lines(const char *text, size_t length, struct buffer *out);

/* The next "]]>", or NULL. */
const char *xml_section_end(const char *text, const char *end);
