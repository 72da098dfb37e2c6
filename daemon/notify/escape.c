#include "notify/escape.h"

#include <string.h>

static const char ellipsis[] = "…";

static const char *markdown_replacement(char byte, bool at_start, char room[3])
{
	/* A space of no width: "@channel" and the like call nobody. */
	static const char tamed_at[] = "@\u200B";

	if (byte == '@')
		return tamed_at;
	/* The rest of Markdown's signs mean something at the start of a line alone. */
	if (!strchr("\\`*_~[]|", byte) && !(at_start && strchr("#+->", byte)))
		return NULL;
	room[0] = '\\';
	room[1] = byte;
	room[2] = '\0';
	return room;
}

static const char *entity(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

/* What stands for the byte, or NULL: itself.  `room` is for a backslash, the byte and NUL. */
static const char *replacement(char byte, enum escape_style style, bool at_start, char room[3])
{
	switch (style) {
	case ESCAPE_SLACK:
		return entity(byte);
	case ESCAPE_HTML:
		return byte == '"' ? "&quot;" : entity(byte);
	case ESCAPE_MARKDOWN:
		return markdown_replacement(byte, at_start, room);
	case ESCAPE_LINK:
		return byte == '(' ? "%28" : byte == ')' ? "%29" : NULL;
	default:
		return NULL;
	}
}

static size_t character_length(const char *text)
{
	size_t length = 1;

	while (((unsigned char)text[length] & 0xC0) == 0x80)
		length++;
	return length;
}

static bool is_control(char byte)
{
	return (unsigned char)byte < 0x20 || byte == 0x7F;
}

/* Cuts what was added since `start` to the end of a word, where one ends in the last quarter. */
static void cut_word(struct buffer *buffer, size_t start)
{
	size_t end = buffer->length;

	while (end > start && buffer->bytes[end - 1] != ' ' && buffer->bytes[end - 1] != '\n')
		end--;
	if (end <= start + (buffer->length - start) * 3 / 4)
		return;
	buffer->length = end;
	buffer->bytes[end] = '\0';
}

void escape_add(
	struct buffer *buffer, const char *text, enum escape_style style, size_t limit, bool lines)
{
	size_t start = buffer->length;
	bool at_start = true;

	while (text && *text != '\0' && buffer->failed == 0) {
		char room[3];
		size_t length = character_length(text);
		const char *piece = replacement(*text, style, at_start, room);
		size_t added = piece ? strlen(piece) : length;

		if (is_control(*text) && !(lines && *text == '\n')) {
			piece = " ";
			added = 1;
		}
		/* Room is left for the sign of the cut, unless this is the end. */
		if (buffer->length - start + added + (text[length] ? strlen(ellipsis) : 0) >
			limit) {
			if (buffer->length > start)
				cut_word(buffer, start);
			(void)buffer_add_string(buffer, ellipsis);
			return;
		}
		(void)buffer_add(buffer, piece ? piece : text, added);
		at_start = *text == '\n';
		text += length;
	}
}
