/*
 * Public identifiers of stories, articles and alerts: 26 characters that sort by time, in the form
 * of a ULID (48 bits of milliseconds, 80 bits more, Crockford's base 32).  The 80 bits are no
 * random ones but a digest of what the thing is, so that work repeated after a crash gives the
 * same identifier.
 */
#pragma once

#include "base/clock.h"
#include "base/hash.h"

enum {
	ID_LENGTH = 26,
	ID_SIZE = ID_LENGTH + 1,
};

struct id {
	char text[ID_SIZE];
};

/* The id of what was first known at `time` (wall clock); `what` tells it from others of that time.
 */
struct id id_make(usec time, const struct digest *what);
