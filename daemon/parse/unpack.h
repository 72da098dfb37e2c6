/*
 * Takes documents out of what they are packed in: the codings of a Content-Encoding (RFC 9110
 * section 8.4), which are gzip (RFC 1952), deflate (RFC 1950, or as some servers have it RFC 1951),
 * br (RFC 7932) and zstd (RFC 8878), and files of gzip, as sitemaps are served.  The bytes are
 * hostile: to be called in a reader.  Bounds: the caller's, and UNPACK_RATIO_MAX bytes for each one
 * there was, beyond the first UNPACK_RATIO_FREE.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "model/document.h"

enum {
	UNPACK_RATIO_MAX = 200, /* docs/POLLING.md */
	UNPACK_RATIO_FREE = 1024 * 1024,
	UNPACK_CODINGS_MAX = 5,           /* one over the other; as many as curl(1) undoes */
	UNPACK_WORDS_SIZE = 256,          /* of a refusal */
	UNPACKER_KEPT_BYTES = 512 * 1024, /* of room, from document to document */
};

/* What is needed for it, kept from document to document. */
struct unpacker;

/* Returns 0 or -ENOMEM. */
int unpacker_new(struct unpacker **ret);
void unpacker_free(struct unpacker *unpacker);
DEFINE_CLEANUP(unpacker_freep, struct unpacker, unpacker_free)

/*
 * Undoes the document's encoding.  Its bytes, which are borrowed before and after, are then the
 * unpacker's, until the next call, and its encoding NULL.  Returns 0; -EFBIG beyond `bytes_max` or
 * the ratio, -EBADMSG where it is damaged, cut off or by a coding that is not known, both with
 * *ret_words for the user, the unpacker's; or -ENOMEM.
 */
int unpacker_undo(struct unpacker *unpacker, struct document *document, size_t bytes_max,
	const char **ret_words);

/* Gives back the room of a large document, whose bytes go with it. */
void unpacker_rest(struct unpacker *unpacker);

/*
 * Unpacks a file, up to DOCUMENT_BYTES_MAX; several members in a row are one file (RFC 1952,
 * section 2.2), what follows them is passed over.  *ret is set in any case and the caller's to
 * free.  Returns 0, -EFBIG beyond a bound, -EBADMSG where it is damaged or cut off, or -ENOMEM.
 */
int gunzip(const char *bytes, size_t length, struct buffer *ret);
