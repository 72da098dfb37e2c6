/*
 * Characters for words.c: what a character is, and its folded form.  ASCII, Latin and Cyrillic
 * come from tables in this file, the rest from ICU.
 */
#pragma once

#include <unicode/utypes.h>

enum letter_class {
	LETTER_OTHER,
	LETTER_LETTER,
	LETTER_DIGIT,
	LETTER_MARK,   /* combines with the letter before it */
	LETTER_PAIRED, /* of a script without spaces between words */
	LETTER_STOP,   /* ends a sentence without a space after it */
};

enum letter_case {
	LETTER_CASELESS,
	LETTER_SMALL,
	LETTER_CAPITAL,
};

/* Negative characters (none) are LETTER_OTHER. */
enum letter_class letters_class(UChar32 c);

/* Lower case without accents (Latin to U+017F, full-width too; elsewhere lower case). */
UChar32 letters_fold(UChar32 c, enum letter_case *ret_case);

/* The ASCII digit of a decimal digit of any script: copies differ in whose they write. */
UChar32 letters_digit(UChar32 c);
