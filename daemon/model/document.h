/*
 * A document: the bytes and headers that one fetch brought.  The header values are the server's
 * and the bytes are hostile: only a reader looks into them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/url.h"

/* docs/POLLING.md, Bounds. */
#define DOCUMENT_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* A web page, packed or not. */
#define PAGE_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct document {
	char *url;          /* where the bytes came from, after redirects; owned */
	char *content_type; /* the header's value or NULL; owned */
	char *encoding;     /* the Content-Encoding that the bytes are still in, or NULL; owned */
	char *bytes;        /* owned */
	size_t length;
};

/*
 * A document of copies; without a content type where that is NULL, and with a NUL behind the bytes.
 * Returns 0 or -ENOMEM.
 */
int document_make(struct url_part url, const char *content_type, const char *bytes, size_t length,
	struct document *ret);

/* Whether the bytes begin as gzip does (RFC 1952 section 2.3.1). */
bool is_gzip(const char *bytes, size_t length);

/*
 * The digest by which a document is known that has not changed.  Of bytes in gzip the header is
 * left out (RFC 1952 section 2.3): it tells when they were packed, and some servers put noise there
 * so that their length tells nothing.
 */
struct digest document_digest(const char *bytes, size_t length);

/* Frees what the document owns and empties it. */
void document_clear(struct document *document);
