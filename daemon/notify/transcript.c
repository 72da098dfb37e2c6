#include "notify/transcript.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static void add_line(struct buffer *transcript, char sign, const char *line, size_t length)
{
	bool is_text = utf8_valid(line, length);

	(void)buffer_add_char(transcript, sign);
	if (length > 0)
		(void)buffer_add_char(transcript, ' ');
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)line[i];
		bool is_shown =
			byte == '\t' || (byte >= 0x20 && byte != 0x7F && (is_text || byte < 0x80));

		(void)buffer_add_char(transcript, is_shown ? line[i] : '?');
	}
	(void)buffer_add_char(transcript, '\n');
}

void transcript_add(struct buffer *transcript, char sign, const char *text, size_t length)
{
	const char *end = text + length;

	if (!transcript)
		return;
	do {
		const char *feed = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;
		const char *stop = feed ? feed : end;
		size_t line = (size_t)(stop - text);

		if (line > 0 && text[line - 1] == '\r')
			line--;
		add_line(transcript, sign, text, line);
		text = feed ? feed + 1 : end;
	} while (text < end);
}

void transcript_printf(struct buffer *transcript, char sign, const char *format, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list arguments;
	int length;

	if (!transcript)
		return;
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text = NULL;
		return;
	}
	transcript_add(transcript, sign, text, (size_t)length);
}
