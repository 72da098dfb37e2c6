/* "Did you mean ...?": the nearest known name to one that is not known. */
#pragma once

#include <stddef.h>

#include "base/map.h"

enum {
	NEAREST_TRIED_MAX = 10000, /* names compared for one suggestion */
	NEAREST_LENGTH_MAX = 64,   /* bytes; a longer name gets no suggestion */
};

/* The best suggestion so far; start with {.name = what the user wrote}. */
struct nearest {
	const char *name;
	const char *found; /* NULL: nothing is near; borrowed from the candidates */
	size_t distance;
	size_t tried;
};

/* Considers a name that could have been meant; letter case counts for nothing. */
void nearest_try(struct nearest *nearest, const char *candidate);

/* Considers all keys of the map. */
void nearest_try_map(struct nearest *nearest, const struct map *map);
