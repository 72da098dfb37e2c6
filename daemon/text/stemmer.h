/*
 * Snowball's English stemmer (libstemmer).  Only words that are all a-z after folding are stemmed
 * (wirewatch-query(7)); a stemmer holds scratch room, so one for each thread.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct stemmer;

/* Returns 0 or -ENOMEM. */
int stemmer_new(struct stemmer **ret);
void stemmer_free(struct stemmer *stemmer);
DEFINE_CLEANUP(stemmer_freep, struct stemmer, stemmer_free)

/*
 * The stem of a folded word, or the word itself where it has other characters than a-z or is longer
 * than STEM_BYTES_MAX.  Borrowed: from `word`, or until the next call.
 */
const char *stemmer_stem(
	struct stemmer *stemmer, const char *word, size_t length, size_t *ret_length);

enum {
	STEM_BYTES_MAX = 64, /* longer than any English word; bounds the work on hostile text */
};
