/*
 * One article out of a file of whatever kind: an article line (wirewatch(1)) or what `extract`
 * prints, a web page, which a reader takes, or plain text, whose first line is the title where an
 * empty one follows.
 */
#pragma once

#include "base/arena.h"
#include "model/article.h"

enum {
	ARTICLE_FILE_BYTES_MAX = 32 * 1024 * 1024, /* of an arena for one article */
};

/* Reads a file, "-" is standard input.  Returns 0 or an exit status, having said why. */
int article_file_read(const char *verb, const char *path, struct arena *arena, struct article *ret);
