#include "intake/fingerprint_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	int64_t article; /* 0: free; keys begin at 1 */
	void *bytes;
	uint32_t length;
	uint32_t size; /* of the memory */
};

struct fingerprint_cache {
	struct slot slots[FINGERPRINT_CACHE_SLOTS];
};

int fingerprint_cache_new(struct fingerprint_cache **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret ? 0 : -ENOMEM;
}

void fingerprint_cache_free(struct fingerprint_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < FINGERPRINT_CACHE_SLOTS; i++)
		free(cache->slots[i].bytes);
	free(cache);
}

/* Keys follow each other: the last so many articles have a slot each. */
static size_t place_of(int64_t article)
{
	return (uint64_t)article % FINGERPRINT_CACHE_SLOTS;
}

void fingerprint_cache_put(
	struct fingerprint_cache *cache, int64_t article, const void *bytes, size_t length)
{
	struct slot *slot = &cache->slots[place_of(article)];

	slot->article = 0;
	if (length == 0 || length > FINGERPRINT_CACHE_BYTES)
		return;
	if (length > slot->size) {
		void *larger = realloc(slot->bytes, length);

		if (!larger)
			return;
		slot->bytes = larger;
		slot->size = (uint32_t)length;
	}
	memcpy(slot->bytes, bytes, length);
	slot->length = (uint32_t)length;
	slot->article = article;
}

void fingerprint_cache_clear(struct fingerprint_cache *cache)
{
	for (size_t i = 0; i < FINGERPRINT_CACHE_SLOTS; i++)
		cache->slots[i].article = 0;
}

int fingerprint_cache_get(const struct fingerprint_cache *cache, int64_t article,
	struct arena *arena, const void **ret, size_t *ret_length)
{
	const struct slot *slot = &cache->slots[place_of(article)];
	void *copy;

	if (article == 0 || slot->article != article)
		return -ENOENT;
	copy = arena_alloc(arena, slot->length);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, slot->bytes, slot->length);
	*ret = copy;
	*ret_length = slot->length;
	return 0;
}
