/*
 * `wirewatch topics test`: what a topic would have matched, of a file of articles or of the
 * daemon's own, with snippets and counts by day.
 */
#pragma once

#include "cli/remote.h"

struct trial_options {
	const char *topics;   /* a file with [Topic] sections; NULL: the daemon's */
	const char *topic;    /* its name */
	const char *articles; /* a file; NULL: the daemon's */
	const char *since;    /* of the daemon's articles; NULL: all */
	size_t limit;         /* matches that are told; all are counted */
};

/* Returns an exit status. */
int trial_run(const struct remote *remote, const struct trial_options *options);
