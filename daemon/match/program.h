/*
 * Topics as programs: trees in prefix form, a row of 32-bit words.  The first word of a node has
 * its kind in the upper four bits and in the others what `enum op` says.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum op {
	OP_LEAF,    /* the leaf */
	OP_REGEX,   /* the regex */
	OP_ANY,     /* number of leaves that follow */
	OP_OR,      /* number of words that follow, which are nodes */
	OP_AND,     /* the same */
	OP_NOT,     /* the same, one node */
	OP_NEAR,    /* the same: distance (and NEAR_ORDERED), two nodes */
	OP_ATLEAST, /* the same: number, one node */
};

enum {
	OP_SHIFT = 28,
	OP_VALUE_MAX = (1 << OP_SHIFT) - 1,
	NEAR_ORDERED = 1 << 16,
};

static inline enum op op_kind(uint32_t word)
{
	return (enum op)(word >> OP_SHIFT);
}

static inline uint32_t op_value(uint32_t word)
{
	return word & OP_VALUE_MAX;
}

/* The number of words of the node that begins with `word`. */
static inline size_t op_size(uint32_t word)
{
	return op_kind(word) <= OP_REGEX ? 1 : 1 + (size_t)op_value(word);
}
