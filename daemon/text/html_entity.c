#include "text/html_entity.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/macro.h"
#include "text/html_entity_names.h"

enum {
	CHARACTER_LIMIT = 0x110000,
	LEGACY_NAME_MAX = 6, /* "frac14", "Aacute": the longest that go without semicolon */
};

/* For 0x80 to 0x9F. */
static const uint16_t windows_1252[32] = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
	0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018,
	0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153,
	0x009D, 0x017E, 0x0178};

uint32_t windows_1252_character(uint8_t byte)
{
	return byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80] : byte;
}

static int compare_name(const char *name, size_t length, const char *entry)
{
	int order = strncmp(name, entry, length);

	return order != 0 ? order : -(entry[length] != '\0');
}

uint32_t html_entity_find(const char *name, size_t length)
{
	size_t low = 0;
	size_t high = html_entity_name_count;

	if (length == 0 || length > HTML_ENTITY_NAME_MAX)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_name(name, length, html_entity_names[middle].name);

		if (order == 0)
			return html_entity_names[middle].character;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

static int digit_value(char digit, bool hexadecimal)
{
	if (isdigit((unsigned char)digit))
		return digit - '0';
	return hexadecimal && isxdigit((unsigned char)digit) ? (digit | 0x20) - 'a' + 10 : -1;
}

/* "#8217;" or "#x2019;"; what is no character becomes U+FFFD, as in browsers. */
static size_t read_number(const char *text, size_t length, uint32_t *ret)
{
	bool hexadecimal = length > 1 && (text[1] | 0x20) == 'x';
	size_t first = hexadecimal ? 2 : 1;
	size_t i = first;
	uint32_t value = 0;

	for (; i < length && digit_value(text[i], hexadecimal) >= 0; i++)
		if (value < CHARACTER_LIMIT)
			value = value * (hexadecimal ? 16 : 10) +
				(uint32_t)digit_value(text[i], hexadecimal);
	if (i == first)
		return 0;
	if (value == 0 || value >= CHARACTER_LIMIT || (value >= 0xD800 && value < 0xE000))
		value = 0xFFFD;
	*ret = value < 0x100 ? windows_1252_character((uint8_t)value) : value;
	return i < length && text[i] == ';' ? i + 1 : i;
}

/* Whether HTML 3.2 knew the name: Latin-1 and the four of markup go without semicolon. */
static bool is_legacy(uint32_t character, size_t length)
{
	return length <= LEGACY_NAME_MAX &&
		((character >= 0xA0 && character <= 0xFF) || character == '&' || character == '<' ||
			character == '>' || character == '"');
}

size_t html_entity_read(const char *text, size_t length, uint32_t *ret)
{
	size_t end = 1;
	uint32_t character;

	if (length > 2 && text[1] == '#') {
		size_t number = read_number(text + 1, length - 1, ret);

		return number > 0 ? number + 1 : 0;
	}
	while (end < length && end <= HTML_ENTITY_NAME_MAX && isalnum((unsigned char)text[end]))
		end++;
	character = html_entity_find(text + 1, end - 1);
	if (character == 0)
		return 0;
	if (end < length && text[end] == ';') {
		*ret = character;
		return end + 1;
	}
	/* "&copy=1" is part of an address. */
	if (!is_legacy(character, end - 1) || (end < length && text[end] == '='))
		return 0;
	*ret = character;
	return end;
}
