#include "parse/xml_characters.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/block.h"
#include "text/html_entity.h"

enum {
	BLOCKS_AT_ONCE = 8,
};

static bool is_control(unsigned char byte)
{
	return byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r';
}

static block controls(block bytes)
{
	return (block)((bytes < ' ') & (bytes != '\t') & (bytes != '\n') & (bytes != '\r'));
}

static bool has_controls(const char *text, size_t length)
{
	size_t i = 0;

	for (; length - i >= (size_t)BLOCK_BYTES * BLOCKS_AT_ONCE;
		i += (size_t)BLOCK_BYTES * BLOCKS_AT_ONCE) {
		block found = controls(block_load(text + i));

		for (size_t j = 1; j < BLOCKS_AT_ONCE; j++)
			found |= controls(block_load(text + i + j * BLOCK_BYTES));
		if (block_any(found))
			return true;
	}
	for (; i < length; i++)
		if (is_control((unsigned char)text[i]))
			return true;
	return false;
}

/* U+FFFE and U+FFFF: EF BF BE and EF BF BF. */
static bool has_noncharacters(const char *text, size_t length)
{
	const char *end = text + length;

	while ((text = memchr(text, 0xEF, (size_t)(end - text)))) {
		if (end - text > 2 && (unsigned char)text[1] == 0xBF &&
			(unsigned char)text[2] >= 0xBE)
			return true;
		text++;
	}
	return false;
}

bool xml_is_clean(const char *text, size_t length)
{
	return !has_controls(text, length) && !has_noncharacters(text, length);
}

/* Production 2 of XML 1.0. */
static bool is_character(uint32_t value)
{
	if (value < ' ')
		return value == '\t' || value == '\n' || value == '\r';
	return value < 0xD800 || (value >= 0xE000 && value < 0xFFFE) ||
		(value >= 0x10000 && value <= 0x10FFFF);
}

/* "#38" or "#x26" behind the "&", without the semicolon; 0: none. */
static uint32_t read_number(const char *text, size_t length)
{
	unsigned base = length > 1 && text[1] == 'x' ? 16 : 10;
	size_t i = base == 16 ? 2 : 1;
	uint32_t value = 0;

	if (i == length)
		return 0;
	for (; i < length; i++) {
		unsigned char digit = (unsigned char)text[i];

		if (isdigit(digit))
			digit = (unsigned char)(digit - '0');
		else if (base == 16 && isxdigit(digit))
			digit = (unsigned char)((digit | 0x20) - 'a' + 10);
		else
			return 0;
		value = value * base + digit;
		if (value > 0x10FFFF)
			return 0;
	}
	return is_character(value) ? value : 0;
}

/* "&LT;" is HTML's alone; what libxml2 makes of it depends on where it stands. */
static uint32_t html_character(const char *name, size_t length)
{
	uint32_t character = html_entity_find(name, length);

	return character == '<' || character == '&' ? 0 : character;
}

/* The character of the reference at `text` ("&"), whose length is set; 0: none. */
static uint32_t read_reference(const char *text, size_t length, size_t *ret_length)
{
	const char *name = text + 1;
	const char *semicolon;
	size_t name_length;

	if (length >= 4 && text[2] == 't' && text[3] == ';' && (text[1] == 'l' || text[1] == 'g')) {
		*ret_length = 4;
		return text[1] == 'l' ? '<' : '>';
	}
	semicolon = memchr(text, ';', length < 40 ? length : 40);
	if (!semicolon || semicolon == name)
		return 0;
	name_length = (size_t)(semicolon - name);
	*ret_length = name_length + 2;
	if (*name == '#')
		return read_number(name, name_length);
	if (name_length == 3 && memcmp(name, "amp", 3) == 0)
		return '&';
	if (name_length == 4 && memcmp(name, "apos", 4) == 0)
		return '\'';
	return html_character(name, name_length);
}

/* Writes the character; returns what follows. */
static char *put(char *to, uint32_t character)
{
	size_t length = 0;

	U8_APPEND_UNSAFE(to, length, character);
	return to + length;
}

/* The white space at `text` to `*to`; returns what follows it. */
static const char *put_white(char **to, const char *text, const char *end, enum xml_white white)
{
	if (*text == '\r' && text + 1 < end && text[1] == '\n')
		text++;
	*(*to)++ = white == WHITE_SPACES ? ' ' : '\n';
	return text + 1;
}

/* Where the text stops being what it stands for. */
static const char *plain_end(const char *text, const char *end, enum xml_white white)
{
	const char *found;

	if (white == WHITE_KEPT) {
		found = memchr(text, '&', (size_t)(end - text));
		return found ? found : end;
	}
	while (text < end && *text != '&' && *text != '\r' &&
		(white == WHITE_LINES || (*text != '\n' && *text != '\t')))
		text++;
	return text;
}

bool xml_decode(const char *text, size_t length, enum xml_white white, struct buffer *out)
{
	const char *end = text + length;
	/* No reference is shorter than what it stands for. */
	char *begin = buffer_reserve(out, length);
	char *to = begin;

	if (!begin)
		return false;
	while (text < end) {
		const char *plain = text;
		uint32_t character;
		size_t used;

		text = plain_end(text, end, white);
		to = mempcpy(to, plain, (size_t)(text - plain));
		if (text == end)
			break;
		if (*text != '&') {
			text = put_white(&to, text, end, white);
			continue;
		}
		character = read_reference(text, (size_t)(end - text), &used);
		if (character == 0)
			return false;
		to = put(to, character);
		text += used;
	}
	buffer_commit(out, (size_t)(to - begin));
	return true;
}

const char *xml_section_end(const char *text, const char *end)
{
	/* Faster than memmem(3): brackets are rare in what sections hold. */
	while ((text = memchr(text, ']', (size_t)(end - text)))) {
		if (end - text > 2 && text[1] == ']' && text[2] == '>')
			return text;
		text++;
	}
	return NULL;
}

bool xml_unify_lines(const char *text, size_t length, struct buffer *out)
{
	const char *end = text + length;
	char *begin = buffer_reserve(out, length);
	char *to = begin;

	if (!begin)
		return false;
	while (text < end)
		if (*text == '\r')
			text = put_white(&to, text, end, WHITE_LINES);
		else
			*to++ = *text++;
	buffer_commit(out, (size_t)(to - begin));
	return true;
}
