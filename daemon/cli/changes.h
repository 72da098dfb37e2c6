/* What `retry` and `drop` do with deliveries: by their ids, or with all dead letters. */
#pragma once

#include <stddef.h>

#include "cli/remote.h"

/* All are tried, the first refusal is the exit status. */
int deliveries_change(
	const struct remote *remote, const char *action, char *const *ids, size_t count);

/* The verbs themselves: `wirewatch ACTION ID...|--all`. */
int deliveries_verb(const char *action, const char *summary, int argc, char **argv);
