/*
 * An archive run through story recognition, one article after the other, as the daemon would: what
 * `wirewatch replay` does.  Remembers the fingerprints that the story index asks for.
 */
#pragma once

#include "base/macro.h"
#include "model/article.h"
#include "model/story.h"

struct archive;

/* Returns 0 or -ENOMEM. */
int archive_new(struct archive **ret);
void archive_free(struct archive *archive);
DEFINE_CLEANUP(archive_freep, struct archive, archive_free)

/*
 * Judges the next article and remembers it.  In the verdict a new story has its number set, as in
 * the store that of the article that begins it, by its place in the archive from 1; *ret_of
 * is the id of the article it was compared with, or NULL; borrowed.  Returns 0 or -errno.
 */
int archive_take(struct archive *archive, const struct article *article, struct verdict *ret,
	const char **ret_of);
