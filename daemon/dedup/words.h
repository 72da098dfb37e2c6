/*
 * A text's words and sentences, as recognising stories sees them: case and accents folded, marks of
 * origin (agency, dateline, breadcrumb, photo credit) split off, prose told from furniture, names
 * and numbers told from words.  Scripts without spaces give pairs of characters for words; scripts
 * without capitals have no names but those in Latin letters.  Memory belongs to the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
	WORDS_MAX = 6000, /* of a text; what follows is not read */
	WORD_SENTENCES_MAX = 1500,
	WORD_TITLE_MAX = 128, /* words of a title that are read */
};

/* A word's code: its kind above 22 bits of identity, which is the same whatever the kind of word.
 */
enum word_kind {
	WORD_SHORT,  /* at most three letters: carries little */
	WORD_COMMON, /* any other word */
	/* From here on they anchor a report. */
	WORD_NAME, /* capitalised where other words are not */
	WORD_NUMBER,
};

enum {
	WORD_IDENTITY_BITS = 22,
	WORD_IDENTITY_MASK = (1 << WORD_IDENTITY_BITS) - 1,
};

static inline enum word_kind word_kind(uint32_t code)
{
	return (enum word_kind)(code >> WORD_IDENTITY_BITS);
}

static inline uint32_t word_identity(uint32_t code)
{
	return code & WORD_IDENTITY_MASK;
}

enum sentence_flags {
	SENTENCE_PROSE = 1 << 0,  /* reads like a report's sentence */
	SENTENCE_LINE = 1 << 1,   /* begins a line */
	SENTENCE_ENDED = 1 << 2,  /* has its full stop */
	SENTENCE_CREDIT = 1 << 3, /* a photo's caption or credit */
	SENTENCE_ORIGIN = 1 << 4, /* a breadcrumb, dateline, repeated headline: of no weight */
};

struct sentence {
	uint16_t start; /* index of the first word */
	uint16_t count;
	uint8_t flags; /* enum sentence_flags */
};

struct words {
	uint32_t *codes;
	size_t count;
	struct sentence *sentences;
	size_t sentence_count;
};

/*
 * Reads a text (UTF-8, NUL-terminated; NULL is empty) and its title, whose words become
 * `ret_title`, one sentence.  Names proven in the text count as names in the title.
 * Returns 0 or -ENOMEM.
 */
int words_read(const char *text, const char *title, struct arena *arena, struct words *ret_text,
	struct words *ret_title);
