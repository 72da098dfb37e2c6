#include "parse/text_repair.h"

#include <stdint.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/utf8.h"
#include "text/html_entity.h"

/* The windows-1252 byte of a character, or -1. */
static int to_byte(UChar32 character)
{
	if (character >= 0 && character <= 0xFF)
		return character;
	for (unsigned byte = 0x80; byte < 0xA0; byte++)
		if ((UChar32)windows_1252_character((uint8_t)byte) == character)
			return (int)byte;
	return -1;
}

/*
 * Whether it is worth a closer look: a character U+0080 to U+009F, or one of U+00C2 to U+00DF,
 * U+00E2, U+00F0 (as which the first bytes of UTF-8 appear) before another that is not ASCII.
 */
static bool is_suspect(const char *text, size_t length)
{
	const char *end = text + length;

	for (const char *at = text; (at = memchr(at, 0xC2, (size_t)(end - at))); at++)
		if (at + 1 < end && (unsigned char)at[1] < 0xA0)
			return true;
	for (const char *at = text; (at = memchr(at, 0xC3, (size_t)(end - at))); at++)
		if (at + 2 < end && (unsigned char)at[2] >= 0x80)
			return true;
	return false;
}

/*
 * Whether decoding once more made sense of the bytes: they are Latin letters or punctuation, as
 * which most of such damage is, or there are several characters.  One alone may be chance: "é", a
 * no-break space and a dash are also the bytes of a Chinese character.
 */
static bool makes_sense(const char *text, size_t length)
{
	size_t characters = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == 0xC2 || byte == 0xC3 || byte == 0xE2)
			return true;
		characters += byte >= 0xC2;
	}
	return characters >= 3;
}

/* Undoes one encoding too many: appends the bytes that the characters stand for. */
static bool decode_twice(const char *text, size_t length, struct buffer *out)
{
	size_t start = out->length;
	bool changed = false;

	for (size_t i = 0; i < length;) {
		UChar32 character;
		int byte;

		U8_NEXT(text, i, length, character);
		byte = to_byte(character);
		if (byte < 0)
			break;
		changed = changed || byte >= 0x80;
		(void)buffer_add_char(out, (char)byte);
		if (i == length && changed && !out->failed &&
			utf8_valid(out->bytes + start, out->length - start) &&
			makes_sense(out->bytes + start, out->length - start))
			return true;
	}
	if (out->length > start) {
		out->length = start;
		out->bytes[start] = '\0';
	}
	return false;
}

static void add_character(struct buffer *out, uint32_t character)
{
	char bytes[U8_MAX_LENGTH];
	size_t length = 0;

	U8_APPEND_UNSAFE(bytes, length, character);
	(void)buffer_add(out, bytes, length);
}

bool text_repair(const char *text, size_t length, struct buffer *out)
{
	bool changed = false;

	if (!is_suspect(text, length))
		return false;
	if (decode_twice(text, length, out))
		return true;
	for (size_t i = 0; i < length; i++) {
		bool control = (unsigned char)text[i] == 0xC2 && i + 1 < length &&
			(unsigned char)text[i + 1] < 0xA0;

		if (control)
			add_character(out, windows_1252_character((uint8_t)text[++i]));
		else
			(void)buffer_add_char(out, text[i]);
		changed = changed || control;
	}
	return changed;
}
