/*
 * The digest by which an unchanged entry is known: of its bytes from its start tag to its end tag,
 * but for what its counters hold.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "parse/xml_reader.h"

struct entry_hash {
	const char *begin; /* NULL: no entry */
	const char *from;  /* what is not yet gathered */
	bool paused;
	struct buffer gathered; /* where something is left out */
};

#define ENTRY_HASH_INIT ((struct entry_hash){.gathered = BUFFER_INIT(XML_TEXT_BYTES_MAX)})

void entry_hash_clear(struct entry_hash *hash);

/* The entry begins there, in a text that stays until its end. */
void entry_hash_begin(struct entry_hash *hash, const char *begin);

static inline bool entry_hash_runs(const struct entry_hash *hash)
{
	return hash->begin;
}

/* What is between these two is left out; outside of an entry they do nothing. */
void entry_hash_pause(struct entry_hash *hash, const char *at);
void entry_hash_resume(struct entry_hash *hash, const char *at);

/* Its digest; `end` is behind its end tag.  Where memory was out, counters count too. */
struct digest entry_hash_end(struct entry_hash *hash, const char *end);
