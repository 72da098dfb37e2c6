/*
 * JSON as publishers' templates write it, made what a strict parser takes: comments and CDATA
 * around and within, commas at the ends of lists, raw line breaks, quotes and unknown escapes
 * within strings, character references for quotes, a cut end, several values in a row.  The result
 * is a list of the values (RFC 8259).  Time grows with the text's length only.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum {
	JSON_MEND_DEPTH_MAX = 64, /* of lists and objects; what is deeper ends the reading */
};

/* Appends the list.  Returns 0 or the buffer's failure. */
int json_mend(const char *text, size_t length, struct buffer *out);
