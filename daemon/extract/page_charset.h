/*
 * The charset of a page as browsers find it (WHATWG HTML, section 13.2.3): byte order mark, HTTP's
 * Content-Type, <meta> in the first bytes, and where none of these holds, the bytes themselves.  A
 * charset that the bytes belie is not believed.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "model/document.h"

enum {
	/* Browsers look at 1,024; publishers put scripts before it all the same. */
	META_PRESCAN_BYTES = 8192,
	CHARSET_GUESS_BYTES = 128 * 1024, /* that are looked at to guess */
};

/* The page in UTF-8: borrowed from the document, or from `converted`. */
struct page_bytes {
	const char *text;
	size_t length;
	struct buffer converted;
};

/* Returns 0 or -ENOMEM. */
int page_bytes_read(const struct document *document, struct page_bytes *ret);
void page_bytes_clear(struct page_bytes *bytes);
