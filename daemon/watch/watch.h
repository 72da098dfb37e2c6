/*
 * What is watched: the configured topics compiled, with faulty queries told as faults of the
 * configuration (query language 6).  Between config/, which knows no query, and match/, which
 * knows no file.
 */
#pragma once

#include <stddef.h>

#include "config/errors.h"
#include "match/matcher.h"
#include "model/topic.h"

/* Returns 0, -EINVAL with a line in *errors for each refused topic, or as matcher_new(). */
int watch_compile(const struct topic *topics, size_t count, struct config_errors *errors,
	struct matcher **ret);
