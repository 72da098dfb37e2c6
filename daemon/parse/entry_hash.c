#include "parse/entry_hash.h"

#include <assert.h>

void entry_hash_clear(struct entry_hash *hash)
{
	buffer_free(&hash->gathered);
	hash->begin = NULL;
}

void entry_hash_begin(struct entry_hash *hash, const char *begin)
{
	hash->begin = begin;
	hash->from = begin;
	hash->paused = false;
	buffer_reset(&hash->gathered);
}

void entry_hash_pause(struct entry_hash *hash, const char *at)
{
	if (!hash->begin || hash->paused)
		return;
	(void)buffer_add(&hash->gathered, hash->from, (size_t)(at - hash->from));
	hash->paused = true;
}

void entry_hash_resume(struct entry_hash *hash, const char *at)
{
	if (!hash->begin || !hash->paused)
		return;
	hash->from = at;
	hash->paused = false;
}

struct digest entry_hash_end(struct entry_hash *hash, const char *end)
{
	const char *begin = hash->begin;

	assert(begin);
	hash->begin = NULL;
	/* Most entries have no counters: their bytes are hashed where they stand. */
	if (hash->gathered.length == 0 || hash->gathered.failed)
		return digest_bytes(begin, (size_t)(end - begin));
	if (!hash->paused)
		(void)buffer_add(&hash->gathered, hash->from, (size_t)(end - hash->from));
	return digest_bytes(hash->gathered.bytes, hash->gathered.length);
}
