/*
 * HTML fragments, as feeds carry them, to plain text.  Blocks stand on lines of their own, table
 * cells are parted by tabs; scripts, styles and what is hidden go, references are decoded once,
 * white space is folded, the result is in NFC (UAX #15).  Any bytes are taken: what is no markup is
 * text.  Input is valid UTF-8; time and memory grow with its length only.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum html_text_options {
	HTML_TEXT_LINE = 1 << 0, /* all on one line: titles, names */
	/* "<stdio.h>": a tag of no known name and without attributes is text */
	HTML_TEXT_KEEP_UNKNOWN = 1 << 1,
};

/* Appends the text to `out`.  Returns 0, or the buffer's failure, or -ENOMEM. */
int html_text_add(const char *html, size_t length, unsigned options, struct buffer *out);

/* As html_text_add() for a text that has no markup: folds white space (lines stay), makes NFC. */
int plain_text_add(const char *text, size_t length, unsigned options, struct buffer *out);
