/*
 * `wirewatch topics lint`: what in topics was hardly meant so, by their form and by an archive of
 * articles, with the place in their file.
 */
#pragma once

#include "cli/remote.h"

struct lint_options {
	const char *topics;   /* a file with [Topic] sections; NULL: the daemon's */
	const char *articles; /* a file; NULL: with `topics` none, else the daemon's */
	const char *since;    /* of the daemon's articles; NULL: all */
	char **names;         /* of the topics to be judged; none: all */
	size_t name_count;
};

/* Returns an exit status: 1 where there are findings. */
int lint_run(const struct remote *remote, const struct lint_options *options);
