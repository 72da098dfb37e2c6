/*
 * The header fields of one response, as they came, within HTTP_HEADERS_MAX and HTTP_FIELDS_MAX
 * (http/bounds.h).  Owned by the transfer, reset by each status line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "http/bounds.h"

struct http_headers {
	struct buffer text; /* "name\0value\0", one after the other */
	size_t offsets[HTTP_FIELDS_MAX];
	unsigned count;
};

/* Makes an empty one; reset forgets what is in it, free gives its room back. */
void headers_init(struct http_headers *headers);
void headers_reset(struct http_headers *headers);
void headers_free(struct http_headers *headers);

/*
 * Takes one line as it came.  A status line forgets the fields so far; lines that are no field are
 * skipped.  Returns 0, or -EFBIG where a bound is passed, or -ENOMEM.
 */
int headers_add_line(struct http_headers *headers, const char *line, size_t length);

/* The value of the i-th field if it has that name, in any case, else NULL; borrowed. */
const char *headers_at(const struct http_headers *headers, unsigned i, const char *name);

/* The last field of that name, in any case, or NULL; borrowed. */
const char *headers_get(const struct http_headers *headers, const char *name);

/* Whether the field stands there more than once, with different values. */
bool headers_contradict(const struct http_headers *headers, const char *name);
