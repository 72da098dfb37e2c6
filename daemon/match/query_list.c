#include "match/query_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/nearest.h"

bool query_list_is_meant(const struct lexer *lexer, size_t colon)
{
	static const char prefix[] = "list";

	if (colon - lexer->at != strlen(prefix))
		return false;
	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (lexer->chars[lexer->at + i] != (unsigned char)prefix[i])
			return false;
	return true;
}

/* The characters [start, end) as UTF-8. */
static char *encode(const struct lexer *lexer, size_t start, size_t end, struct arena *arena)
{
	char *text = arena_alloc(arena, U8_MAX_LENGTH * (end - start) + 1);
	size_t length = 0;

	if (!text)
		return NULL;
	for (size_t i = start; i < end; i++)
		U8_APPEND_UNSAFE((uint8_t *)text, length, lexer->chars[i]);
	text[length] = '\0';
	return text;
}

/* Sets the ends of the name and moves behind it.  Returns what is wrong, or NULL. */
static const char *take_name(struct lexer *lexer, size_t start, size_t *ret_start, size_t *ret_end)
{
	bool quoted = start < lexer->count && lexer_is_quote(lexer->chars[start]);
	size_t end = start + quoted;

	if (quoted) {
		while (end < lexer->count && !lexer_is_quote(lexer->chars[end]))
			end++;
		if (end == lexer->count)
			return "the name of this list lacks its closing quotation mark";
	} else {
		size_t word_end = lexer_word_end(lexer, start);

		while (end < word_end && lexer->chars[end] != '^')
			end++;
	}
	if (end == start + quoted)
		return "the name of a list should follow at once, as in list:weapons";
	*ret_start = start + quoted;
	*ret_end = end;
	lexer->at = end + quoted;
	return NULL;
}

static int compare(const void *name, const void *list)
{
	return strcmp(name, ((const struct term_list *)list)->name);
}

static const char *unknown_words(
	const char *name, const struct term_lists *lists, struct arena *arena)
{
	struct nearest nearest = {.name = name};

	for (size_t i = 0; lists && i < lists->count; i++)
		nearest_try(&nearest, lists->lists[i].name);
	if (!nearest.found)
		return arena_printf(arena, "there is no [List \"%s\"]", name);
	return arena_printf(arena, "there is no [List \"%s\"]; did you mean list:%s%s%s?", name,
		strchr(nearest.found, ' ') ? "\"" : "", nearest.found,
		strchr(nearest.found, ' ') ? "\"" : "");
}

int query_list_find(struct lexer *lexer, size_t start, const struct term_lists *lists,
	struct arena *arena, const struct term_list **ret, const char **ret_words)
{
	const struct term_list *list = NULL;
	const char *name;
	size_t end;

	*ret_words = take_name(lexer, start, &start, &end);
	if (*ret_words)
		return -EINVAL;
	name = encode(lexer, start, end, arena);
	if (!name)
		return -ENOMEM;
	if (lists && lists->count > 0)
		list = bsearch(name, lists->lists, lists->count, sizeof(*lists->lists), compare);
	if (!list) {
		*ret_words = unknown_words(name, lists, arena);
		return *ret_words ? -EINVAL : -ENOMEM;
	}
	*ret = list;
	return 0;
}

int query_list_decode(
	const char *text, struct arena *arena, uint32_t **ret_chars, size_t *ret_count)
{
	size_t length = strlen(text);
	uint32_t *chars = arena_array(arena, length, sizeof(*chars));
	size_t count = 0;

	if (!chars)
		return -ENOMEM;
	for (size_t i = 0; i < length;) {
		UChar32 c;

		U8_NEXT((const uint8_t *)text, i, length, c);
		chars[count++] = c < 0 ? 0xFFFD : (uint32_t)c;
	}
	*ret_chars = chars;
	*ret_count = count;
	return 0;
}
