/*
 * The fast path of the tokeniser: texts of ASCII, of the punctuation that typesetting adds to it,
 * and of the letters that European alphabets do.  Such a text is a byte a character: typographic
 * apostrophes become `'`, currency signs a code of their own, other punctuation a separator, and
 * letters beyond ASCII one byte for all, with a list of which they are; all else about it is as in
 * the general path (normalizer.h), which the tests hold it to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "text/folder.h"

/* What stands in a plain text for signs that are not ASCII; as characters of a text they are not
 * plain. */
enum {
	PLAIN_SEPARATOR = 1,
	PLAIN_EURO = 2,
	PLAIN_POUND = 3,
	PLAIN_YEN = 4,
	PLAIN_LETTER = 0x80, /* the next one of plain_text.letters */
};

enum {
	/* Latin with its extensions A and B, and the Cyrillic of living languages: no letter among
	 * them is changed by normalisation, whatever other plain character stands beside it. */
	PLAIN_LETTER_FIRST = 0xC0,
	PLAIN_LETTER_LIMIT = 0x460,
	PLAIN_LETTER_BYTES = 2, /* of each in UTF-8; its folded form has no more */
};

/* A letter's forms; one that is not plain has no folded form. */
struct plain_letter {
	char raw[PLAIN_LETTER_BYTES];
	char folded[PLAIN_LETTER_BYTES];
	uint8_t folded_length;
};

struct plain_letters {
	struct plain_letter letters[PLAIN_LETTER_LIMIT - PLAIN_LETTER_FIRST];
};

struct plain_text {
	char *text;        /* normalised; behind it room for as much again, and padding */
	char *folded;      /* the same in lower case, at the same offsets */
	uint32_t *edges;   /* where runs of letters and digits begin and end, in turn */
	uint16_t *letters; /* from PLAIN_LETTER_FIRST on, in the order of the text */
	size_t edge_count;
	size_t letter_count;
	size_t length;
	size_t size;
};

/* Fills the table of letters by what the folder makes of them.  Returns 0 or -ENOMEM. */
int plain_letters_fill(struct plain_letters *letters, struct folder *folder);

void plain_text_clear(struct plain_text *plain);

/*
 * Takes a text if it is plain; `references`: a text with character references is not.  Returns 1, 0
 * if it is not plain, -ENOMEM.
 */
int plain_text_take(struct plain_text *plain, const struct plain_letters *letters, const char *text,
	size_t length, bool references);
