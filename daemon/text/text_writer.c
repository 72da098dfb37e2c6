#include "text/text_writer.h"

#include <errno.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "base/block.h"

/* What a byte may begin. */
enum byte_class {
	BYTE_WORD,    /* a character of a word, in NFC */
	BYTE_SPACE,   /* ASCII white space or control */
	BYTE_LOOK,    /* U+0080 to U+00BF, U+2000 to U+3FFF, U+F000 to U+FFFF: some are special */
	BYTE_COMPOSE, /* leads to characters that may not be in NFC */
	BYTE_MARKUP,  /* "<" and "&", which are words where there is no markup */
};

/* The others are BYTE_WORD. */
static const uint8_t byte_classes[256] = {
	[0 ... ' '] = BYTE_SPACE,
	['&'] = BYTE_MARKUP,
	['<'] = BYTE_MARKUP,
	[0x7F] = BYTE_SPACE,
	[0xC2] = BYTE_LOOK,
	[0xE2 ... 0xE3] = BYTE_LOOK,
	[0xEF] = BYTE_LOOK,
	[0xCC ... 0xCE] = BYTE_COMPOSE, /* U+0300 to U+03BF: marks, the Greek question mark */
	[0xD6 ... 0xD7] = BYTE_COMPOSE, /* Hebrew points */
	[0xD8 ... 0xD9] = BYTE_COMPOSE, /* Arabic with combining marks */
	[0xDB ... 0xDD] = BYTE_COMPOSE,
	[0xE0 ... 0xE1] = BYTE_COMPOSE, /* India, Hangul letters, Vietnamese, polytonic Greek */
	[0xEA] = BYTE_COMPOSE,
	[0xF0] = BYTE_COMPOSE,
};

static enum byte_class byte_class(unsigned char byte)
{
	return (enum byte_class)byte_classes[byte];
}

/* Writes the separator that is due. */
static void close_gap(struct text_writer *writer)
{
	static const char separators[] = {[GAP_SPACE] = ' ', [GAP_CELL] = '\t', [GAP_LINE] = '\n'};
	enum text_gap gap = writer->gap;

	writer->gap = GAP_NONE;
	if (gap == GAP_NONE || writer->out->length == writer->start)
		return;
	(void)buffer_add_char(writer->out, writer->one_line ? ' ' : separators[gap]);
}

/* Whether the character shows nothing and joins nothing. */
static bool is_invisible(UChar32 character)
{
	return character < 0 || (character >= 0x80 && character < 0xA0) || character == 0xAD ||
		character == 0x200B || (character >= 0x202A && character <= 0x202E) ||
		(character >= 0x2060 && character <= 0x2069) || character == 0xFEFF ||
		(character >= 0xFFF9 && character <= 0xFFFB) || character == 0xFFFE ||
		character == 0xFFFF;
}

static bool is_space(UChar32 character)
{
	return character == 0xA0 || (character >= 0x2000 && character <= 0x200A) ||
		character == 0x202F || character == 0x205F || character == 0x3000;
}

/* Outside of ASCII, of a lead byte that wants a look; `text` has the whole character. */
static void add_special(
	struct text_writer *writer, const char *text, size_t length, UChar32 character)
{
	if (is_invisible(character))
		return;
	if (is_space(character)) {
		text_writer_gap(writer, GAP_SPACE);
		return;
	}
	if (character == 0x2028 || character == 0x2029) {
		text_writer_gap(writer, GAP_LINE);
		return;
	}
	/* Ohm, Kelvin and Angstrom, angle brackets, kana marks, all from U+F900 on. */
	if ((character >= 0x2126 && character <= 0x212B) || character == 0x2329 ||
		character == 0x232A || character == 0x2ADC || character == 0x3099 ||
		character == 0x309A || character >= 0xF900)
		writer->compose = true;
	close_gap(writer);
	(void)buffer_add(writer->out, text, length);
}

/*
 * Flags what ends a run of words, or may: white space but single spaces, "<", "&", and whatever is
 * not ASCII.  A byte before the text is looked at too.
 */
static inline block run_ends(const char *text)
{
	block bytes = block_load(text);
	block before = block_load(text - 1);

	return (block)((bytes < ' ') | (bytes >= 0x7F) | (bytes == '<') | (bytes == '&') |
		((bytes == ' ') & (before == ' ')));
}

/* U+2010 to U+2027, dashes, quotes and dots: of the characters to look at, most are these. */
static bool is_punctuation(const char *text, size_t length)
{
	return length > 2 && (unsigned char)text[0] == 0xE2 && (unsigned char)text[1] == 0x80 &&
		(unsigned char)text[2] >= 0x90 && (unsigned char)text[2] <= 0xA7;
}

/* Where the letters and the punctuation beyond ASCII end that begin at `i`. */
static size_t letters_end(const char *text, size_t length, size_t i)
{
	while (i < length && (text[i] & 0x80))
		if (byte_class((unsigned char)text[i]) == BYTE_WORD)
			i++;
		else if (is_punctuation(text + i, length - i))
			i += 3;
		else
			break;
	return i;
}

/* The length of what can be copied as it stands: words with single spaces between. */
static size_t run_length(const char *text, size_t length)
{
	size_t i = 1;
	bool ended = false;

	while (!ended && length - i >= BLOCK_BYTES) {
		size_t step = block_first(run_ends(text + i));
		size_t end = i + step;

		i = step < BLOCK_BYTES ? letters_end(text, length, end) : end;
		ended = step < BLOCK_BYTES && i == end;
	}
	while (!ended && i < length &&
		(byte_class((unsigned char)text[i]) == BYTE_WORD ||
			(text[i] == ' ' && text[i - 1] != ' ')))
		i++;
	return text[i - 1] == ' ' ? i - 1 : i;
}

static size_t add_next(
	struct text_writer *writer, const char *text, size_t length, enum text_kind kind)
{
	enum byte_class class = byte_class((unsigned char)*text);
	size_t taken = 0;
	UChar32 character;

	if (class == BYTE_SPACE) {
		text_writer_gap(writer, kind == TEXT_LINES && *text == '\n' ? GAP_LINE : GAP_SPACE);
		return 1;
	}
	if (class == BYTE_WORD || class == BYTE_MARKUP) {
		taken = class == BYTE_WORD ? run_length(text, length) : 1;
		close_gap(writer);
		(void)buffer_add(writer->out, text, taken);
		return taken;
	}
	U8_NEXT(text, taken, length, character);
	if (class == BYTE_COMPOSE && character >= 0) {
		writer->compose = true;
		close_gap(writer);
		(void)buffer_add(writer->out, text, taken);
	} else {
		add_special(writer, text, taken, character);
	}
	return taken;
}

size_t text_writer_add(
	struct text_writer *writer, const char *text, size_t length, enum text_kind kind)
{
	size_t i = 0;

	while (i < length) {
		if (kind == TEXT_MARKUP && byte_class((unsigned char)text[i]) == BYTE_MARKUP)
			break;
		i += add_next(writer, text + i, length - i, kind);
	}
	return i;
}

void text_writer_character(struct text_writer *writer, uint32_t character)
{
	char bytes[U8_MAX_LENGTH];
	size_t length = 0;

	if (character > 0x10FFFF || U_IS_SURROGATE(character))
		return;
	U8_APPEND_UNSAFE(bytes, length, character);
	(void)text_writer_add(writer, bytes, length, TEXT_FLOW);
}

/* Makes NFC of UTF-16, in memory of malloc's. */
static int compose(const UChar *text, int32_t length, UChar **ret, int32_t *ret_length)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&error);
	/* UAX #15: the worst growth of NFC is by three. */
	int32_t size = length * 3 + 1;
	UChar *composed = calloc((size_t)size, sizeof(*composed));

	if (!composed)
		return -ENOMEM;
	length = unorm2_normalize(nfc, text, length, composed, size, &error);
	if (U_FAILURE(error)) {
		free(composed);
		return -ENOMEM;
	}
	*ret = composed;
	*ret_length = length;
	return 0;
}

/* Puts UTF-16 in the text's place. */
static int replace_text(struct text_writer *writer, const UChar *wide, int32_t length)
{
	struct buffer *out = writer->out;
	UErrorCode error = U_ZERO_ERROR;
	int32_t size = length * 3 + 1;
	char *narrow = malloc((size_t)size);
	int r = -ENOMEM;

	if (!narrow)
		return r;
	(void)u_strToUTF8(narrow, size, &length, wide, length, &error);
	if (U_SUCCESS(error)) {
		out->length = writer->start;
		r = buffer_add(out, narrow, (size_t)length);
	}
	free(narrow);
	return r;
}

/* Replaces the text by its NFC, where that is another; `wide` is room for it as UTF-16. */
static int compose_buffer(struct text_writer *writer, UChar *wide, int32_t size)
{
	struct buffer *out = writer->out;
	UErrorCode error = U_ZERO_ERROR;
	UChar *composed = NULL;
	int32_t length = 0;
	int r;

	(void)u_strFromUTF8(wide, size, &length, out->bytes + writer->start,
		(int32_t)(out->length - writer->start), &error);
	if (U_FAILURE(error))
		return -ENOMEM;
	if (unorm2_isNormalized(unorm2_getNFCInstance(&error), wide, length, &error))
		return 0;
	r = compose(wide, length, &composed, &length);
	if (r == 0)
		r = replace_text(writer, composed, length);
	free(composed);
	return r;
}

int text_writer_finish(struct text_writer *writer)
{
	size_t length = writer->out->length - writer->start;
	UChar *wide;
	int r;

	if (writer->out->failed || !writer->compose || length > INT32_MAX / 4)
		return writer->out->failed;
	wide = calloc(length + 1, sizeof(*wide));
	if (!wide)
		return -ENOMEM;
	r = compose_buffer(writer, wide, (int32_t)length + 1);
	free(wide);
	return r;
}
