#include "config/terms.h"

#include <errno.h>
#include <string.h>

#include "base/macro.h"
#include "base/utf8.h"

/* Any of them opens a phrase, any closes it. */
static const char *const quotes[] = {
	"\"", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x9F", "\xEF\xBC\x82"};

static bool is_blank(char character)
{
	return character == ' ' || character == '\t';
}

/* The bytes of the quotation mark at `text`; 0: there is none. */
static size_t quote_length(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(quotes); i++)
		if (strncmp(text, quotes[i], strlen(quotes[i])) == 0)
			return strlen(quotes[i]);
	return 0;
}

static int grow(struct listed_terms *terms, struct arena *arena)
{
	size_t size = 2 * terms->size + 16;
	const char **grown = arena_array(arena, size, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	if (terms->count > 0)
		memcpy(grown, terms->terms, terms->count * sizeof(*grown));
	terms->terms = grown;
	terms->size = size;
	return 0;
}

/* Adds a copy of [text, text + length), without blanks around; nothing where that is empty. */
static int terms_add(
	struct listed_terms *terms, const char *text, size_t length, struct arena *arena)
{
	const char *copy;

	while (length > 0 && is_blank(text[0])) {
		text++;
		length--;
	}
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	if (length == 0)
		return 0;
	if (terms->count == TERMS_MAX)
		return -EFBIG;
	if (terms->count == terms->size && grow(terms, arena) < 0)
		return -ENOMEM;
	copy = arena_copy(arena, text, length);
	if (!copy)
		return -ENOMEM;
	terms->terms[terms->count++] = copy;
	return 0;
}

int terms_split(struct listed_terms *terms, const char *value, struct arena *arena)
{
	const char *start = value;
	bool quoted = false;
	int r;

	for (; *value != '\0'; value++) {
		size_t quote = quote_length(value);

		if (quote > 0) {
			quoted = !quoted;
			value += quote - 1;
		} else if (*value == ',' && !quoted) {
			r = terms_add(terms, start, (size_t)(value - start), arena);
			if (r < 0)
				return r;
			start = value + 1;
		}
	}
	return terms_add(terms, start, (size_t)(value - start), arena);
}

/* Control characters other than tabs are refused, as in the configuration's own files. */
static bool is_clean(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)line[i] < ' ' && line[i] != '\t')
			return false;
	return utf8_valid(line, length);
}

static bool is_comment(const char *line, size_t length)
{
	return length > 0 && line[0] == '#' && (length == 1 || is_blank(line[1]));
}

int terms_read(struct listed_terms *terms, const char *text, size_t length, struct arena *arena,
	unsigned *ret_line)
{
	const char *end = text + length;
	int r;

	for (unsigned line = 1; text < end; line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		size_t bytes = (size_t)(stop - text);

		if (bytes > 0 && text[bytes - 1] == '\r')
			bytes--;
		*ret_line = line;
		if (!is_clean(text, bytes))
			return -EILSEQ;
		r = is_comment(text, bytes) ? 0 : terms_add(terms, text, bytes, arena);
		if (r < 0)
			return r;
		text = newline ? newline + 1 : end;
	}
	return 0;
}

int terms_list_name(const char *term, struct arena *arena, const char **ret)
{
	static const char prefix[] = "list:";
	size_t length;
	size_t quote;

	*ret = NULL;
	if (strncmp(term, prefix, strlen(prefix)) != 0)
		return 0;
	term += strlen(prefix);
	quote = quote_length(term);
	term += quote;
	for (length = 0; term[length] != '\0' && (quote > 0 || term[length] != '^'); length++)
		if (quote_length(term + length) > 0)
			break;
	*ret = arena_copy(arena, term, length);
	return *ret ? 0 : -ENOMEM;
}
