/*
 * What a document's bytes are: in which charset (RFC 7303 section 3: byte order mark, then the HTTP
 * header, then the XML declaration, then UTF-8; each only as far as the bytes bear it out), and of
 * what kind.  What was declared wrongly is diagnosed.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "parse/feed_builder.h"

enum document_kind {
	KIND_XML,
	KIND_JSON,
	KIND_HTML,
	KIND_UNKNOWN,
};

/* Valid UTF-8, borrowed from the document or from `converted`. */
struct sniffed {
	enum document_kind kind;
	const char *text;
	size_t length;
	struct buffer converted;
};

void sniffed_clear(struct sniffed *sniffed);

/* Returns 0 or -ENOMEM. */
int sniff(const struct document *document, struct feed_builder *builder, struct sniffed *ret);
