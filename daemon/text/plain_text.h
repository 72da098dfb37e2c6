/*
 * The fast path of the tokeniser: texts of ASCII and of the punctuation that typesetting adds to
 * it. Such a text is a byte a character: typographic apostrophes become `'`, currency signs a code
 * of their own, other punctuation a separator; all else about it is as in the general path
 * (normalizer.h), which the tests hold it to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* What stands in a plain text for signs that are not ASCII; as characters of a text they are not
 * plain. */
enum {
	PLAIN_SEPARATOR = 1,
	PLAIN_EURO = 2,
	PLAIN_POUND = 3,
	PLAIN_YEN = 4,
};

struct plain_text {
	char *text;      /* normalised; behind it room for as much again, and padding */
	char *folded;    /* the same in lower case, at the same offsets */
	uint64_t *words; /* a bit a character: whether it is a letter or digit; then a 0 and a 1 */
	size_t length;
	size_t size;
};

void plain_text_clear(struct plain_text *plain);

/*
 * Takes a text if it is plain; `references`: a text with character references is not.  Returns 1, 0
 * if it is not plain, -ENOMEM.
 */
int plain_text_take(struct plain_text *plain, const char *text, size_t length, bool references);

/* The first letter or digit from i on; beyond the length where there is none. */
static inline size_t plain_word_start(const struct plain_text *plain, size_t i)
{
	size_t block = i / 64;
	uint64_t bits = plain->words[block] >> (i % 64);

	if (bits)
		return i + (size_t)__builtin_ctzll(bits);
	do
		block++;
	while (!plain->words[block]);
	return 64 * block + (size_t)__builtin_ctzll(plain->words[block]);
}

/* The first character from i on that is neither. */
static inline size_t plain_word_end(const struct plain_text *plain, size_t i)
{
	size_t block = i / 64;
	uint64_t bits = ~plain->words[block] >> (i % 64);

	if (bits)
		return i + (size_t)__builtin_ctzll(bits);
	do
		block++;
	while (!~plain->words[block]);
	return 64 * block + (size_t)__builtin_ctzll(~plain->words[block]);
}
