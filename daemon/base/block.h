/*
 * Sixteen bytes of a text at a time: a vector, of which the compiler makes what the machine has.
 * Comparing two gives flags, all bits of a byte or none.  Who loads has sixteen bytes to be read.
 */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	BLOCK_BYTES = 16, /* every x86-64 and ARM has these */
};

typedef uint8_t block __attribute__((vector_size(BLOCK_BYTES)));

static inline block block_load(const char *text)
{
	block bytes;

	memcpy(&bytes, text, sizeof(bytes));
	return bytes;
}

/* How many bytes stand before the first that is flagged: BLOCK_BYTES where none is. */
static inline size_t block_first(block flags)
{
	uint64_t halves[2];

	memcpy(halves, &flags, sizeof(halves));
	if (halves[0])
		return (size_t)__builtin_ctzll(le64toh(halves[0])) / 8;
	return halves[1] ? 8 + (size_t)__builtin_ctzll(le64toh(halves[1])) / 8 : BLOCK_BYTES;
}

/* A bit for each byte that is flagged, the first one's lowest. */
static inline uint32_t block_bits(block flags)
{
	/* A bit of its own in each byte of a half, and all of them in the highest. */
	const block each = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	const uint64_t sum = UINT64_C(0x0101010101010101);
	const block bits = flags & each;
	uint64_t halves[2];

	memcpy(halves, &bits, sizeof(halves));
	return (uint32_t)(le64toh(halves[0]) * sum >> 56 | (le64toh(halves[1]) * sum >> 56) << 8);
}

static inline bool block_any(block flags)
{
	return block_first(flags) < BLOCK_BYTES;
}
