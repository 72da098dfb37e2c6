/*
 * What a code point is to the tokeniser: Unicode's general category boiled down to the few classes
 * that word boundaries depend on (wirewatch-query(7): letters, digits and marks make words;
 * scripts without spaces make a word of each character).  Pure; the tables are ICU's.
 */
#pragma once

#include <stdint.h>

enum char_class {
	CHAR_LETTER = 1 << 0,   /* L* */
	CHAR_DIGIT = 1 << 1,    /* Nd */
	CHAR_NUMBER = 1 << 2,   /* Nl: in words, but neither letter nor digit to the other rules */
	CHAR_MARK = 1 << 3,     /* M* */
	CHAR_UNSPACED = 1 << 4, /* beside one of the above: a script written without spaces */
	CHAR_WORD = CHAR_LETTER | CHAR_DIGIT | CHAR_NUMBER | CHAR_MARK,
};

/* The class bits of any code point but those of ASCII's fast table; 0 for what separates. */
uint8_t char_class_wide(uint32_t character);

static inline uint8_t char_class_ascii(unsigned char character)
{
	if ((unsigned)(character | 0x20) - 'a' < 26)
		return CHAR_LETTER;
	return (unsigned)character - '0' < 10 ? CHAR_DIGIT : 0;
}

/* In a plain text (plain_text.h) a byte of 0x80 or above stands for a letter. */
static inline uint8_t char_class_plain(unsigned char character)
{
	return character < 0x80 ? char_class_ascii(character) : CHAR_LETTER;
}

static inline uint8_t char_class(uint32_t character)
{
	return character < 0x80 ? char_class_ascii((unsigned char)character)
				: char_class_wide(character);
}
