/*
 * The article lines of `match` and `replay` (wirewatch(1)), read one at a time in bounded memory.
 * A faulty line is told with its number and passed over.
 */
#pragma once

#include "base/macro.h"
#include "model/article.h"

enum {
	ARTICLE_LINE_MAX = 4 * 1024 * 1024, /* bytes of a line; ARTICLE_TEXT_MAX with escapes */
};

struct articles;

/* Opens a file, or standard input for "-".  Returns 0 or an exit status, having said why. */
int articles_open(const char *verb, const char *path, struct articles **ret);
void articles_free(struct articles *articles);
DEFINE_CLEANUP(articles_freep, struct articles, articles_free)

/* The next article, valid until the next call.  Returns 1, 0 at the end, or -errno (said). */
int articles_next(struct articles *articles, struct article *ret);

/* The exit status so far: whether lines were faulty. */
int articles_status(const struct articles *articles);
