/*
 * From strings to pointers: open addressing with linear probing.  Keys are borrowed: they live in
 * what they lead to.  Hashes come from hash_string(); who fills a map with strangers' strings
 * bounds it himself.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	const char *key; /* NULL: free */
	void *value;
	uint64_t hash;
};

struct map {
	struct map_slot *slots;
	size_t count;
	size_t size; /* 0 or a power of two, more than half of it free */
};

/* Frees the slots; keys and values are not the map's. */
void map_free(struct map *map);

/* The value, or NULL. */
void *map_get(const struct map *map, const char *key);

/* Adds or replaces.  Returns 0 or -ENOMEM. */
int map_put(struct map *map, const char *key, void *value);

/* Returns the value that was there, or NULL. */
void *map_remove(struct map *map, const char *key);

/* Each value in turn, from *cursor = 0 on; NULL at the end.  The map stays as it is meanwhile. */
void *map_next(const struct map *map, size_t *cursor);
