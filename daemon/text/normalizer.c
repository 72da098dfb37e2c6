#include "text/normalizer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "text/char_class.h"
#include "text/char_reference.h"

enum {
	REPLACEMENT = 0xFFFD,
	FIRST_COMPOSING = 0x0300, /* below it every text is in NFC (UAX #15, quick check) */
	COMPATIBILITY_FIRST = 0xFF01,
	COMPATIBILITY_LAST = 0xFFEE,
};

struct wide {
	uint32_t *chars;
	uint32_t *source;
	size_t count;
	size_t size;
};

struct normalizer {
	const UNormalizer2 *nfc;
	const UNormalizer2 *nfkc;
	struct wide now;  /* what the last pass made */
	struct wide next; /* what the running pass makes */
	uint8_t *classes;
	size_t class_size;
	UChar *units;
	UChar *composed;
	int32_t unit_size; /* of both */
};

int normalizer_new(struct normalizer **ret)
{
	_cleanup_(normalizer_freep) struct normalizer *normalizer = calloc(1, sizeof(*normalizer));
	UErrorCode error = U_ZERO_ERROR;

	if (!normalizer)
		return -ENOMEM;
	normalizer->nfc = unorm2_getNFCInstance(&error);
	normalizer->nfkc = unorm2_getNFKCInstance(&error);
	if (U_FAILURE(error))
		return -EIO;
	*ret = TAKE_PTR(normalizer);
	return 0;
}

static void wide_clear(struct wide *wide)
{
	free(wide->chars);
	free(wide->source);
}

void normalizer_free(struct normalizer *normalizer)
{
	if (!normalizer)
		return;
	wide_clear(&normalizer->now);
	wide_clear(&normalizer->next);
	free(normalizer->classes);
	free(normalizer->units);
	free(normalizer->composed);
	free(normalizer);
}

/* Room for `size` code points and the end's source. */
static int wide_reserve(struct wide *wide, size_t size)
{
	uint32_t *chars;
	uint32_t *source;

	if (size + 1 <= wide->size)
		return 0;
	size += size / 2 + 64;
	chars = realloc(wide->chars, size * sizeof(*chars));
	if (!chars)
		return -ENOMEM;
	wide->chars = chars;
	source = realloc(wide->source, size * sizeof(*source));
	if (!source)
		return -ENOMEM;
	wide->source = source;
	wide->size = size;
	return 0;
}

static void wide_add(struct wide *wide, uint32_t character, uint32_t source)
{
	wide->chars[wide->count] = character;
	wide->source[wide->count] = source;
	wide->count++;
}

/* Ends a pass: what it made becomes what there is. */
static void pass_end(struct normalizer *normalizer)
{
	struct wide made = normalizer->next;

	made.source[made.count] = normalizer->now.source[normalizer->now.count];
	normalizer->next = normalizer->now;
	normalizer->now = made;
	normalizer->next.count = 0;
}

/* UTF-8 to code points, with N1.  No later pass makes more code points than there are bytes. */
static int decode(struct normalizer *normalizer, const char *text, size_t length, bool references)
{
	struct wide *wide = &normalizer->now;
	size_t i = 0;
	int r;

	if (length > INT_MAX / 4)
		return -EFBIG;
	r = wide_reserve(wide, length);
	if (r >= 0)
		r = wide_reserve(&normalizer->next, length);
	if (r < 0)
		return r;
	wide->count = 0;
	normalizer->next.count = 0;
	while (i < length) {
		uint32_t start = (uint32_t)i;
		uint32_t value;
		UChar32 c;

		if (references && text[i] == '&') {
			size_t used = char_reference_read(text + i, length - i, &value);

			if (used > 0) {
				wide_add(wide, value, start);
				i += used;
				continue;
			}
		}
		U8_NEXT((const uint8_t *)text, i, length, c);
		wide_add(wide, c < 0 ? REPLACEMENT : (uint32_t)c, start);
	}
	wide->source[wide->count] = (uint32_t)length;
	return 0;
}

/*
 * Whether NFC leaves the code point alone whatever stands beside it; false also where that is
 * merely not plain.  Punctuation, Cyrillic, kana, Han and Hangul syllables without loose jamo.
 */
static bool is_inert(uint32_t c)
{
	return c < FIRST_COMPOSING || (c >= 0x2010 && c <= 0x205E) ||
		(c >= 0x20A0 && c <= 0x20CF) || (c >= 0x0400 && c <= 0x0482) ||
		(c >= 0x048A && c <= 0x052F) || (c >= 0x3001 && c <= 0x3029) ||
		(c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) ||
		(c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
		(c >= 0xAC00 && c <= 0xD7A3);
}

static int units_reserve(struct normalizer *normalizer, size_t count)
{
	/* NFC at most triples the UTF-16 units (UAX #15, table 9), NFKC of U+FF01-FFEE too. */
	size_t size = 3 * (2 * count + 2);
	UChar *units;

	if (size > INT_MAX)
		return -EFBIG;
	if ((int32_t)size <= normalizer->unit_size)
		return 0;
	units = realloc(normalizer->units, size * sizeof(*units));
	if (!units)
		return -ENOMEM;
	normalizer->units = units;
	units = realloc(normalizer->composed, size * sizeof(*units));
	if (!units)
		return -ENOMEM;
	normalizer->composed = units;
	normalizer->unit_size = (int32_t)size;
	return 0;
}

/* Puts the normal form of now[start, end) into next, all with the source of the first. */
static int normalize_segment(
	struct normalizer *normalizer, const UNormalizer2 *form, size_t start, size_t end)
{
	const struct wide *now = &normalizer->now;
	UErrorCode error = U_ZERO_ERROR;
	int32_t length = 0;
	int32_t i = 0;
	int r;

	r = units_reserve(normalizer, end - start);
	if (r < 0)
		return r;
	for (size_t k = start; k < end; k++)
		U16_APPEND_UNSAFE(normalizer->units, length, now->chars[k]);
	length = unorm2_normalize(form, normalizer->units, length, normalizer->composed,
		normalizer->unit_size, &error);
	if (U_FAILURE(error))
		return -EIO;
	r = wide_reserve(
		&normalizer->next, normalizer->next.count + (size_t)length + (now->count - end));
	if (r < 0)
		return r;
	while (i < length) {
		UChar32 c;

		U16_NEXT(normalizer->composed, i, length, c);
		wide_add(&normalizer->next, (uint32_t)c, now->source[start]);
	}
	return 0;
}

/* N2, segment by segment between normalisation boundaries, so that sources stay known. */
static int compose(struct normalizer *normalizer)
{
	const struct wide *now = &normalizer->now;
	size_t i = 0;
	int r;

	while (i < now->count && is_inert(now->chars[i]))
		i++;
	if (i == now->count)
		return 0;
	i = 0;
	while (i < now->count) {
		size_t end = i + 1;

		if (is_inert(now->chars[i]) && (end == now->count || is_inert(now->chars[end]))) {
			wide_add(&normalizer->next, now->chars[i], now->source[i]);
			i = end;
			continue;
		}
		while (end < now->count &&
			!unorm2_hasBoundaryBefore(normalizer->nfc, (UChar32)now->chars[end]))
			end++;
		r = normalize_segment(normalizer, normalizer->nfc, i, end);
		if (r < 0)
			return r;
		i = end;
	}
	pass_end(normalizer);
	return 0;
}

/* N3: soft hyphen, joiners, bidi controls, variation selectors. */
static bool is_invisible(uint32_t c)
{
	return c == 0x00AD || (c >= 0x200C && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
		(c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x206F) || c == 0xFEFF ||
		(c >= 0xFE00 && c <= 0xFE0F);
}

/* N4 for one code point of 0x80 and above. */
static uint32_t simplify_char(uint32_t c)
{
	if (c < 0x2BC)
		return c;
	if (c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x02BC)
		return '\'';
	if (c >= 0x2080 && c <= 0x2089)
		return '0' + (c - 0x2080);
	if (u_charType((UChar32)c) == U_DECIMAL_DIGIT_NUMBER)
		return '0' + (uint32_t)u_charDigitValue((UChar32)c);
	return c;
}

static bool is_compatibility(uint32_t c)
{
	return c >= COMPATIBILITY_FIRST && c <= COMPATIBILITY_LAST;
}

/* N3, and NFKC of the half- and full-width forms, a run at a time: a voiced mark joins its kana. */
static int simplify_forms(struct normalizer *normalizer)
{
	const struct wide *now = &normalizer->now;
	size_t i = 0;
	int r;

	while (i < now->count) {
		size_t end = i;

		while (end < now->count && is_compatibility(now->chars[end]))
			end++;
		if (end > i) {
			r = normalize_segment(normalizer, normalizer->nfkc, i, end);
			if (r < 0)
				return r;
			i = end;
			continue;
		}
		if (now->chars[i] < 0x80 || !is_invisible(now->chars[i]))
			wide_add(&normalizer->next, now->chars[i], now->source[i]);
		i++;
	}
	pass_end(normalizer);
	return 0;
}

/* N3 and N4; also sets the classes.  Returns 0, or 1 where N5 or N6 may have something to do. */
static int simplify(struct normalizer *normalizer)
{
	bool compatibility = false;
	bool marks = false;
	struct wide *wide;
	uint8_t *classes;

	for (size_t i = 0; i < normalizer->now.count; i++)
		compatibility |= normalizer->now.chars[i] >= 0x80 &&
			(is_compatibility(normalizer->now.chars[i]) ||
				is_invisible(normalizer->now.chars[i]));
	if (compatibility) {
		int r = simplify_forms(normalizer);

		if (r < 0)
			return r;
	}
	wide = &normalizer->now;
	if (wide->count > normalizer->class_size) {
		classes = realloc(normalizer->classes, wide->size);
		if (!classes)
			return -ENOMEM;
		normalizer->classes = classes;
		normalizer->class_size = wide->size;
	}
	for (size_t i = 0; i < wide->count; i++) {
		if (wide->chars[i] >= 0x80)
			wide->chars[i] = simplify_char(wide->chars[i]);
		normalizer->classes[i] = char_class(wide->chars[i]);
		marks |= wide->chars[i] == '\'' || wide->chars[i] == ',';
	}
	return marks;
}

/* A text in either form, so that N5 and N6 are written once. */
struct view {
	const char *plain; /* NULL: the two below */
	const uint32_t *wide;
	const uint8_t *classes;
	size_t count;
};

static inline uint32_t view_char(const struct view *view, size_t i)
{
	return view->plain ? (unsigned char)view->plain[i] : view->wide[i];
}

static inline bool view_is_word(const struct view *view, size_t i)
{
	return (view->plain ? char_class_plain((unsigned char)view->plain[i]) : view->classes[i]) &
		CHAR_WORD;
}

static inline bool view_is_digit(const struct view *view, size_t i)
{
	return view_char(view, i) - '0' < 10;
}

/* N5: whether the apostrophe at i begins a possessive. */
static bool is_possessive(const struct view *view, size_t i)
{
	if (i == 0 || i + 1 >= view->count || (view_char(view, i + 1) | 0x20) != 's')
		return false;
	if (view_char(view, i - 1) != '.' && !view_is_word(view, i - 1))
		return false;
	return i + 2 == view->count || !view_is_word(view, i + 2);
}

/* N6: the end of the number with thousands commas that begins with the digit at i; i: none does. */
static size_t thousands_end(const struct view *view, size_t i)
{
	uint32_t before = i > 0 ? view_char(view, i - 1) : ' ';
	size_t count = view->count;
	size_t end = i;

	if (before - '0' < 10 || before == ',' || before == '.')
		return i;
	while (end < count && end - i < 4 && view_is_digit(view, end))
		end++;
	if (end - i > 3 || end == count || view_char(view, end) != ',')
		return i;
	while (end + 1 < count && view_char(view, end) == ',' && view_is_digit(view, end + 1)) {
		size_t group = end + 1;

		while (group < count && group - end < 5 && view_is_digit(view, group))
			group++;
		if (group - end != 4)
			return i;
		end = group;
	}
	return end - i > 3 ? end : i;
}

/* Ends a pass that deleted, or undoes one that had nothing to delete. */
static void deletions_end(struct normalizer *normalizer)
{
	if (normalizer->next.count == normalizer->now.count) {
		normalizer->next.count = 0;
		return;
	}
	pass_end(normalizer);
	for (size_t i = 0; i < normalizer->now.count; i++)
		normalizer->classes[i] = char_class(normalizer->now.chars[i]);
}

static struct view view_now(const struct normalizer *normalizer)
{
	return (struct view){
		.wide = normalizer->now.chars,
		.classes = normalizer->classes,
		.count = normalizer->now.count,
	};
}

/* Sources stay, so that the end of a token's source lies behind what was deleted after it. */
static void delete_possessives(struct normalizer *normalizer)
{
	const struct wide *now = &normalizer->now;
	struct view view = view_now(normalizer);

	for (size_t i = 0; i < now->count; i++)
		if (now->chars[i] == '\'' && is_possessive(&view, i))
			i++;
		else
			wide_add(&normalizer->next, now->chars[i], now->source[i]);
	deletions_end(normalizer);
}

static void delete_thousands(struct normalizer *normalizer)
{
	const struct wide *now = &normalizer->now;
	struct view view = view_now(normalizer);
	size_t end = 0;

	for (size_t i = 0; i < now->count; i++) {
		if (i >= end && view_is_digit(&view, i))
			end = thousands_end(&view, i);
		if (i >= end || now->chars[i] != ',')
			wide_add(&normalizer->next, now->chars[i], now->source[i]);
	}
	deletions_end(normalizer);
}

int normalizer_run_raw(struct normalizer *normalizer, const char *text, size_t length,
	bool references, struct normal_text *ret)
{
	int r;

	r = decode(normalizer, text, length, references);
	if (r < 0)
		return r;
	r = compose(normalizer);
	if (r < 0)
		return r;
	*ret = (struct normal_text){
		.chars = normalizer->now.chars,
		.source = normalizer->now.source,
		.count = normalizer->now.count,
	};
	return 0;
}

int normalizer_run(struct normalizer *normalizer, const char *text, size_t length, bool references,
	struct normal_text *ret)
{
	int r;

	r = normalizer_run_raw(normalizer, text, length, references, ret);
	if (r < 0)
		return r;
	r = simplify(normalizer);
	if (r < 0)
		return r;
	if (r > 0) {
		delete_possessives(normalizer);
		delete_thousands(normalizer);
	}
	*ret = (struct normal_text){
		.chars = normalizer->now.chars,
		.classes = normalizer->classes,
		.source = normalizer->now.source,
		.count = normalizer->now.count,
	};
	return 0;
}

/* Deletes `count` bytes at `at`, in a text that is moved left piece by piece. */
struct compaction {
	char *text;
	size_t in;
	size_t out;
};

static void compaction_delete(struct compaction *compaction, size_t at, size_t count)
{
	size_t kept = at - compaction->in;

	memmove(compaction->text + compaction->out, compaction->text + compaction->in, kept);
	compaction->out += kept;
	compaction->in = at + count;
}

static size_t compaction_end(struct compaction *compaction, size_t length)
{
	compaction_delete(compaction, length, 0);
	return compaction->out;
}

/*
 * The rules look back one byte from where they apply.  That byte is never overwritten: the
 * compaction writes only before what it has read, and it has read no further than there.
 */
static size_t delete_possessives_plain(char *text, size_t length)
{
	struct view view = {.plain = text, .count = length};
	struct compaction compaction = {.text = text};
	const char *quote = text;

	while ((quote = memchr(quote, '\'', (size_t)(text + length - quote)))) {
		if (is_possessive(&view, (size_t)(quote - text)))
			compaction_delete(&compaction, (size_t)(quote - text), 2);
		quote++;
	}
	return compaction_end(&compaction, length);
}

/* Where the number whose first comma is at `comma` begins. */
static size_t number_start(const char *text, size_t comma)
{
	size_t i = comma;

	while (i > 0 && comma - i < 4 && text[i - 1] >= '0' && text[i - 1] <= '9')
		i--;
	return i;
}

static size_t delete_thousands_plain(char *text, size_t length)
{
	struct view view = {.plain = text, .count = length};
	struct compaction compaction = {.text = text};
	const char *found = text;

	while ((found = memchr(found, ',', (size_t)(text + length - found)))) {
		size_t comma = (size_t)(found - text);
		size_t start = number_start(text, comma);
		size_t end = start < comma ? thousands_end(&view, start) : start;

		for (; comma < end; comma += 4)
			compaction_delete(&compaction, comma, 1);
		found = text + (end > start ? end : comma + 1);
	}
	return compaction_end(&compaction, length);
}

size_t normalize_plain(char *text, size_t length)
{
	length = delete_possessives_plain(text, length);
	return delete_thousands_plain(text, length);
}
