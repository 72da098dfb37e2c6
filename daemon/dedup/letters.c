#include "dedup/letters.h"

#include <stdbool.h>
#include <unicode/uchar.h>

/* U+00C0 to U+017F without their accents, lower case; "*" is no letter. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
			    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

_Static_assert(sizeof(latin) == 0x180 - 0xc0 + 1, "one letter for each of U+00C0 to U+017F");

static bool is_latin_capital(UChar32 c)
{
	if (c < 0x100)
		return c < 0xdf;
	if ((c >= 0x139 && c <= 0x148) || c >= 0x179)
		return c & 1;
	if (c == 0x138 || c == 0x149 || c == 0x17f)
		return false;
	return c == 0x178 || (c & 1) == 0;
}

static bool is_paired(UChar32 c)
{
	return (c >= 0x0e00 && c <= 0x0e4f) || (c >= 0x0e80 && c <= 0x0ecf) ||  /* Thai, Lao */
		(c >= 0x1000 && c <= 0x1049) || (c >= 0x1780 && c <= 0x17d3) || /* Burmese, Khmer */
		(c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x30ff) ||
		(c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
		(c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
		(c >= 0x20000 && c <= 0x3134f);
}

static bool is_stop(UChar32 c)
{
	return c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff0e || c == 0x0964 ||
		c == 0x061f || c == 0x06d4;
}

static enum letter_class wide_class(UChar32 c)
{
	if (is_paired(c))
		return c == 0x30fb ? LETTER_OTHER : LETTER_PAIRED;
	if (is_stop(c))
		return LETTER_STOP;
	switch (u_charType(c)) {
	case U_UPPERCASE_LETTER:
	case U_LOWERCASE_LETTER:
	case U_TITLECASE_LETTER:
	case U_MODIFIER_LETTER:
	case U_OTHER_LETTER:
		return LETTER_LETTER;
	case U_DECIMAL_DIGIT_NUMBER:
		return LETTER_DIGIT;
	case U_NON_SPACING_MARK:
	case U_COMBINING_SPACING_MARK:
		return LETTER_MARK;
	default:
		return LETTER_OTHER;
	}
}

enum letter_class letters_class(UChar32 c)
{
	if (c < 0x80) {
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			return LETTER_LETTER;
		return c >= '0' && c <= '9' ? LETTER_DIGIT : LETTER_OTHER;
	}
	if (c >= 0xc0 && c < 0x180)
		return latin[c - 0xc0] == '*' ? LETTER_OTHER : LETTER_LETTER;
	if (c >= 0x400 && c < 0x460)
		return LETTER_LETTER;
	return wide_class(c);
}

static UChar32 fold_cyrillic(UChar32 c, enum letter_case *ret_case)
{
	*ret_case = c < 0x430 ? LETTER_CAPITAL : LETTER_SMALL;
	if (c < 0x410)
		c += 0x50;
	else if (c < 0x430)
		c += 0x20;
	return c == 0x451 ? 0x435 : c; /* io is mostly written as ie */
}

UChar32 letters_fold(UChar32 c, enum letter_case *ret_case)
{
	UChar32 lower;

	/* Full-width letters: some write Latin words so among Han, others of a copy do not. */
	if ((c >= 0xff21 && c <= 0xff3a) || (c >= 0xff41 && c <= 0xff5a))
		c -= 0xfee0;

	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z') {
			*ret_case = LETTER_CAPITAL;
			return c + ('a' - 'A');
		}
		*ret_case = c >= 'a' ? LETTER_SMALL : LETTER_CASELESS;
		return c;
	}
	if (c >= 0xc0 && c < 0x180) {
		*ret_case = is_latin_capital(c) ? LETTER_CAPITAL : LETTER_SMALL;
		return latin[c - 0xc0];
	}
	if (c >= 0x400 && c < 0x460)
		return fold_cyrillic(c, ret_case);
	lower = u_tolower(c);
	if (lower != c)
		*ret_case = LETTER_CAPITAL;
	else
		*ret_case = u_toupper(c) != c ? LETTER_SMALL : LETTER_CASELESS;
	return lower;
}

UChar32 letters_digit(UChar32 c)
{
	int32_t value = u_charDigitValue(c);

	return value < 0 ? c : '0' + value;
}
