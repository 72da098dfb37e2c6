/*
 * Dense numbers for byte strings: the first one met is 0, the next new one 1, and so on.  The bytes
 * live in a pool of the interner's own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct interner {
	struct buffer pool;
	uint32_t *offsets; /* in the pool; count + 1 of them */
	size_t count;
	size_t size;
	uint32_t *slots;   /* number + 1; 0: free */
	size_t slot_count; /* a power of two, or 0 */
};

enum {
	INTERNER_POOL_MAX = 0x40000000, /* bytes */
	INTERNER_COUNT_MAX = 0x0FFFFFFF,
};

/* Makes an empty one; clear frees what is in it. */
void interner_init(struct interner *interner);
void interner_clear(struct interner *interner);

/* The number of the string, a new one if need be.  Returns 0, -ENOMEM or -EFBIG at a limit. */
int interner_add(struct interner *interner, const void *bytes, size_t length, uint32_t *ret_number);

static inline const char *interner_bytes(
	const struct interner *interner, uint32_t number, size_t *ret_length)
{
	uint32_t start = interner->offsets[number];

	*ret_length = interner->offsets[number + 1] - start;
	return interner->pool.bytes + start;
}
