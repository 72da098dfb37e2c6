/*
 * Lines of a file, one at a time, in bounded memory: what reads JSON Lines (jsonlines.org).  A line
 * beyond the limit is passed over whole and told as such; the next ones are read.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct jsonl;

/* Opens a file, or standard input for "-".  Returns 0, -ENOMEM or open(2)'s error. */
int jsonl_open(const char *path, size_t line_max, struct jsonl **ret);
void jsonl_free(struct jsonl *lines);
DEFINE_CLEANUP(jsonl_freep, struct jsonl, jsonl_free)

/*
 * The next line that is not blank, without its end, followed by a NUL; borrowed until the next
 * call.  Returns 1, 0 at the end, -EFBIG for a line beyond the limit (go on with the next), or
 * read(2)'s error.
 */
int jsonl_next(struct jsonl *lines, const char **ret, size_t *ret_length);

/* The number of the line that was read last, from 1. */
size_t jsonl_line(const struct jsonl *lines);
