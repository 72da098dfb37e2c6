#include "parse/json_repair.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct repair {
	const char *at;
	const char *end;
	struct buffer *out;
	size_t depth;
	bool begun;
};

static void put(struct repair *repair, char byte)
{
	(void)buffer_add_char(repair->out, byte);
}

/* What was written last but for white space; NUL where there is nothing. */
static char last(const struct repair *repair)
{
	const struct buffer *out = repair->out;
	size_t i = out->length;

	while (i > 0 && isspace((unsigned char)out->bytes[i - 1]))
		i--;
	return i > 0 ? out->bytes[i - 1] : '\0';
}

/* Takes back a comma behind which nothing comes. */
static void drop_comma(struct repair *repair)
{
	struct buffer *out = repair->out;

	if (last(repair) != ',')
		return;
	while (out->bytes[out->length - 1] != ',')
		out->length--;
	out->length--;
}

/* The value of the four digits of "\uXXXX" at `text`, or -1. */
static int32_t read_unit(const char *text, const char *end)
{
	int32_t value = 0;

	if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		unsigned char digit = (unsigned char)text[i];

		if (!isxdigit(digit))
			return -1;
		value = value * 16 + (isdigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return value;
}

static bool is_unit(int32_t unit, int32_t first)
{
	return unit >= first && unit < first + 0x400;
}

/* At the backslash of an escape. */
static void copy_escape(struct repair *repair)
{
	int32_t unit = read_unit(repair->at, repair->end);

	if (is_unit(unit, 0xD800) && is_unit(read_unit(repair->at + 6, repair->end), 0xDC00)) {
		(void)buffer_add(repair->out, repair->at, 12);
		repair->at += 12;
	} else if (is_unit(unit, 0xD800) || is_unit(unit, 0xDC00)) {
		(void)buffer_add_string(repair->out, "\\ufffd");
		repair->at += 6;
	} else if (unit >= 0) {
		(void)buffer_add(repair->out, repair->at, 6);
		repair->at += 6;
	} else if (repair->end - repair->at > 1 && strchr("\"\\/bfnrt", repair->at[1])) {
		(void)buffer_add(repair->out, repair->at, 2);
		repair->at += 2;
	} else {
		repair->at++; /* "\'", "\x": the character alone */
	}
}

/* A control character has no place in a string as it stands. */
static void copy_character(struct repair *repair)
{
	unsigned char byte = (unsigned char)*repair->at++;

	if (byte == '\n')
		(void)buffer_add_string(repair->out, "\\n");
	else
		put(repair, byte < ' ' ? ' ' : (char)byte);
}

/* At the quote of a string. */
static void copy_string(struct repair *repair)
{
	put(repair, '"');
	for (repair->at++; repair->at < repair->end && *repair->at != '"';) {
		if (*repair->at == '\\') {
			copy_escape(repair);
		} else {
			copy_character(repair);
		}
	}
	if (repair->at == repair->end)
		return;
	put(repair, '"');
	repair->at++;
}

/* Behind "//" to the line's end, behind the other kind to its own. */
static void skip_comment(struct repair *repair)
{
	bool line = repair->at[1] == '/';
	size_t left = (size_t)(repair->end - repair->at) - 2;
	const char *close =
		line ? memchr(repair->at + 2, '\n', left) : memmem(repair->at + 2, left, "*/", 2);

	repair->at = close ? close + (line ? 1 : 2) : repair->end;
}

static void copy_next(struct repair *repair)
{
	char byte = *repair->at;

	if (byte == '"') {
		copy_string(repair);
	} else if (byte == '/' && repair->end - repair->at > 1 &&
		(repair->at[1] == '/' || repair->at[1] == '*')) {
		skip_comment(repair);
	} else {
		if (byte == '{' || byte == '[') {
			repair->begun = true;
			repair->depth++;
		} else if (byte == '}' || byte == ']') {
			drop_comma(repair);
			repair->depth -= repair->depth > 0;
		}
		put(repair, byte);
		repair->at++;
	}
}

void json_repair(const char *text, size_t length, struct buffer *out)
{
	struct repair repair = {.at = text, .end = text + length, .out = out};

	/* What stands behind the end is left out. */
	while (repair.at < repair.end && !out->failed && (repair.depth > 0 || !repair.begun))
		copy_next(&repair);
}
