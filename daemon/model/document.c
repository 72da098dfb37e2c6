#include "model/document.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	GZIP_HEADER_BYTES = 10, /* the part that all have */
};

int document_make(struct url_part url, const char *content_type, const char *bytes, size_t length,
	struct document *ret)
{
	struct document document = {
		.url = strndup(url.bytes, url.length),
		.content_type = content_type ? strdup(content_type) : NULL,
		.bytes = malloc(length + 1),
		.length = length,
	};

	if (!document.url || (content_type && !document.content_type) || !document.bytes) {
		document_clear(&document);
		return -ENOMEM;
	}
	memcpy(document.bytes, bytes, length);
	document.bytes[length] = '\0';
	*ret = document;
	return 0;
}

/* Behind the NUL that ends a field of gzip's header, or at the end. */
static size_t skip_string(const char *bytes, size_t length, size_t at)
{
	const char *end = at < length ? memchr(bytes + at, '\0', length - at) : NULL;

	return end ? (size_t)(end - bytes) + 1 : length;
}

/* The length of the header of gzip, of which `length` is at least the fixed part. */
static size_t gzip_header_length(const char *bytes, size_t length)
{
	enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };
	const uint8_t *header = (const uint8_t *)bytes;
	uint8_t flags = header[3];
	size_t at = GZIP_HEADER_BYTES;

	if (flags & FEXTRA && length - at >= 2)
		at += 2 + (size_t)(header[at] | header[at + 1] << 8);
	if (flags & FNAME)
		at = skip_string(bytes, length, at);
	if (flags & FCOMMENT)
		at = skip_string(bytes, length, at);
	if (flags & FHCRC)
		at += 2;
	return at < length ? at : length;
}

bool is_gzip(const char *bytes, size_t length)
{
	/* its two bytes of magic, and the one method there is */
	return length > 3 && memcmp(bytes, "\x1F\x8B\x08", 3) == 0;
}

struct digest document_digest(const char *bytes, size_t length)
{
	size_t skipped = 0;

	if (length >= GZIP_HEADER_BYTES && is_gzip(bytes, length))
		skipped = gzip_header_length(bytes, length);
	return digest_bytes(bytes + skipped, length - skipped);
}

void document_clear(struct document *document)
{
	free(document->url);
	free(document->content_type);
	free(document->encoding);
	free(document->bytes);
	*document = (struct document){0};
}
