#include "text/char_class.h"

#include <stdbool.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

enum {
	FIRST_UNSPACED = 0x0E00, /* Thai is the first block of a script without spaces */
	PROLONGED_SOUND_MARK = 0x30FC,
	PROLONGED_SOUND_MARK_HALF = 0xFF70,
};

static bool is_unspaced(uint32_t character)
{
	UErrorCode error = U_ZERO_ERROR;

	if (character < FIRST_UNSPACED)
		return false;
	if (character == PROLONGED_SOUND_MARK || character == PROLONGED_SOUND_MARK_HALF)
		return true;
	switch (uscript_getScript((UChar32)character, &error)) {
	case USCRIPT_HAN:
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_BOPOMOFO:
	case USCRIPT_HANGUL:
	case USCRIPT_THAI:
	case USCRIPT_LAO:
	case USCRIPT_KHMER:
	case USCRIPT_MYANMAR:
		return true;
	default:
		return false;
	}
}

uint8_t char_class_wide(uint32_t character)
{
	uint32_t mask = U_MASK(u_charType((UChar32)character));
	uint8_t class;

	if (mask & U_GC_M_MASK)
		return CHAR_MARK;
	if (mask & U_GC_L_MASK)
		class = CHAR_LETTER;
	else if (mask & U_GC_ND_MASK)
		class = CHAR_DIGIT;
	else if (mask & U_GC_NL_MASK)
		class = CHAR_NUMBER;
	else
		return 0;
	return is_unspaced(character) ? class | CHAR_UNSPACED : class;
}
