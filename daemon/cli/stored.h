/*
 * What the daemon keeps, asked for page by page: its articles as `articles` (cli/articles.h) reads
 * those of a file, and its topics with the lists they use.
 */
#pragma once

#include "base/arena.h"
#include "base/macro.h"
#include "cli/remote.h"
#include "model/article.h"
#include "model/topic.h"

struct stored;

/* The articles since `since` (NULL: all), the newest first.  Returns 0 or an exit status. */
int stored_open(const struct remote *remote, const char *since, struct stored **ret);
void stored_free(struct stored *stored);
DEFINE_CLEANUP(stored_freep, struct stored, stored_free)

/* The next article, valid until the next call.  Returns 1, 0 at the end, or -1 (said). */
int stored_next(struct stored *stored, struct article *ret);

/* The exit status so far. */
int stored_status(const struct stored *stored);

/*
 * The topics that the daemon watches, in the arena: name, query, place, stem, regex and lists; not
 * their routing.  Returns 0 or an exit status.
 */
int stored_topics(
	const struct remote *remote, struct arena *arena, struct topic **ret, size_t *ret_count);
