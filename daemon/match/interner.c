#include "match/interner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

void interner_init(struct interner *interner)
{
	*interner = (struct interner){.pool = BUFFER_INIT(INTERNER_POOL_MAX)};
}

void interner_clear(struct interner *interner)
{
	buffer_free(&interner->pool);
	free(interner->offsets);
	free(interner->slots);
	interner_init(interner);
}

static bool is_number(
	const struct interner *interner, uint32_t number, const void *bytes, size_t length)
{
	size_t stored_length;
	const char *stored = interner_bytes(interner, number, &stored_length);

	return stored_length == length && (length == 0 || memcmp(stored, bytes, length) == 0);
}

/* The slot of the string, or the free one where it belongs. */
static uint32_t *find(struct interner *interner, const void *bytes, size_t length)
{
	size_t mask = interner->slot_count - 1;
	size_t i = hash_bytes(bytes, length) & mask;

	while (interner->slots[i] && !is_number(interner, interner->slots[i] - 1, bytes, length))
		i = (i + 1) & mask;
	return &interner->slots[i];
}

static int grow_slots(struct interner *interner)
{
	size_t slot_count = interner->slot_count ? 2 * interner->slot_count : 64;
	uint32_t *slots;

	if (2 * (interner->count + 1) <= interner->slot_count)
		return 0;
	slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(interner->slots);
	interner->slots = slots;
	interner->slot_count = slot_count;
	for (uint32_t n = 0; n < interner->count; n++) {
		size_t length;
		const char *bytes = interner_bytes(interner, n, &length);

		*find(interner, bytes, length) = n + 1;
	}
	return 0;
}

static int grow_offsets(struct interner *interner)
{
	size_t size = 2 * interner->size + 64;
	uint32_t *offsets;

	if (interner->count + 2 <= interner->size)
		return 0;
	offsets = realloc(interner->offsets, size * sizeof(*offsets));
	if (!offsets)
		return -ENOMEM;
	if (interner->count == 0)
		offsets[0] = 0;
	interner->offsets = offsets;
	interner->size = size;
	return 0;
}

int interner_add(struct interner *interner, const void *bytes, size_t length, uint32_t *ret_number)
{
	uint32_t *slot;
	int r;

	if (interner->count >= INTERNER_COUNT_MAX)
		return -EFBIG;
	r = grow_slots(interner);
	if (r >= 0)
		r = grow_offsets(interner);
	if (r < 0)
		return r;
	slot = find(interner, bytes, length);
	if (!*slot) {
		r = buffer_add(&interner->pool, bytes, length);
		if (r < 0)
			return r;
		interner->count++;
		interner->offsets[interner->count] = (uint32_t)interner->pool.length;
		*slot = (uint32_t)interner->count;
	}
	*ret_number = *slot - 1;
	return 0;
}
