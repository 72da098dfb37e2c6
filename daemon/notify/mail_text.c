#include "notify/mail_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char word_start[] = "=?UTF-8?B?";
static const char word_end[] = "?=";

static void add_base64(struct buffer *mail, const unsigned char *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t bits = (uint32_t)bytes[i] << 16 |
			(left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
			(left > 2 ? bytes[i + 2] : 0);

		(void)buffer_add_char(mail, digits[bits >> 18]);
		(void)buffer_add_char(mail, digits[bits >> 12 & 63]);
		(void)buffer_add_char(mail, left > 1 ? digits[bits >> 6 & 63] : '=');
		(void)buffer_add_char(mail, left > 2 ? digits[bits & 63] : '=');
	}
}

/* The bytes that an encoded word takes with `used` characters before it on the line. */
static size_t word_room(size_t used)
{
	size_t around = strlen(word_start) + strlen(word_end) + 1;

	return used + around + 4 > MAIL_LINE_MAX ? 0 : (MAIL_LINE_MAX - used - around) / 4 * 3;
}

/* The most of the text, in whole characters, that has room; each word is valid by itself. */
static size_t word_length(const char *text, size_t room)
{
	size_t length = strlen(text);

	if (length <= room)
		return length;
	length = room;
	while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	return length;
}

/* RFC 2047 section 2; the words are joined without the blanks between them. */
static void add_words(struct buffer *mail, const char *text, size_t used)
{
	while (*text != '\0') {
		size_t length = word_length(text, word_room(used));

		if (length > 0) {
			(void)buffer_add_string(mail, word_start);
			add_base64(mail, (const unsigned char *)text, length);
			(void)buffer_add_string(mail, word_end);
		}
		text += length;
		if (*text != '\0')
			(void)buffer_add_string(mail, "\r\n ");
		used = 1;
	}
}

/* Whether it can stand in a field as it is: nothing that folds, or that looks like a word. */
static bool is_plain(const char *text, size_t room)
{
	size_t length = strlen(text);

	if (length > room || strstr(text, "=?"))
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return length == 0 || (text[0] != ' ' && text[length - 1] != ' ');
}

void mail_add_field(struct buffer *mail, const char *name, const char *text)
{
	size_t used = strlen(name) + 2;

	(void)buffer_printf(mail, "%s: ", name);
	if (used < MAIL_LINE_MAX && is_plain(text, MAIL_LINE_MAX - used))
		(void)buffer_add_string(mail, text);
	else
		add_words(mail, text, used);
	(void)buffer_add_string(mail, "\r\n");
}

static void add_phrase(struct buffer *mail, const char *name, size_t used)
{
	/* The quotes, and a backslash before each sign at the worst. */
	if (!is_plain(name, (MAIL_LINE_MAX - used - 2) / 2)) {
		add_words(mail, name, used);
		return;
	}
	(void)buffer_add_char(mail, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			(void)buffer_add_char(mail, '\\');
		(void)buffer_add_char(mail, *name);
	}
	(void)buffer_add_char(mail, '"');
}

static size_t column_of(const struct buffer *mail)
{
	size_t column = 0;

	while (column < mail->length && mail->bytes[mail->length - column - 1] != '\n')
		column++;
	return column;
}

void mail_add_mailboxes(
	struct buffer *mail, const char *name, const struct mailbox *boxes, size_t count)
{
	(void)buffer_printf(mail, "%s: ", name);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			(void)buffer_add_string(mail, ",\r\n ");
		if (boxes[i].name) {
			add_phrase(mail, boxes[i].name, i == 0 ? strlen(name) + 2 : 1);
			if (column_of(mail) + strlen(boxes[i].address) + 4 > MAIL_LINE_MAX)
				(void)buffer_add_string(mail, "\r\n");
			(void)buffer_printf(mail, " <%s>", boxes[i].address);
		} else {
			(void)buffer_add_string(mail, boxes[i].address);
		}
	}
	(void)buffer_add_string(mail, "\r\n");
}

/* RFC 2045 section 6.7; a blank at the end of a line would be lost on the way. */
static bool is_literal(const char *text)
{
	if (*text == ' ' || *text == '\t')
		return text[1] != '\n' && text[1] != '\0';
	return *text > ' ' && *text <= '~' && *text != '=';
}

void mail_add_quoted_printable(struct buffer *mail, const char *text)
{
	size_t column = 0;

	for (; *text != '\0'; text++) {
		size_t width = is_literal(text) ? 1 : 3;

		if (*text == '\n') {
			(void)buffer_add_string(mail, "\r\n");
			column = 0;
			continue;
		}
		if (column + width > MAIL_LINE_MAX - 1) {
			(void)buffer_add_string(mail, "=\r\n");
			column = 0;
		}
		if (width == 1)
			(void)buffer_add_char(mail, *text);
		else
			(void)buffer_printf(mail, "=%02X", (unsigned char)*text);
		column += width;
	}
	if (column > 0)
		(void)buffer_add_string(mail, "\r\n");
}
