/*
 * Normalising a text before it is cut into tokens (steps N1 to N6): character
 * references, NFC, invisible characters, compatibility forms and digits, possessives, thousands
 * commas.  Works on code points and keeps where in the source each came from.  A normaliser owns
 * its results and scratch room: one for each thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct normalizer;

/* Borrowed from the normaliser until its next use. */
struct normal_text {
	const uint32_t *chars;
	uint8_t *classes; /* enum char_class of each; NULL from normalizer_run_raw() */
	const uint32_t
		*source; /* byte offset in the source; source[count] is the source's length */
	size_t count;
};

/* Stand in queries for `?` and `*`; noncharacters, which a text has no business to hold. */
enum {
	WILDCARD_ONE = 0xFDD0,
	WILDCARD_REST = 0xFDD1,
};

/* Returns 0, -ENOMEM or -EIO where ICU's data cannot be had. */
int normalizer_new(struct normalizer **ret);
void normalizer_free(struct normalizer *normalizer);
DEFINE_CLEANUP(normalizer_freep, struct normalizer, normalizer_free)

/*
 * Normalises valid UTF-8 (what is not becomes U+FFFD) of less than 4 GiB.  `references`: read
 * character references (N1).  Returns 0, -ENOMEM, -EFBIG, -EIO.
 */
int normalizer_run(struct normalizer *normalizer, const char *text, size_t length, bool references,
	struct normal_text *ret);

/* As normalizer_run(), but N1 and N2 alone: what regular expressions see. */
int normalizer_run_raw(struct normalizer *normalizer, const char *text, size_t length,
	bool references, struct normal_text *ret);

/*
 * N5 and N6 in place for a text of plain_text.h; gives what normalizer_run() gives.  Returns the
 * new length.
 */
size_t normalize_plain(char *text, size_t length);
