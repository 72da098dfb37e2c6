#include "text/text_writer.h"

#include <errno.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

/* What a byte may begin. */
enum byte_class {
	BYTE_WORD,    /* a character of a word, in NFC */
	BYTE_SPACE,   /* ASCII white space or control */
	BYTE_LOOK,    /* U+0080 to U+00BF, U+2000 to U+3FFF, U+F000 to U+FFFF: some are special */
	BYTE_COMPOSE, /* leads to characters that may not be in NFC */
};

static enum byte_class byte_class(unsigned char byte)
{
	if (byte < 0x80)
		return byte <= ' ' || byte == 0x7F ? BYTE_SPACE : BYTE_WORD;
	switch (byte) {
	case 0xC2:
	case 0xE2:
	case 0xE3:
	case 0xEF:
		return BYTE_LOOK;
	case 0xCC: /* U+0300 to U+03BF: combining marks, the Greek question mark */
	case 0xCD:
	case 0xCE:
	case 0xD6: /* Hebrew points */
	case 0xD7:
	case 0xD8: /* Arabic with combining marks */
	case 0xD9:
	case 0xDB:
	case 0xDC:
	case 0xDD:
	case 0xE0: /* the scripts of India */
	case 0xE1: /* Hangul letters, Vietnamese, polytonic Greek */
	case 0xEA:
	case 0xF0:
		return BYTE_COMPOSE;
	default:
		return BYTE_WORD;
	}
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

/* The length of what can be copied as it stands: words with single spaces between. */
static size_t run_length(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length) {
		enum byte_class class = byte_class((unsigned char)text[i]);

		if (class == BYTE_WORD)
			i++;
		else if (text[i] == ' ' && i > 0 && i + 1 < length && text[i - 1] != ' ' &&
			byte_class((unsigned char)text[i + 1]) == BYTE_WORD)
			i++;
		else
			break;
	}
	return i;
}

static size_t add_next(struct text_writer *writer, const char *text, size_t length, bool lines)
{
	enum byte_class class = byte_class((unsigned char)*text);
	size_t taken = 0;
	UChar32 character;

	if (class == BYTE_SPACE) {
		text_writer_gap(writer, lines && *text == '\n' ? GAP_LINE : GAP_SPACE);
		return 1;
	}
	if (class == BYTE_WORD) {
		taken = run_length(text, length);
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

void text_writer_add(struct text_writer *writer, const char *text, size_t length, bool lines)
{
	size_t i = 0;

	while (i < length)
		i += add_next(writer, text + i, length - i, lines);
}

void text_writer_character(struct text_writer *writer, uint32_t character)
{
	char bytes[U8_MAX_LENGTH];
	size_t length = 0;

	if (character > 0x10FFFF || U_IS_SURROGATE(character))
		return;
	U8_APPEND_UNSAFE(bytes, length, character);
	text_writer_add(writer, bytes, length, false);
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

/* Replaces the text by its NFC, where that is another. */
static int compose_buffer(struct text_writer *writer, UChar *wide, int32_t size)
{
	_cleanup_(freep) UChar *composed = NULL;
	_cleanup_(freep) char *narrow = NULL;
	struct buffer *out = writer->out;
	UErrorCode error = U_ZERO_ERROR;
	int32_t length = 0;
	int r;

	(void)u_strFromUTF8(wide, size, &length, out->bytes + writer->start,
		(int32_t)(out->length - writer->start), &error);
	if (U_FAILURE(error))
		return -ENOMEM;
	if (unorm2_isNormalized(unorm2_getNFCInstance(&error), wide, length, &error))
		return 0;
	r = compose(wide, length, &composed, &length);
	if (r < 0)
		return r;
	narrow = malloc((size_t)length * 3 + 1);
	if (!narrow)
		return -ENOMEM;
	(void)u_strToUTF8(narrow, length * 3 + 1, &length, composed, length, &error);
	if (U_FAILURE(error))
		return -ENOMEM;
	out->length = writer->start;
	return buffer_add(out, narrow, (size_t)length);
}

int text_writer_finish(struct text_writer *writer)
{
	_cleanup_(freep) UChar *wide = NULL;
	size_t length = writer->out->length - writer->start;

	if (writer->out->failed || !writer->compose || length > INT32_MAX / 4)
		return writer->out->failed;
	wide = calloc(length + 1, sizeof(*wide));
	if (!wide)
		return -ENOMEM;
	return compose_buffer(writer, wide, (int32_t)length + 1);
}
