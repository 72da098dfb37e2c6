/*
 * What an attempt sends and what comes back, for people who look for a fault: lines with "> " and
 * "< " before them, printable UTF-8.  The notifiers leave secrets out.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum {
	TRANSCRIPT_BYTES_MAX = 512 * 1024, /* a body of TEMPLATE_BODY_MAX, and a little */
};

/* Adds the text, each of its lines by itself.  A NULL transcript takes nothing. */
void transcript_add(struct buffer *transcript, char sign, const char *text, size_t length);
void transcript_printf(struct buffer *transcript, char sign, const char *format, ...)
	_printf_(3, 4);
