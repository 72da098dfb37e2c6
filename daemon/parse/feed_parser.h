/*
 * A document to its feed and entries: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF, sitemaps, JSON
 * Feed, in any encoding, and as broken as publishers have them.  Pure: bytes in, records out, all
 * in the caller's arena.  Nothing outside of the document is ever loaded; depth, names, entities
 * and text are bounded (parse/xml_reader.h, model/entry.h).
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/hash.h"
#include "model/document.h"
#include "model/entry.h"

/*
 * Opens what would need files later: to be called once, before a sandbox forbids it.  Returns 0 or
 * -errno.
 */
int parse_prepare(void);

/*
 * Reads a document.  Entries whose digest is among `known` (sorted by digest_compare()) are left
 * out and counted.  Returns 0, -ENOMEM at the arena's limit, or -EBADMSG where it is no feed, with
 * *ret_reason in words (in the arena, or constant); for an HTML page `ret->alternates` is set then.
 */
int feed_parse(const struct document *document, const struct digest *known, size_t known_count,
	struct arena *arena, struct parsed_feed *ret, const char **ret_reason);
