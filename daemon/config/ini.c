#include "config/ini.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/utf8.h"

struct ini_state {
	const char *file;
	const char *text; /* the whole */
	const char *rest; /* what was not read yet */
	const char *end;
	unsigned line;       /* of the physical line that `rest` begins with */
	unsigned value_line; /* where the logical line begins that inih has */
	bool in_section;     /* a good section is open */
	struct buffer logical;
	struct config_errors *errors;
	const struct ini_callbacks *callbacks;
	void *userdata;
	int failed; /* -ENOMEM ends the reading */
};

/* A physical line, without its end. */
struct line {
	const char *bytes;
	size_t length;
};

static bool next_line(struct ini_state *state, struct line *ret)
{
	const char *newline;
	const char *stop;

	if (state->rest == state->end)
		return false;
	newline = memchr(state->rest, '\n', (size_t)(state->end - state->rest));
	stop = newline ? newline : state->end;
	ret->bytes = state->rest;
	ret->length = (size_t)(stop - state->rest);
	if (ret->length > 0 && stop[-1] == '\r')
		ret->length--;
	state->rest = newline ? newline + 1 : state->end;
	state->line++;
	return true;
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t';
}

/* Removes blanks from both ends. */
static struct line trimmed(struct line line)
{
	while (line.length > 0 && is_blank(line.bytes[0]))
		line = (struct line){line.bytes + 1, line.length - 1};
	while (line.length > 0 && is_blank(line.bytes[line.length - 1]))
		line.length--;
	return line;
}

/*
 * What is wrong with a line's bytes, or NULL.  Control characters other than tabs are refused:
 * nothing that a user writes needs them.
 */
static const char *fault_of(struct line line)
{
	if (!utf8_valid(line.bytes, line.length))
		return "the line is not UTF-8 text";
	for (size_t i = 0; i < line.length; i++)
		if ((unsigned char)line.bytes[i] < ' ' && line.bytes[i] != '\t')
			return "a control character stands in the line; remove it";
	return NULL;
}

static bool is_skipped(struct line line)
{
	return trimmed(line).length == 0 || line.bytes[0] == '#' || line.bytes[0] == ';';
}

/* Adds the continuation lines that follow, with one space before each. */
static void join_continuations(struct ini_state *state)
{
	struct ini_state ahead = *state;
	const char *fault;
	struct line line;

	while (next_line(&ahead, &line)) {
		if (!is_skipped(line)) {
			if (!is_blank(line.bytes[0]))
				return;
			fault = fault_of(line);
			if (fault)
				config_errors_add(
					state->errors, state->file, ahead.line, "%s", fault);
			line = trimmed(line);
			(void)buffer_add_char(&state->logical, ' ');
			(void)buffer_add(&state->logical, line.bytes, line.length);
		}
		state->rest = ahead.rest;
		state->line = ahead.line;
	}
}

/* Whether the line looks like KEY=...; inih would also take `KEY: ...` and any key. */
static bool has_key(struct line line)
{
	size_t i = 0;

	while (i < line.length && isalnum((unsigned char)line.bytes[i]))
		i++;
	if (i == 0 || i > INI_KEY_MAX)
		return false;
	while (i < line.length && is_blank(line.bytes[i]))
		i++;
	return i < line.length && line.bytes[i] == '=';
}

/* Takes a section's name between quotes; what follows them must be `]` alone. */
static const char *take_name(struct line line, char ret[INI_NAME_MAX + 1])
{
	size_t length = 0;
	size_t i = 1;

	for (; i < line.length && line.bytes[i] != '"'; i++) {
		if (line.bytes[i] == '\\' && i + 1 < line.length)
			i++;
		if (length == INI_NAME_MAX)
			return "the name is too long; at most 256 bytes are taken";
		ret[length++] = line.bytes[i] == '\t' ? ' ' : line.bytes[i];
	}
	ret[length] = '\0';
	if (i + 2 != line.length || line.bytes[i + 1] != ']')
		return "the section's header is not closed; expected [KIND \"name\"]";
	return length == 0 ? "the name is empty" : NULL;
}

/* Reads `[Kind]` or `[Kind "name"]`.  Returns what is wrong, or NULL. */
static const char *take_header(
	struct line line, char ret_kind[INI_KEY_MAX + 1], char ret_name[INI_NAME_MAX + 1])
{
	size_t i = 1;

	while (i < line.length && isalnum((unsigned char)line.bytes[i]))
		i++;
	if (i == 1 || i > INI_KEY_MAX)
		return "no section's header; expected [KIND \"name\"]";
	memcpy(ret_kind, line.bytes + 1, i - 1);
	ret_kind[i - 1] = '\0';
	ret_name[0] = '\0';
	while (i < line.length && is_blank(line.bytes[i]))
		i++;
	line = (struct line){line.bytes + i, line.length - i};
	if (line.length == 1 && line.bytes[0] == ']')
		return NULL;
	if (line.length == 0)
		return "the section's header is not closed; expected [KIND \"name\"]";
	if (line.bytes[0] != '"')
		return "a section's name stands in quotes; expected [KIND \"name\"]";
	return take_name(line, ret_name);
}

static void open_section(struct ini_state *state, struct line line)
{
	char kind[INI_KEY_MAX + 1];
	char name[INI_NAME_MAX + 1];
	const char *wrong = take_header(trimmed(line), kind, name);

	state->in_section = !wrong;
	if (wrong)
		config_errors_add(state->errors, state->file, state->line, "%s", wrong);
	else
		state->failed = state->callbacks->section(state->userdata, state->line, kind, name);
}

/* Says what is wrong with a line that is neither header nor value. */
static void refuse_line(struct ini_state *state, struct line line)
{
	const char *fault = fault_of(line);

	if (fault)
		config_errors_add(state->errors, state->file, state->line, "%s", fault);
	else if (is_blank(line.bytes[0]))
		config_errors_add(state->errors, state->file, state->line,
			"an indented line continues a value, and none stands before it");
	else
		config_errors_add(state->errors, state->file, state->line,
			"no setting; expected KEY=value, [KIND \"name\"] or # comment");
	join_continuations(state); /* of a line that was refused there is no more to say */
}

/* Finds the next logical line that holds a value.  Headers are dealt with on the way. */
static bool next_value(struct ini_state *state)
{
	struct line line;
	bool clean;

	while (state->failed == 0 && next_line(state, &line)) {
		if (is_skipped(line))
			continue;
		clean = !fault_of(line);
		if (clean && line.bytes[0] == '[') {
			open_section(state, line);
			continue;
		}
		if (!clean || !has_key(line)) {
			refuse_line(state, line);
			continue;
		}
		state->value_line = state->line;
		buffer_reset(&state->logical);
		line = trimmed(line);
		(void)buffer_add(&state->logical, line.bytes, line.length);
		join_continuations(state);
		if (!state->logical.failed)
			return true;
		config_errors_add(state->errors, state->file, state->value_line,
			"the value is too long; at most 1 MiB is taken");
	}
	return false;
}

/* What inih calls for each line: one logical line without its end, as fgets(3) would give it. */
static char *give_line(char *room, int size, void *stream)
{
	struct ini_state *state = stream;

	if (!next_value(state) || state->logical.length >= (size_t)size)
		return NULL;
	memcpy(room, state->logical.bytes, state->logical.length + 1);
	return room;
}

static int take_value(void *userdata, const char *section, const char *key, const char *value)
{
	struct ini_state *state = userdata;

	(void)section; /* headers never reach inih */
	if (state->in_section)
		state->failed =
			state->callbacks->value(state->userdata, state->value_line, key, value);
	return 1;
}

/*
 * Values before the first section would be passed over silently; this says so once.  Returns the
 * number of the line, 0 for none.
 */
static unsigned line_before_sections(const char *text, size_t length)
{
	struct ini_state state = {.text = text, .rest = text, .end = text + length};
	struct line line;

	while (next_line(&state, &line))
		if (!is_skipped(line))
			return line.bytes[0] == '[' ? 0 : state.line;
	return 0;
}

/* The value of a line KEY=value. */
static struct line value_of(struct line line)
{
	size_t i = 0;

	while (i < line.length && line.bytes[i] != '=')
		i++;
	return trimmed((struct line){line.bytes + i + 1, line.length - i - 1});
}

/* The place of `at`, which stands in the line that was read last. */
static struct ini_place place_of(const struct ini_state *state, const char *at)
{
	struct ini_place place = {.line = state->line, .column = 1};
	const char *start = at;

	while (start > state->text && start[-1] != '\n')
		start--;
	for (; start < at; start++)
		place.column +=
			((unsigned char)*start & 0xC0) != 0x80; /* not UTF-8's later bytes */
	return place;
}

/*
 * Goes through the lines of a value, comparing; the first one was read.  A part that is empty adds
 * nothing to a value that was empty so far, as blanks at its ends go.
 */
static int find_in_value(struct ini_state *state, struct line part, const char *value,
	size_t offset, struct ini_place *ret)
{
	size_t length = strlen(value);
	size_t at = 0;

	for (;;) {
		if (part.length > length - at || memcmp(part.bytes, value + at, part.length) != 0)
			return -ENOENT;
		if (offset < at + part.length) {
			*ret = place_of(state, part.bytes + (offset - at));
			return 0;
		}
		at += part.length;
		do
			if (!next_line(state, &part))
				return -ENOENT;
		while (is_skipped(part));
		if (!is_blank(part.bytes[0]))
			return -ENOENT;
		part = trimmed(part);
		if (at > 0 && at < length && value[at] == ' ')
			at++; /* what joins the lines */
	}
}

int ini_place_find(const char *text, size_t length, unsigned line, const char *value, size_t offset,
	struct ini_place *ret)
{
	struct ini_state state = {.text = text, .rest = text, .end = text + length};
	struct line first = {0};

	while (state.line < line)
		if (!next_line(&state, &first))
			return -ENOENT;
	first = trimmed(first);
	if (!has_key(first))
		return -ENOENT;
	return find_in_value(&state, value_of(first), value, offset, ret);
}

int ini_read(const char *file, const char *text, size_t length, struct config_errors *errors,
	const struct ini_callbacks *callbacks, void *userdata)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct ini_state state = {
		.file = file,
		.text = text,
		.rest = text,
		.end = text + length,
		.logical = BUFFER_INIT(INI_LINE_MAX),
		.errors = errors,
		.callbacks = callbacks,
		.userdata = userdata,
	};
	unsigned early;
	int r;

	if (length >= 3 && memcmp(text, bom, 3) == 0)
		state.rest += 3;
	early = line_before_sections(state.rest, (size_t)(state.end - state.rest));
	if (early > 0)
		config_errors_add(
			errors, file, early, "the first [section] should stand before this line");
	/* Debian's inih has its options as variables. */
	ini_allow_inline_comments = false;
	ini_allow_multiline = false;
	ini_use_stack = false;
	ini_initial_alloc = INI_LINE_MAX + 2;
	ini_max_line = INI_LINE_MAX + 2;
	r = ini_parse_stream(give_line, &state, take_value, &state);
	buffer_free(&state.logical);
	if (r == -2)
		return -ENOMEM;
	return state.failed;
}
