/*
 * A topics file (`wirewatch match --topics`): the [Topic] sections of one file, in its order.  The
 * queries are kept as they stand; room match judges them.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "config/errors.h"
#include "model/topic.h"

/*
 * Reads the topics of a file, which may be a whole configuration: its other sections must be right
 * but are not used.  Returns 0, -ENOMEM, or -EINVAL with the faults; *ret is set then too, to what
 * could be understood, so that the faults of its queries are told at once.
 */
int topics_load(const char *path, struct arena *arena, struct topic **ret, size_t *ret_count,
	struct config_errors *errors);
