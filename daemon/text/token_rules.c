#include "text/token_rules.h"

#include "text/plain_text.h"
#include "text/tokenizer.h"

enum {
	JOINED_RUN_MAX = 3, /* letters or digits on each side of a joining `&` (2.2) */
	SIGNS_EXACT = 15,   /* signs after a token that fit their number one by one */
};

static size_t run_end(const struct scan *scan, size_t i)
{
	while (is_spaced_word(class_at(scan, i)))
		i++;
	return i;
}

static uint8_t sign_of(uint32_t character, bool wide)
{
	switch (character) {
	case '#':
		return SIGN_HASH;
	case '@':
		return SIGN_AT;
	case '$':
		return SIGN_DOLLAR;
	case 0x20AC:
		return SIGN_EURO;
	case 0x00A3:
		return SIGN_POUND;
	case 0x00A5:
		return SIGN_YEN;
	case PLAIN_EURO:
		return wide ? SIGN_NONE : SIGN_EURO;
	case PLAIN_POUND:
		return wide ? SIGN_NONE : SIGN_POUND;
	case PLAIN_YEN:
		return wide ? SIGN_NONE : SIGN_YEN;
	default:
		return SIGN_NONE;
	}
}

uint8_t sign_before(const struct scan *scan, size_t i)
{
	return i > 0 ? sign_of(char_at(scan, i - 1), scan->wide) : (uint8_t)SIGN_NONE;
}

uint32_t signs_after(const struct scan *scan, size_t i)
{
	uint32_t number = 0;
	size_t start = i;

	for (; i < scan->count; i++) {
		uint32_t c = char_at(scan, i);
		uint32_t digit = c == '+' ? 1 : c == '#' ? 2 : c == '%' ? 3 : 0;

		if (digit == 0)
			break;
		number = i - start < SIGNS_EXACT ? number * 4 + digit
						 : ((number * 31 + digit) | 1U << 31);
	}
	return number;
}

/*
 * Acronyms (2.2): single letters joined by dots, touched by no other word character, nor by one
 * behind a further dot.  Returns the end, with the last dot if it has one, or `i` for none.
 */
static size_t acronym_end(const struct scan *scan, size_t i)
{
	size_t last = i;

	if (i > 0 && class_at(scan, i - 1))
		return i;
	if (i > 1 && is_char(scan, i - 1, '.') && class_at(scan, i - 2))
		return i;
	while (is_char(scan, last + 1, '.') && (class_at(scan, last + 2) & CHAR_LETTER) &&
		is_spaced_word(class_at(scan, last + 2)) && !class_at(scan, last + 3))
		last += 2;
	if (last == i)
		return i;
	if (!is_char(scan, last + 1, '.'))
		return last + 1;
	return class_at(scan, last + 2) ? i : last + 2;
}

/* The end of the run behind the `&` at i if that joins the run of `length` before it, or 0. */
static size_t joined_end(const struct scan *scan, size_t i, size_t length)
{
	size_t end;

	if (!scan->joins || length > JOINED_RUN_MAX || (class_at(scan, i + 1) & CHAR_MARK))
		return 0;
	end = run_end(scan, i + 1);
	return end > i + 1 && end - (i + 1) <= JOINED_RUN_MAX ? end : 0;
}

struct extent extent_of_word(const struct scan *scan, size_t i)
{
	size_t run = i;
	size_t end = run_end(scan, i);

	if (end == i + 1 && is_char(scan, end, '.') && (class_at(scan, i) & CHAR_LETTER)) {
		size_t acronym = acronym_end(scan, i);

		if (acronym > i)
			return (struct extent){i, acronym, true};
	}
	while (end < scan->count) {
		size_t next = 0;

		if (char_at(scan, end) == '.' && (class_at(scan, end - 1) & CHAR_DIGIT) &&
			(class_at(scan, end + 1) & CHAR_DIGIT))
			next = run_end(scan, end + 1);
		else if (char_at(scan, end) == '&')
			next = joined_end(scan, end, end - run);
		if (next == 0)
			break;
		run = end + 1;
		end = next;
	}
	return (struct extent){i, end, false};
}

/* A character of an unspaced script with its marks (2.3). */
static struct extent extent_of_character(const struct scan *scan, size_t i)
{
	size_t end = i + 1;

	while (class_at(scan, end) & CHAR_MARK)
		end++;
	return (struct extent){i, end, false};
}

bool extent_next(const struct scan *scan, size_t i, struct extent *ret)
{
	while (i < scan->count) {
		uint8_t class = class_at(scan, i);
		size_t start = i;

		if (!class) {
			i++;
			continue;
		}
		if (class & CHAR_UNSPACED) {
			*ret = extent_of_character(scan, i);
			return true;
		}
		while (class_at(scan, i) & CHAR_MARK)
			i++;
		if (!is_spaced_word(class_at(scan, i)))
			continue; /* marks alone are no word */
		*ret = extent_of_word(scan, start);
		return true;
	}
	return false;
}
