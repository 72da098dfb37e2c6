#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum {
	FIRST_SIZE = 16,
};

void map_free(struct map *map)
{
	free(map->slots);
	*map = (struct map){0};
}

/* The slot that holds the key, or the free one where it would stand. */
static struct map_slot *find(const struct map *map, const char *key, uint64_t hash)
{
	size_t mask = map->size - 1;
	size_t i = hash & mask;

	while (map->slots[i].key &&
		(map->slots[i].hash != hash || strcmp(map->slots[i].key, key) != 0))
		i = (i + 1) & mask;
	return &map->slots[i];
}

static int grow(struct map *map)
{
	struct map larger = {.count = map->count};

	larger.size = map->size > 0 ? 2 * map->size : FIRST_SIZE;
	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].key)
			*find(&larger, map->slots[i].key, map->slots[i].hash) = map->slots[i];
	free(map->slots);
	*map = larger;
	return 0;
}

void *map_get(const struct map *map, const char *key)
{
	if (map->count == 0)
		return NULL;
	return find(map, key, hash_string(key))->value;
}

int map_put(struct map *map, const char *key, void *value)
{
	uint64_t hash = hash_string(key);
	struct map_slot *slot;
	int r;

	if (2 * (map->count + 1) > map->size) {
		r = grow(map);
		if (r < 0)
			return r;
	}
	slot = find(map, key, hash);
	if (!slot->key)
		map->count++;
	*slot = (struct map_slot){.key = key, .value = value, .hash = hash};
	return 0;
}

void *map_remove(struct map *map, const char *key)
{
	size_t mask = map->size - 1;
	struct map_slot *slot;
	void *value;
	size_t hole;

	if (map->count == 0)
		return NULL;
	slot = find(map, key, hash_string(key));
	if (!slot->key)
		return NULL;
	value = slot->value;
	map->count--;
	/* What stands behind the hole and could not stand before it moves up (no tombstones). */
	hole = (size_t)(slot - map->slots);
	for (size_t i = (hole + 1) & mask; map->slots[i].key; i = (i + 1) & mask) {
		size_t home = map->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole] = (struct map_slot){0};
	return value;
}

void *map_next(const struct map *map, size_t *cursor)
{
	while (*cursor < map->size) {
		const struct map_slot *slot = &map->slots[(*cursor)++];

		if (slot->key)
			return slot->value;
	}
	return NULL;
}
