/*
 * Gzip (RFC 1952) as publishers store it: sitemaps are served as files of it, without a
 * Content-Encoding that would have unpacked them on the way.  Bounds: GUNZIP_BYTES_MAX in all, and
 * GUNZIP_RATIO_MAX bytes for each one there was, beyond the first GUNZIP_RATIO_FREE.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum {
	GUNZIP_BYTES_MAX = 16 * 1024 * 1024, /* as of any document (specs/polling.md) */
	GUNZIP_RATIO_MAX = 200,              /* likewise */
	GUNZIP_RATIO_FREE = 1024 * 1024,
};

/* Whether the bytes begin as gzip does. */
bool is_gzip(const char *bytes, size_t length);

/*
 * Unpacks; several members in a row are one file (RFC 1952, section 2.2), what follows them is
 * passed over.  *ret is set in any case and the caller's to free.  Returns 0, -EFBIG beyond a
 * bound, -EBADMSG where the file is damaged or cut off, or -ENOMEM.
 */
int gunzip(const char *bytes, size_t length, struct buffer *ret);
