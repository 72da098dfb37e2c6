/*
 * Where tokens begin and end in a normalised text (wirewatch-query(7)).  The rules are written
 * once for texts of code points and for plain ones of bytes (plain_text.h).  Parts of the
 * tokeniser.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/char_class.h"

/* A normalised text. */
struct scan {
	const uint32_t *wide; /* NULL: plain */
	const uint8_t *classes;
	const uint32_t *source;
	const char *plain;
	size_t count;
	bool joins; /* `&` may join */
};

/* The part of a text that is a token. */
struct extent {
	size_t start;
	size_t end;
	bool acronym; /* letters and dots in turn; the dots go */
};

static inline uint32_t char_at(const struct scan *scan, size_t i)
{
	return scan->wide ? scan->wide[i] : (unsigned char)scan->plain[i];
}

/* The class of a character; 0 beyond either end. */
static inline uint8_t class_at(const struct scan *scan, size_t i)
{
	if (i >= scan->count)
		return 0;
	return scan->wide ? scan->classes[i] : char_class_plain((unsigned char)scan->plain[i]);
}

static inline bool is_char(const struct scan *scan, size_t i, uint32_t character)
{
	return i < scan->count && char_at(scan, i) == character;
}

/* Whether the class is of a word in a script with spaces. */
static inline bool is_spaced_word(uint8_t class)
{
	return (class & CHAR_WORD) && !(class & CHAR_UNSPACED);
}

/* Finds the next token from i on.  Returns whether there is one. */
bool extent_next(const struct scan *scan, size_t i, struct extent *ret);

/* The word of a script with spaces that begins at i. */
struct extent extent_of_word(const struct scan *scan, size_t i);

/* The sign right before i: enum token_sign. */
uint8_t sign_before(const struct scan *scan, size_t i);

/* The number of the run of signs at i: the signs one by one in base 4, or a hash of very many. */
uint32_t signs_after(const struct scan *scan, size_t i);
