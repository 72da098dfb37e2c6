/*
 * Plain text as it grows: white space and control characters are folded into one separator (the
 * strongest asked for between two words stands), invisible characters go, NFC is made at the end.
 * Writes behind what the buffer already holds; for html_text.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* What parts two words, the strongest last. */
enum text_gap {
	GAP_NONE,
	GAP_SPACE,
	GAP_CELL,
	GAP_LINE,
};

struct text_writer {
	struct buffer *out;
	size_t start; /* where in `out` the text begins */
	enum text_gap gap;
	bool one_line;
	bool compose; /* something was written that may not be in NFC */
};

static inline void text_writer_gap(struct text_writer *writer, enum text_gap gap)
{
	if (gap > writer->gap)
		writer->gap = gap;
}

/* How text is taken. */
enum text_kind {
	TEXT_LINES,  /* line breaks part lines */
	TEXT_FLOW,   /* line breaks are white space */
	TEXT_MARKUP, /* the same, up to "<" or "&" */
};

/* Writes UTF-8; returns how much of it was taken. */
size_t text_writer_add(
	struct text_writer *writer, const char *text, size_t length, enum text_kind kind);

/* Writes one character, as text_writer_add() would. */
void text_writer_character(struct text_writer *writer, uint32_t character);

/* Brings the text to NFC.  Returns 0, the buffer's failure, or -ENOMEM. */
int text_writer_finish(struct text_writer *writer);
