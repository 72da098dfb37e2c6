/*
 * The stored fingerprints that were last asked for or made, so that candidates for a new article's
 * story, which are mostly young, need not be read from the store again.  What is not here is merely
 * slower.  At most FINGERPRINT_CACHE_SLOTS of at most FINGERPRINT_CACHE_BYTES each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macro.h"

enum {
	FINGERPRINT_CACHE_SLOTS = 4096,
	FINGERPRINT_CACHE_BYTES = 2048, /* of one; those of long articles are not kept */
};

struct fingerprint_cache;

/* Returns 0 or -ENOMEM. */
int fingerprint_cache_new(struct fingerprint_cache **ret);
void fingerprint_cache_free(struct fingerprint_cache *cache);
DEFINE_CLEANUP(fingerprint_cache_freep, struct fingerprint_cache, fingerprint_cache_free)

/* Keeps a copy in place of another one; of a fingerprint that is too long, or without memory,
 * nothing of the article. */
void fingerprint_cache_put(
	struct fingerprint_cache *cache, int64_t article, const void *bytes, size_t length);

/* Forgets all, when the store has taken something back. */
void fingerprint_cache_clear(struct fingerprint_cache *cache);

/* Copies into the arena.  Returns 0, -ENOENT where it is not here, or -ENOMEM. */
int fingerprint_cache_get(const struct fingerprint_cache *cache, int64_t article,
	struct arena *arena, const void **ret, size_t *ret_length);
