/*
 * What is watched: the configured topics compiled, with faulty queries told as faults of the
 * configuration (wirewatch-query(7)).  Between config/, which knows no query, and match/, which
 * knows no file.
 */
#pragma once

#include <stddef.h>

#include "config/config.h"
#include "config/errors.h"
#include "match/matcher.h"
#include "model/topic.h"

/* Returns 0, -EINVAL with a line in *errors for each refused topic, or as matcher_new(). */
int watch_compile(const struct topic *topics, size_t count, struct config_errors *errors,
	struct matcher **ret);

/* The end of a building of these topics; faults as above. */
int watch_finish(struct matcher_building *building, const struct topic *topics,
	struct config_errors *errors, struct matcher **ret);

/*
 * Reads a configuration (config_load()) with its queries, which are judged even where the rest is
 * faulty: all faults of a run are told.  Returns 0, -EINVAL with the faults in *errors, or as
 * matcher_new().
 */
int watch_load(const char *path, struct config_errors *errors, struct config **ret_config,
	struct matcher **ret_matcher);
