/*
 * JSON as programs write it that put strings together: raw line breaks and lone surrogates in
 * strings, escapes that there are not, commas before a closing bracket, comments, text behind the
 * end.  What comes out need not be JSON: the reader tells.  A document that was cut off stays so,
 * for JSON that ends anywhere says nothing of what is missing.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum {
	/* Line breaks become two bytes, and a document has up to 48 MiB of UTF-8 (sniff.c). */
	JSON_REPAIR_BYTES_MAX = 96 * 1024 * 1024,
};

/* Appends the repaired text; whether that failed is the buffer's to say. */
void json_repair(const char *text, size_t length, struct buffer *out);
