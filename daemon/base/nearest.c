#include "base/nearest.h"

#include <ctype.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours, each for 1. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][NEAREST_LENGTH_MAX + 1];
	size_t *before = rows[0];
	size_t *last = rows[1];
	size_t *row = rows[2];
	size_t *spare;

	for (size_t j = 0; j <= b_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			int same = tolower((unsigned char)a[i - 1]) ==
				tolower((unsigned char)b[j - 1]);

			row[j] = least(last[j - 1] + !same, least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_length];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t length = strlen(nearest->name);
	size_t other = strlen(candidate);
	size_t allowed = 1 + length / 4;
	size_t distance;

	if (length > NEAREST_LENGTH_MAX || other > NEAREST_LENGTH_MAX || other > length + allowed ||
		length > other + allowed || nearest->tried == NEAREST_TRIED_MAX)
		return;
	nearest->tried++;
	distance = edit_distance(nearest->name, length, candidate, other);
	if (distance > allowed || distance >= other ||
		(nearest->found && distance >= nearest->distance))
		return;
	nearest->found = candidate;
	nearest->distance = distance;
}

void nearest_try_map(struct nearest *nearest, const struct map *map)
{
	for (size_t i = 0; i < map->size && nearest->tried < NEAREST_TRIED_MAX; i++)
		if (map->slots[i].key)
			nearest_try(nearest, map->slots[i].key);
}
