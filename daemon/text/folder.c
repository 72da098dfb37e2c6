#include "text/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "text/char_class.h"

enum {
	TABLE_LIMIT = 0x530,    /* Latin, Greek, Cyrillic: what most texts are made of */
	TABLE_CHARS = 3,        /* of the longest folding in the table */
	TABLE_SLOW = UINT8_MAX, /* not to be folded alone */
	NO_CHARACTER = 0xFFFF,  /* Unicode 23.7 */
};

/* The folding of one code point where it does not depend on its neighbours. */
struct folding {
	uint8_t count;
	uint16_t chars[TABLE_CHARS];
};

struct units {
	UChar *units;
	int32_t length;
	int32_t size;
};

struct folder {
	const UNormalizer2 *nfkd;
	const UNormalizer2 *nfc;
	struct units a;
	struct units b;
	struct folding table[TABLE_LIMIT];
};

int buffer_add_utf8(struct buffer *buffer, uint32_t character)
{
	char bytes[U8_MAX_LENGTH];
	size_t length = 0;

	U8_APPEND_UNSAFE(bytes, length, character);
	return buffer_add(buffer, bytes, length);
}

static int units_reserve(struct units *units, int32_t size)
{
	UChar *grown;

	if (size <= units->size)
		return 0;
	if (size > INT_MAX / 4)
		return -EFBIG;
	grown = realloc(units->units, 2 * (size_t)size * sizeof(UChar));
	if (!grown)
		return -ENOMEM;
	units->units = grown;
	units->size = 2 * size;
	return 0;
}

static int normalize(const UNormalizer2 *form, const struct units *in, struct units *out)
{
	UErrorCode error = U_ZERO_ERROR;
	int r;

	out->length = unorm2_normalize(form, in->units, in->length, out->units, out->size, &error);
	if (error == U_BUFFER_OVERFLOW_ERROR) {
		r = units_reserve(out, out->length);
		if (r < 0)
			return r;
		error = U_ZERO_ERROR;
		out->length = unorm2_normalize(
			form, in->units, in->length, out->units, out->size, &error);
	}
	return U_FAILURE(error) ? -EIO : 0;
}

static int fold_case(const struct units *in, struct units *out)
{
	UErrorCode error = U_ZERO_ERROR;
	int r;

	out->length = u_strFoldCase(
		out->units, out->size, in->units, in->length, U_FOLD_CASE_DEFAULT, &error);
	if (error == U_BUFFER_OVERFLOW_ERROR) {
		r = units_reserve(out, out->length);
		if (r < 0)
			return r;
		error = U_ZERO_ERROR;
		out->length = u_strFoldCase(
			out->units, out->size, in->units, in->length, U_FOLD_CASE_DEFAULT, &error);
	}
	return U_FAILURE(error) ? -EIO : 0;
}

/* The marks that folding deletes; others (of Indic scripts, say) tell words apart. */
static bool is_deleted_mark(uint32_t c)
{
	static const struct {
		uint16_t first;
		uint16_t last;
	} ranges[] = {
		{0x0300, 0x036F},
		{0x0591, 0x05BD},
		{0x05BF, 0x05BF},
		{0x05C1, 0x05C2},
		{0x05C4, 0x05C5},
		{0x05C7, 0x05C7},
		{0x0640, 0x0640},
		{0x064B, 0x065F},
		{0x0670, 0x0670},
		{0x1AB0, 0x1AFF},
		{0x1DC0, 0x1DFF},
		{0x20D0, 0x20FF},
		{0xFE20, 0xFE2F},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c <= ranges[i].last)
			return c >= ranges[i].first;
	return false;
}

/* Letters which have no decomposition but are commonly written otherwise; NULL: the letter stays.
 */
static const char *spelt_out(uint32_t c)
{
	switch (c) {
	case 0x0131: /* dotless i */
		return "i";
	case 0x00F8: /* o with stroke */
		return "o";
	case 0x0111: /* d with stroke */
	case 0x00F0: /* eth */
		return "d";
	case 0x0142: /* l with stroke */
		return "l";
	case 0x00E6:
		return "ae";
	case 0x0153:
		return "oe";
	case 0x00FE: /* thorn */
		return "th";
	case 0x0127: /* h with stroke */
		return "h";
	case 0x0167: /* t with stroke */
		return "t";
	default:
		return NULL;
	}
}

/* Deletes marks and spells letters out; the result may be twice as long. */
static int simplify(const struct units *in, struct units *out)
{
	int32_t i = 0;
	int r;

	r = units_reserve(out, 2 * in->length + 2);
	if (r < 0)
		return r;
	out->length = 0;
	while (i < in->length) {
		const char *spelling;
		UChar32 c;

		U16_NEXT(in->units, i, in->length, c);
		if (is_deleted_mark((uint32_t)c))
			continue;
		spelling = spelt_out((uint32_t)c);
		if (spelling)
			while (*spelling)
				out->units[out->length++] = (UChar)*spelling++;
		else
			U16_APPEND_UNSAFE(out->units, out->length, c);
	}
	return 0;
}

/* The whole of 2.5; the result is in folder->b. */
static int fold_with_icu(struct folder *folder, const uint32_t *chars, size_t count)
{
	int r;

	if (count > INT_MAX / 8)
		return -EFBIG;
	r = units_reserve(&folder->a, 2 * (int32_t)count + 2);
	if (r < 0)
		return r;
	folder->a.length = 0;
	for (size_t i = 0; i < count; i++)
		U16_APPEND_UNSAFE(folder->a.units, folder->a.length, chars[i]);
	r = normalize(folder->nfkd, &folder->a, &folder->b);
	if (r < 0)
		return r;
	r = fold_case(&folder->b, &folder->a);
	if (r < 0)
		return r;
	r = normalize(folder->nfkd, &folder->a, &folder->b);
	if (r < 0)
		return r;
	r = simplify(&folder->b, &folder->a);
	if (r < 0)
		return r;
	return normalize(folder->nfc, &folder->a, &folder->b);
}

/*
 * A code point goes into the table if its folding is of starters alone (no marks that would be
 * reordered or composed with what follows), so that foldings may be strung together.
 */
static void set_folding(struct folding *folding, uint32_t c, const UChar *units, int32_t length)
{
	folding->count = TABLE_SLOW;
	if (char_class(c) == CHAR_MARK || length > TABLE_CHARS)
		return;
	folding->count = (uint8_t)length;
	for (int32_t i = 0; i < length; i++) {
		folding->chars[i] = units[i];
		if (char_class(units[i]) == CHAR_MARK)
			folding->count = TABLE_SLOW;
	}
}

/*
 * All are folded at once, because ICU takes its time for each text.  Between them stands what is no
 * character and composes with none.
 */
static int fill_table(struct folder *folder)
{
	uint32_t chars[2 * TABLE_LIMIT];
	const UChar *at;
	const UChar *end;
	int r;

	for (uint32_t c = 0; c < TABLE_LIMIT; c++) {
		chars[2 * c] = c;
		chars[2 * c + 1] = NO_CHARACTER;
	}
	r = fold_with_icu(folder, chars, ARRAY_SIZE(chars));
	if (r < 0)
		return r;
	at = folder->b.units;
	end = at + folder->b.length;
	for (uint32_t c = 0; c < TABLE_LIMIT; c++) {
		int32_t length = 0;

		while (length < end - at && at[length] != NO_CHARACTER)
			length++;
		if (length == end - at)
			return -EIO;
		set_folding(&folder->table[c], c, at, length);
		at += length + 1;
	}
	return 0;
}

int folder_new(struct folder **ret)
{
	_cleanup_(folder_freep) struct folder *folder = calloc(1, sizeof(*folder));
	UErrorCode error = U_ZERO_ERROR;
	int r;

	if (!folder)
		return -ENOMEM;
	folder->nfkd = unorm2_getNFKDInstance(&error);
	folder->nfc = unorm2_getNFCInstance(&error);
	if (U_FAILURE(error))
		return -EIO;
	r = fill_table(folder);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(folder);
	return 0;
}

void folder_free(struct folder *folder)
{
	if (!folder)
		return;
	free(folder->a.units);
	free(folder->b.units);
	free(folder);
}

/* Han, kana and Hangul syllables alone: folding decomposes and composes them to themselves. */
static bool folds_to_itself(uint32_t c)
{
	return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) ||
		(c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA);
}

bool folder_folds_alone(const struct folder *folder, uint32_t character)
{
	return character < TABLE_LIMIT && folder->table[character].count != TABLE_SLOW;
}

static bool fits_table(const struct folder *folder, const uint32_t *chars, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!folder_folds_alone(folder, chars[i]))
			return false;
	return true;
}

static void add_from_table(
	const struct folder *folder, const uint32_t *chars, size_t count, struct buffer *buffer)
{
	for (size_t i = 0; i < count; i++) {
		const struct folding *folding = &folder->table[chars[i]];

		for (size_t k = 0; k < folding->count; k++)
			(void)buffer_add_utf8(buffer, folding->chars[k]);
	}
}

int folder_fold(struct folder *folder, const uint32_t *chars, size_t count, struct buffer *buffer)
{
	int32_t i = 0;
	int r;

	if (count == 1 && folds_to_itself(chars[0]))
		return buffer_add_utf8(buffer, chars[0]);
	if (fits_table(folder, chars, count)) {
		add_from_table(folder, chars, count, buffer);
		return buffer->failed;
	}
	r = fold_with_icu(folder, chars, count);
	if (r < 0)
		return r;
	while (i < folder->b.length) {
		UChar32 c;

		U16_NEXT(folder->b.units, i, folder->b.length, c);
		(void)buffer_add_utf8(buffer, (uint32_t)c);
	}
	return buffer->failed;
}
