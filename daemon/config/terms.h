/*
 * The terms of a named list as they stand in Terms= or a file: words, "phrases" and list:NAME.
 * What a term means is room match's to say; here they are only parted from each other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum {
	TERMS_MAX = 100 * 1000,            /* of a list */
	TERMS_FILE_MAX = 16 * 1024 * 1024, /* bytes */
};

struct listed_terms {
	const char **terms;
	size_t count;
	size_t size;
};

/*
 * Parts a value at the commas outside quotation marks.  Returns 0, -ENOMEM, -EFBIG beyond
 * TERMS_MAX.
 */
int terms_split(struct listed_terms *terms, const char *value, struct arena *arena);

/*
 * Reads a line a term; lines that are "#" or begin with "# " are comments (#word is a term).
 * *ret_line is where the text is no clean UTF-8.  Returns 0, -ENOMEM, -EFBIG, -EILSEQ.
 */
int terms_read(struct listed_terms *terms, const char *text, size_t length, struct arena *arena,
	unsigned *ret_line);

/* The name in a term list:NAME or list:"NAME", in the arena; NULL in *ret where it is another. */
int terms_list_name(const char *term, struct arena *arena, const char **ret);
