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
	uint32_t *edges; /* where runs of letters and digits begin and end, in turn */
	size_t edge_count;
	size_t length;
	size_t size;
};

void plain_text_clear(struct plain_text *plain);

/*
 * Takes a text if it is plain; `references`: a text with character references is not.  Returns 1, 0
 * if it is not plain, -ENOMEM.
 */
int plain_text_take(struct plain_text *plain, const char *text, size_t length, bool references);
