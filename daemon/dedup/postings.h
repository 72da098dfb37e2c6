/*
 * Which articles have a feature: a hash table of 64-byte buckets that grows by one bucket at a time
 * (linear hashing), so that no insertion ever moves the whole.  A full bucket forgets its oldest
 * posting: candidates are found by many features, and one that is lost is not missed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct postings;

enum {
	POSTINGS_BUCKET = 9,
	POSTINGS_SAME_MAX = 7, /* of one feature in a bucket; the newest stay */
};

/* Returns 0 or -ENOMEM. */
int postings_new(struct postings **ret);
void postings_free(struct postings *postings);
DEFINE_CLEANUP(postings_freep, struct postings, postings_free)

/* Says that `article` (a running number) has the feature.  Returns 0 or -ENOMEM. */
int postings_add(struct postings *postings, uint32_t feature, uint32_t article);

/* Finds articles with the feature, the newest first; at most POSTINGS_BUCKET. */
size_t postings_find(
	const struct postings *postings, uint32_t feature, uint32_t (*ret)[POSTINGS_BUCKET]);

/* Asks for the feature's bucket to be brought near. */
void postings_prefetch(const struct postings *postings, uint32_t feature);

size_t postings_bytes(const struct postings *postings);
