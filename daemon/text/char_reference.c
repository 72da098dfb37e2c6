#include "text/char_reference.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/utf8.h"

enum {
	NAME_MAX_BYTES = 8, /* thetasym, the longest of HTML 4's names */
	CODE_POINT_LIMIT = 0x110000,
};

/* windows-1252 for 0x80 to 0x9F; the five holes stay controls. */
static const uint16_t windows_1252[32] = {
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, /* 80 */
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F, /* 88 */
	0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, /* 90 */
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178, /* 98 */
};

/* The value of a digit in the base, or -1. */
static int digit_value(char digit, unsigned base)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (base == 16 && (digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
		return (digit | 0x20) - 'a' + 10;
	return -1;
}

/* `text` is behind "&#". */
static size_t read_number(const char *text, size_t length, uint32_t *ret)
{
	unsigned base = length > 0 && (text[0] | 0x20) == 'x' ? 16 : 10;
	size_t first = base == 16 ? 1 : 0;
	size_t i = first;
	uint32_t value = 0;

	for (; i < length && digit_value(text[i], base) >= 0; i++)
		if (value < CODE_POINT_LIMIT)
			value = value * base + (uint32_t)digit_value(text[i], base);
	if (i == first || i == length || text[i] != ';')
		return 0;
	if (value == 0 || value >= CODE_POINT_LIMIT || (value >= 0xD800 && value < 0xE000))
		return 0;
	*ret = value >= 0x80 && value < 0xA0 ? windows_1252[value - 0x80] : value;
	return i + 1;
}

/* `text` is behind "&". */
static size_t read_name(const char *text, size_t length, uint32_t *ret)
{
	char name[NAME_MAX_BYTES + 1];
	const htmlEntityDesc *entity;
	size_t i = 0;

	while (i < length && i < NAME_MAX_BYTES && text[i] != ';' && text[i] > ' ') {
		name[i] = text[i];
		i++;
	}
	if (i == 0 || i == length || text[i] != ';')
		return 0;
	name[i] = '\0';
	entity = htmlEntityLookup((const xmlChar *)name);
	if (!entity)
		return 0;
	*ret = entity->value;
	return i + 1;
}

size_t char_reference_read(const char *text, size_t length, uint32_t *ret)
{
	size_t used;

	if (length < 3 || text[0] != '&')
		return 0;
	if (text[1] == '#') {
		used = read_number(text + 2, length - 2, ret);
		return used > 0 ? used + 2 : 0;
	}
	used = read_name(text + 1, length - 1, ret);
	return used > 0 ? used + 1 : 0;
}

/* The next `&` from `text` on that begins a reference, or NULL. */
static const char *find_reference(
	const char *text, const char *end, uint32_t *ret, size_t *ret_length)
{
	while ((text = memchr(text, '&', (size_t)(end - text)))) {
		*ret_length = char_reference_read(text, (size_t)(end - text), ret);
		if (*ret_length > 0)
			return text;
		text++;
	}
	return NULL;
}

int char_references_read(const char *text, size_t limit, struct arena *arena, const char **ret)
{
	const char *end = text + utf8_cut(text, strlen(text), limit);
	size_t used;
	uint32_t c;
	const char *found = find_reference(text, end, &c, &used);
	size_t length = 0;
	char *read;

	if (!found) {
		*ret = text;
		return 0;
	}
	/* No character takes more bytes than its reference. */
	read = arena_alloc(arena, (size_t)(end - text) + 1);
	if (!read)
		return -ENOMEM;
	for (; found; found = find_reference(text, end, &c, &used)) {
		memcpy(read + length, text, (size_t)(found - text));
		length += (size_t)(found - text);
		U8_APPEND_UNSAFE((uint8_t *)read, length, c);
		text = found + used;
	}
	memcpy(read + length, text, (size_t)(end - text));
	read[length + (size_t)(end - text)] = '\0';
	*ret = read;
	return 0;
}
