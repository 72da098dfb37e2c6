/*
 * Text from outside, made fit for a terminal: what could steer it (control characters, escapes,
 * bidi overrides) becomes visible or a blank, bad UTF-8 becomes U+FFFD, and widths are counted in
 * columns.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

/* Appends the text on one line, runs of white space as one blank.  Returns the columns it takes. */
size_t clean_add(struct buffer *buffer, const char *text);

/* Appends at most `columns` of clean text, ended by "…" where it was cut.  Returns the columns. */
size_t clean_add_cut(struct buffer *buffer, const char *text, size_t columns);

/* Prints the text to the stream, clean and on one line. */
void clean_print(FILE *stream, const char *text);
