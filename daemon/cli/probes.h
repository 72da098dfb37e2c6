/*
 * Small queries run together over an archive, each counted: in how many articles does it match?
 * They are the topics of a matcher, so that hundreds of thousands cost little more than one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "model/article.h"
#include "model/topic.h"

enum {
	PROBE_NONE = UINT32_MAX, /* a query that is none: it counts 0 */
};

struct probes;

/* Returns 0 or -errno. */
int probes_new(struct probes **ret);
void probes_free(struct probes *probes);
DEFINE_CLEANUP(probes_freep, struct probes, probes_free)

/*
 * Adds a query with the options and lists of `like`, each query once.  *ret is its number, or
 * PROBE_NONE where it is refused, as a part of a query may be that needs another part.  Returns 0
 * or -errno.
 */
int probes_add(struct probes *probes, const struct topic *like, const char *query, uint32_t *ret);

/* Runs all over an article; none may be added any more.  Returns 0 or -errno. */
int probes_run(struct probes *probes, const struct article *article);

/* The articles that matched, and all that were run over. */
size_t probes_count(const struct probes *probes, uint32_t probe);
size_t probes_articles(const struct probes *probes);
