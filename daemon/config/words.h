/*
 * Words of a value, quoted as in unit files (systemd.syntax(7)): white space separates, "..." and
 * '...' keep it, a backslash makes the next character plain (\n and \t are newline and tab).
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"

enum {
	WORDS_MAX = 1024, /* of one value */
};

/*
 * Splits into a NULL-terminated list in the arena.  Returns 0, -ENOMEM, or -EINVAL with *ret_error
 * in words.
 */
int words_split(const char *value, struct arena *arena, const char ***ret, const char **ret_error);

/* How many words the list has, which ends with NULL; NULL has none. */
size_t words_count(const char *const *words);

/* Returns the words of both lists in one, each once; `more` may be NULL.  NULL: out of memory. */
const char **words_unite(const char *const *words, const char *const *more, struct arena *arena);
