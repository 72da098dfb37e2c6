/*
 * A fingerprint's inside, for the files of this room: the words' codes, the title's first, then
 * those of the kept sentences in their order.  Sentences count from `codes`; what is neither prose
 * nor origin is furniture (or a report that is a table).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dedup/fingerprint.h"
#include "dedup/words.h"

struct blob {
	const uint8_t *bytes;
	size_t length;
};

struct fingerprint {
	struct blob blob;
	uint32_t *codes;
	size_t word_count;
	size_t title_count;
	struct sentence *sentences;
	size_t sentence_count;
};
