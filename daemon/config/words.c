#include "config/words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* White space between words. */
static const char blanks[] = " \t";

static char unescape(char character)
{
	switch (character) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return character;
	}
}

/* Reads one word at *at into `word`, which has room for all of the value. */
static int take_word(const char **at, char *word, const char **ret_error)
{
	const char *from = *at;
	char quote = '\0';

	for (; *from != '\0' && (quote || !strchr(blanks, *from)); from++) {
		if (*from == '\\' && from[1] == '\0') {
			*ret_error = "a backslash stands at the end; write \\\\ for one";
			return -EINVAL;
		}
		if (*from == '\\')
			*word++ = unescape(*++from);
		else if (quote ? *from == quote : *from == '"' || *from == '\'')
			quote = quote ? '\0' : *from;
		else
			*word++ = *from;
	}
	if (quote) {
		*ret_error = "a quotation mark is not closed";
		return -EINVAL;
	}
	*word = '\0';
	*at = from;
	return 0;
}

int words_split(const char *value, struct arena *arena, const char ***ret, const char **ret_error)
{
	/* A word takes at least one byte and one blank. */
	size_t room = strlen(value) / 2 + 2;
	const char **words = arena_array(arena, room, sizeof(*words));
	char *bytes = arena_alloc(arena, strlen(value) + 1);
	size_t count = 0;
	int r;

	if (!words || !bytes)
		return -ENOMEM;
	for (value += strspn(value, blanks); *value != '\0'; value += strspn(value, blanks)) {
		if (count == WORDS_MAX) {
			*ret_error = "too many words; at most 1024 are taken";
			return -EINVAL;
		}
		r = take_word(&value, bytes, ret_error);
		if (r < 0)
			return r;
		words[count++] = bytes;
		bytes += strlen(bytes) + 1;
	}
	*ret = words;
	return 0;
}

size_t words_count(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

static bool contains(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

const char **words_unite(const char *const *words, const char *const *more, struct arena *arena)
{
	const char *const *lists[] = {words, more};
	const char **all =
		arena_array(arena, words_count(words) + words_count(more) + 1, sizeof(*all));
	size_t count = 0;

	if (!all)
		return NULL;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (size_t i = 0; lists[l] && lists[l][i]; i++)
			if (!contains(all, count, lists[l][i]))
				all[count++] = lists[l][i];
	return all;
}
