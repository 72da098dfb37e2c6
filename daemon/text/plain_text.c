#include "text/plain_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/block.h"
#include "text/char_class.h"
#include "text/char_reference.h"
#include "text/normalizer.h"
#include "text/tokenizer.h"

enum {
	STRETCH_CHARS = 64, /* of which letters and digits are flagged in one number */
};

void plain_text_clear(struct plain_text *plain)
{
	free(plain->text);
	free(plain->folded);
	free(plain->edges);
	free(plain->letters);
}

/* Whether normalisation leaves the letter alone, and folding what is beside it. */
static bool is_plain_letter(const struct folder *folder, uint32_t c)
{
	/* U+0250 to U+03FF: phonetic signs, marks, and Greek, whose letters may compose. */
	return (c < 0x250 || c >= 0x400) && char_class(c) == CHAR_LETTER &&
		folder_folds_alone(folder, c);
}

int plain_letters_fill(struct plain_letters *letters, struct folder *folder)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(16);

	for (uint32_t c = PLAIN_LETTER_FIRST; c < PLAIN_LETTER_LIMIT; c++) {
		struct plain_letter *letter = &letters->letters[c - PLAIN_LETTER_FIRST];

		buffer_reset(&buffer);
		if (!is_plain_letter(folder, c))
			continue;
		if (buffer_add_utf8(&buffer, c) < 0 || folder_fold(folder, &c, 1, &buffer) < 0)
			return -ENOMEM;
		if (buffer.length > 2 * PLAIN_LETTER_BYTES)
			continue;
		letter->folded_length = (uint8_t)(buffer.length - PLAIN_LETTER_BYTES);
		memcpy(letter->raw, buffer.bytes, PLAIN_LETTER_BYTES);
		memcpy(letter->folded, buffer.bytes + PLAIN_LETTER_BYTES, letter->folded_length);
	}
	return 0;
}

static int reserve(struct plain_text *plain, size_t length)
{
	size_t size = 2 * length + STRETCH_CHARS + TOKENS_PADDING;
	uint16_t *letters;
	uint32_t *edges;
	char *bytes;

	if (size <= plain->size)
		return 0;
	bytes = realloc(plain->text, size);
	if (!bytes)
		return -ENOMEM;
	plain->text = bytes;
	bytes = realloc(plain->folded, size);
	if (!bytes)
		return -ENOMEM;
	plain->folded = bytes;
	edges = reallocarray(plain->edges, length + 2, sizeof(*edges));
	if (!edges)
		return -ENOMEM;
	plain->edges = edges;
	letters = reallocarray(plain->letters, length / PLAIN_LETTER_BYTES + 1, sizeof(*letters));
	if (!letters)
		return -ENOMEM;
	plain->letters = letters;
	plain->size = size;
	return 0;
}

/* U+2010 to U+2027: dashes, quotes, dots; U+20AC; U+2030 to U+203A. */
static char punctuation(unsigned char second, unsigned char third)
{
	if (second == 0x80 && (third == 0x98 || third == 0x99 || third == 0x9B))
		return '\'';
	if (second == 0x80 &&
		((third >= 0x90 && third <= 0xA7) || (third >= 0xB0 && third <= 0xBA)))
		return PLAIN_SEPARATOR;
	return second == 0x82 && third == 0xAC ? PLAIN_EURO : 0;
}

/* The byte that stands for a sign of more bytes at the start of valid UTF-8, or 0. */
static char sign_stand_in(const unsigned char *text, size_t length, size_t *ret_used)
{
	*ret_used = 2;
	if (length >= 2 && text[0] == 0xC2) {
		if (text[1] == 0xA3)
			return PLAIN_POUND;
		if (text[1] == 0xA5)
			return PLAIN_YEN;
		/* No-break space, guillemets, section, degree, dots. */
		if (text[1] == 0xA0 || text[1] == 0xA7 || text[1] == 0xAB || text[1] == 0xB0 ||
			text[1] == 0xB7 || text[1] == 0xBB)
			return PLAIN_SEPARATOR;
		return 0;
	}
	*ret_used = 3;
	return length >= 3 && text[0] == 0xE2 ? punctuation(text[1], text[2]) : 0;
}

/*
 * The byte that stands for the character of more bytes at the start of valid UTF-8, or 0.  None of
 * them takes part in normalisation.  Lists what is a letter.
 */
static char stand_in(struct plain_text *plain, const struct plain_letters *letters,
	const unsigned char *text, size_t length, size_t *ret_used)
{
	uint32_t c;

	if (length < 2 || text[0] < 0xC3 || text[0] >= 0xE0)
		return sign_stand_in(text, length, ret_used);
	c = (text[0] & 0x1FU) << 6 | (text[1] & 0x3FU);
	if (c >= PLAIN_LETTER_LIMIT || letters->letters[c - PLAIN_LETTER_FIRST].folded_length == 0)
		return 0;
	plain->letters[plain->letter_count++] = (uint16_t)(c - PLAIN_LETTER_FIRST);
	*ret_used = PLAIN_LETTER_BYTES;
	return (char)PLAIN_LETTER;
}

/*
 * Copies what needs no look, by blocks, of which the last is written whole.  Returns its length.
 */
static size_t copy_run(char *to, const char *text, size_t length)
{
	size_t done = 0;
	size_t step = BLOCK_BYTES;

	for (; step == BLOCK_BYTES && length - done >= BLOCK_BYTES; done += step) {
		block bytes = block_load(text + done);

		memcpy(to + done, &bytes, sizeof(bytes));
		/* Those below 8 may be stand-ins. */
		step = block_first((block)((bytes >= 0x80) | (bytes < 8)));
	}
	return done;
}

/* Copies the text a byte a character.  Returns its new length, or SIZE_MAX if it is not plain. */
static size_t copy(struct plain_text *plain, const struct plain_letters *letters, const char *text,
	size_t length)
{
	char *to = plain->text;
	size_t in = 0;
	size_t out = 0;

	while (in < length) {
		size_t run = copy_run(to + out, text + in, length - in);
		size_t used = 1;

		in += run;
		out += run;
		if (in == length)
			break;
		to[out] = text[in];
		if (text[in] & 0x80)
			to[out] = stand_in(plain, letters, (const unsigned char *)text + in,
				length - in, &used);
		else if ((unsigned char)text[in] <= PLAIN_YEN)
			to[out] = 0;
		if (to[out] == 0)
			return SIZE_MAX;
		in += used;
		out++;
	}
	return out;
}

static bool has_reference(const char *text, size_t length)
{
	const char *found = text;
	uint32_t value;

	while ((found = memchr(found, '&', (size_t)(text + length - found)))) {
		if (char_reference_read(found, (size_t)(text + length - found), &value) > 0)
			return true;
		found++;
	}
	return false;
}

/*
 * Folds a stretch and tells which of its characters are letters or digits, the first one's bit
 * lowest.
 */
static uint64_t fold_stretch(const char *text, char *folded)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < STRETCH_CHARS; i += BLOCK_BYTES) {
		block bytes = block_load(text + i);
		/* Right for all that is in tokens: letters, digits, `.` and `&`. */
		block lower = bytes | 0x20;
		block words = (block)(((lower >= 'a') & (lower <= 'z')) |
			((bytes >= '0') & (bytes <= '9')) | (bytes == PLAIN_LETTER));

		memcpy(folded + i, &lower, sizeof(lower));
		bits |= (uint64_t)block_bits(words) << i;
	}
	return bits;
}

static void fold_and_find_edges(struct plain_text *plain)
{
	size_t stretches = plain->length / STRETCH_CHARS + 1;
	uint64_t before = 0; /* whether the last character of the stretch before is of a word */
	uint32_t *edge = plain->edges;

	/* The text's end ends a word. */
	memset(plain->text + plain->length, 0, stretches * STRETCH_CHARS - plain->length);
	for (size_t i = 0; i < stretches * STRETCH_CHARS; i += STRETCH_CHARS) {
		uint64_t bits = fold_stretch(plain->text + i, plain->folded + i);
		uint64_t edges = bits ^ (bits << 1 | before);

		before = bits >> (STRETCH_CHARS - 1);
		for (; edges; edges &= edges - 1)
			*edge++ = (uint32_t)i + (uint32_t)__builtin_ctzll(edges);
	}
	plain->edge_count = (size_t)(edge - plain->edges);
}

int plain_text_take(struct plain_text *plain, const struct plain_letters *letters, const char *text,
	size_t length, bool references)
{
	int r;

	if (references && has_reference(text, length))
		return 0;
	r = reserve(plain, length);
	if (r < 0)
		return r;
	plain->letter_count = 0;
	plain->length = copy(plain, letters, text, length);
	if (plain->length == SIZE_MAX)
		return 0;
	plain->length = normalize_plain(plain->text, plain->length);
	fold_and_find_edges(plain);
	return 1;
}
