/*
 * Which articles have a feature: a hash table of 64-byte buckets that grows by one bucket at a time
 * (linear hashing), so that no insertion ever moves the whole.  A posting goes to the emptier of
 * two buckets, which fills them evenly; where both are full the oldest posting is forgotten:
 * candidates are found by many features, and one that is lost is not missed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "dedup/snapshot.h"

struct postings;
struct bucket;

enum {
	POSTINGS_BUCKET = 9,
	POSTINGS_SAME_MAX = 8, /* of one feature; the newest stay */
	POSTINGS_FOUND_MAX = 2 * POSTINGS_BUCKET,
};

/* Returns 0 or -ENOMEM. */
int postings_new(struct postings **ret);
void postings_free(struct postings *postings);
DEFINE_CLEANUP(postings_freep, struct postings, postings_free)

/*
 * Says that `article` (a running number) has the feature.  Postings of articles below `oldest` are
 * cleared away where they stand in the way.  Returns 0 or -ENOMEM.
 */
int postings_add(struct postings *postings, uint32_t feature, uint32_t article, uint32_t oldest);

/* Where the postings of a feature stand, until the next one is added. */
struct postings_place {
	const struct bucket *buckets[2];
	uint32_t tags[2];
};

/* Tells where, and asks for it to be brought near. */
void postings_seek(const struct postings *postings, uint32_t feature, struct postings_place *ret);

/* Finds articles with the feature, in no order; at most POSTINGS_FOUND_MAX. */
size_t postings_find(const struct postings_place *place, uint32_t (*ret)[POSTINGS_FOUND_MAX]);

size_t postings_bytes(const struct postings *postings);

/* As story_index_write() and story_index_read(). */
int postings_write(const struct postings *postings, const struct snapshot_writer *writer);
int postings_read(const struct snapshot_reader *reader, struct postings **ret);
