#include "notify/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

struct words words_of(char *room, size_t size)
{
	room[0] = '\0';
	return (struct words){.text = room, .size = size};
}

void words_add(struct words *words, const char *format, ...)
{
	size_t left = words->size - words->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(words->text + words->length, left, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	if ((size_t)length < left) {
		words->length += (size_t)length;
		return;
	}
	/* vsnprintf() may have split the last character. */
	words->length = words->size - 1;
	while (words->length > 0 && !utf8_valid(words->text, words->length))
		words->length--;
	words->text[words->length] = '\0';
}

static bool is_control(unsigned char byte)
{
	return byte < 0x20 || byte == 0x7F;
}

void words_add_foreign(struct words *words, const char *bytes, size_t length, size_t limit)
{
	size_t left = words->size - words->length - 1;
	size_t end = length < limit ? length : limit;
	char *text = words->text + words->length;
	bool is_text;

	if (end > left)
		end = left;
	is_text = utf8_valid(bytes, utf8_cut(bytes, length, end));
	if (is_text)
		end = utf8_cut(bytes, length, end);
	for (size_t i = 0; i < end; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		text[i] = is_control(byte) ? ' ' : (!is_text && byte >= 0x80) ? '?' : bytes[i];
	}
	text[end] = '\0';
	words->length += end;
	if (end < length)
		words_add(words, "…");
}
