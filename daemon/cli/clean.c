#include "cli/clean.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum {
	CLEAN_BYTES_MAX = 64 * 1024, /* of one text on a terminal */
	REPLACEMENT = 0xfffd,
	ELLIPSIS = 0x2026,
	OMITTED = -1,
};

/* What a terminal shows instead: itself, a blank, or nothing (OMITTED). */
static UChar32 visible(UChar32 character)
{
	if (character < 0)
		return REPLACEMENT;
	switch (u_charType(character)) {
	case U_CONTROL_CHAR:
	case U_LINE_SEPARATOR:
	case U_PARAGRAPH_SEPARATOR:
	case U_SPACE_SEPARATOR:
		return ' ';
	case U_FORMAT_CHAR:
		return OMITTED;
	case U_SURROGATE:
	case U_UNASSIGNED:
	case U_PRIVATE_USE_CHAR:
		return REPLACEMENT;
	default:
		return character;
	}
}

/* Columns on a terminal, by East Asian Width (UAX #11). */
static size_t width_of(UChar32 character)
{
	int type = u_charType(character);
	int width;

	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK)
		return 0;
	width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
	return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

static void add_character(struct buffer *buffer, UChar32 character)
{
	uint8_t bytes[U8_MAX_LENGTH];
	size_t length = 0;

	U8_APPEND_UNSAFE(bytes, length, character);
	(void)buffer_add(buffer, bytes, length);
}

/* Adds up to `most` columns of the text; *ret_rest tells whether something was left. */
static size_t add_columns(struct buffer *buffer, const char *text, size_t most, bool *ret_rest)
{
	const uint8_t *bytes = (const uint8_t *)text;
	int32_t length = (int32_t)strnlen(text, CLEAN_BYTES_MAX);
	int32_t i = 0;
	size_t columns = 0;
	bool blank = true; /* none at the start */

	*ret_rest = false;
	while (i < length) {
		UChar32 character;
		size_t width;

		U8_NEXT(bytes, i, length, character);
		character = visible(character);
		if (character == OMITTED || (character == ' ' && blank))
			continue;
		width = width_of(character);
		if (columns + width > most) {
			*ret_rest = true;
			break;
		}
		blank = character == ' ';
		add_character(buffer, character);
		columns += width;
	}
	return columns;
}

size_t clean_add(struct buffer *buffer, const char *text)
{
	bool rest;

	return add_columns(buffer, text, SIZE_MAX, &rest);
}

size_t clean_add_cut(struct buffer *buffer, const char *text, size_t columns)
{
	size_t start = buffer->length;
	size_t used;
	bool rest;

	used = add_columns(buffer, text, columns, &rest);
	if (!rest || columns == 0 || buffer->failed)
		return used;
	buffer->length = start; /* once more, with room for the ellipsis */
	used = add_columns(buffer, text, columns - 1, &rest);
	add_character(buffer, ELLIPSIS);
	return used + 1;
}

void clean_print(FILE *stream, const char *text)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(4 * CLEAN_BYTES_MAX);

	(void)clean_add(&buffer, text);
	(void)fputs(buffer_string(&buffer), stream);
}
