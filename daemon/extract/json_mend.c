#include "extract/json_mend.h"

#include <ctype.h>
#include <string.h>

#include "base/ascii.h"
#include "base/macro.h"

struct mender {
	const char *text;
	const char *end;
	struct buffer *out;
	char open[JSON_MEND_DEPTH_MAX]; /* "}" and "]" that are due */
	size_t depth;
	size_t whole; /* bytes of `out` that are whole values, but for what is due */
};

static const char *skip_space(const char *text, const char *end)
{
	while (text < end && isspace((unsigned char)*text))
		text++;
	return text;
}

/* Whether the quote before `text` ends its string: what follows is no more of a sentence. */
static bool ends_string(const char *text, const char *end)
{
	text = skip_space(text, end);
	if (text == end || strchr(":}]", *text))
		return true;
	if (*text != ',')
		return false;
	text = skip_space(text + 1, end);
	return text == end || strchr("\"{}[]-0123456789/", *text) ||
		ascii_begins(text, (size_t)(end - text), "true") ||
		ascii_begins(text, (size_t)(end - text), "false") ||
		ascii_begins(text, (size_t)(end - text), "null");
}

/* Four digits of "\u", or -1. */
static int read_unit(const char *text, const char *end)
{
	int unit = 0;

	if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return -1;
		unit = 16 * unit +
			(isdigit((unsigned char)text[i]) ? text[i] - '0'
							 : (text[i] | 0x20) - 'a' + 10);
	}
	return unit;
}

/* Writes the escape at `text`; returns what is behind it. */
static const char *put_escape(struct mender *mender, const char *text)
{
	int unit = read_unit(text, mender->end);
	int next;

	if (unit >= 0xD800 && unit < 0xDC00) {
		next = read_unit(text + 6, mender->end);
		if (next >= 0xDC00 && next < 0xE000) {
			(void)buffer_add(mender->out, text, 12);
			return text + 12;
		}
	}
	if (unit > 0 && (unit < 0xD800 || unit >= 0xE000)) {
		(void)buffer_add(mender->out, text, 6);
		return text + 6;
	}
	if (unit >= 0) {
		(void)buffer_add_char(mender->out, ' ');
		return text + 6;
	}
	if (text + 1 < mender->end && strchr("\"\\/bfnrt", text[1])) {
		(void)buffer_add(mender->out, text, 2);
		return text + 2;
	}
	/* "\'" and the like: the sign itself. */
	return text + 1;
}

static void put_string(struct mender *mender)
{
	const char *text = mender->text + 1;

	(void)buffer_add_char(mender->out, '"');
	while (text < mender->end) {
		if (*text == '\\') {
			text = put_escape(mender, text);
			continue;
		}
		if (*text == '"' && ends_string(text + 1, mender->end))
			break;
		if (*text == '"')
			(void)buffer_add_string(mender->out, "\\\"");
		else if ((unsigned char)*text < ' ')
			(void)buffer_add_string(mender->out, *text == '\n' ? "\\n" : " ");
		else
			(void)buffer_add_char(mender->out, *text);
		text++;
	}
	(void)buffer_add_char(mender->out, '"');
	mender->text = text < mender->end ? text + 1 : text;
}

static bool is_number(const char *text, size_t length)
{
	size_t sign = length > 1 && *text == '-';

	for (size_t i = sign; i < length; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return length - sign == 1 || text[sign] != '0';
}

/* A number, or a word: of these only three are JSON. */
static void put_word(struct mender *mender)
{
	const char *start = mender->text;
	size_t length;

	while (mender->text < mender->end && !isspace((unsigned char)*mender->text) &&
		!strchr(",:{}[]\"/", *mender->text))
		mender->text++;
	length = (size_t)(mender->text - start);
	if (length == 0) {
		mender->text++;
		return;
	}
	if (is_number(start, length) || ascii_is(start, length, "true") ||
		ascii_is(start, length, "false"))
		(void)buffer_add(mender->out, start, length);
	else
		(void)buffer_add_string(mender->out, "null");
}

/* Goes behind a mark of those that hide a script from old browsers. */
static bool skip_mark(struct mender *mender)
{
	static const char *const marks[] = {"<![CDATA[", "]]>", "<!--", "-->"};
	const char *text = mender->text;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (ascii_begins(text, (size_t)(mender->end - text), marks[i])) {
			mender->text += strlen(marks[i]);
			return true;
		}
	return false;
}

static bool skip_comment(struct mender *mender)
{
	const char *text = mender->text;
	size_t left = (size_t)(mender->end - text);
	const char *stop;

	if (left < 2 || text[0] != '/' || (text[1] != '/' && text[1] != '*'))
		return false;
	if (text[1] == '*') {
		stop = memmem(text + 2, left - 2, "*/", 2);
		mender->text = stop ? stop + 2 : mender->end;
		return true;
	}
	/* What follows "//<![CDATA[" on its line is none. */
	mender->text = skip_space(text + 2, mender->end);
	if (!skip_mark(mender)) {
		stop = memchr(text, '\n', left);
		mender->text = stop ? stop : mender->end;
	}
	return true;
}

static char last_put(const struct mender *mender)
{
	return mender->out->bytes[mender->out->length - 1];
}

/* What parts a value from the one before it. */
static void put_comma(struct mender *mender)
{
	if (!strchr("{[:,", last_put(mender)))
		(void)buffer_add_char(mender->out, ',');
}

/* `"wordCount": ,`: templates print nothing for what they have not. */
static void put_missing(struct mender *mender)
{
	if (last_put(mender) == ':')
		(void)buffer_add_string(mender->out, "null");
}

static bool put_open(struct mender *mender)
{
	if (mender->depth == JSON_MEND_DEPTH_MAX)
		return false;
	put_comma(mender);
	mender->open[mender->depth++] = *mender->text == '{' ? '}' : ']';
	(void)buffer_add_char(mender->out, *mender->text++);
	mender->whole = mender->out->length;
	return true;
}

/* An end closes what is open within; one of nothing is passed over. */
static void put_close(struct mender *mender)
{
	char close = *mender->text++;
	size_t at = mender->depth;

	put_missing(mender);
	while (at > 0 && mender->open[at - 1] != close)
		at--;
	while (at > 0 && mender->depth >= at)
		(void)buffer_add_char(mender->out, mender->open[--mender->depth]);
	mender->whole = mender->out->length;
}

/* One token; false where the reading ends. */
static bool put_token(struct mender *mender)
{
	char next = *mender->text;

	if (isspace((unsigned char)next)) {
		mender->text++;
	} else if (next == '{' || next == '[') {
		return put_open(mender);
	} else if (skip_comment(mender) || skip_mark(mender)) {
		return true;
	} else if (mender->depth == 0) {
		/* Between values: the end of a statement, or what a template left. */
		mender->text++;
	} else if (next == '}' || next == ']') {
		put_close(mender);
	} else if (next == ',') {
		put_missing(mender);
		mender->whole = mender->out->length;
		mender->text++;
	} else if (next == ':') {
		(void)buffer_add_char(mender->out, ':');
		mender->text++;
	} else {
		put_comma(mender);
		if (next == '"')
			put_string(mender);
		else
			put_word(mender);
	}
	return true;
}

static int mend_text(const char *text, size_t length, struct buffer *out)
{
	struct mender mender = {.text = text, .end = text + length, .out = out};

	(void)buffer_add_char(out, '[');
	mender.whole = out->length;
	while (!out->failed && mender.text < mender.end && put_token(&mender))
		;
	if (out->failed)
		return out->failed;
	/* A cut end: the last piece may be half a member. */
	if (mender.depth > 0)
		buffer_truncate(out, mender.whole);
	while (mender.depth > 0)
		(void)buffer_add_char(out, mender.open[--mender.depth]);
	(void)buffer_add_char(out, ']');
	return out->failed;
}

int json_mend(const char *text, size_t length, struct buffer *out)
{
	static const char quote[] = "&quot;";
	_cleanup_(buffer_free) struct buffer plain = BUFFER_INIT(length + 1);
	const char *end = text + length;
	const char *at;

	/* Templates that escape all they print leave no quote. */
	if (memchr(text, '"', length) || !memmem(text, length, quote, strlen(quote)))
		return mend_text(text, length, out);
	while ((at = memmem(text, (size_t)(end - text), quote, strlen(quote)))) {
		(void)buffer_add(&plain, text, (size_t)(at - text));
		(void)buffer_add_char(&plain, '"');
		text = at + strlen(quote);
	}
	(void)buffer_add(&plain, text, (size_t)(end - text));
	return plain.failed ? plain.failed : mend_text(buffer_string(&plain), plain.length, out);
}
