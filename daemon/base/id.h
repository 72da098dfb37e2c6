/*
 * Public identifiers of stories, articles and alerts: 26 characters that sort by time, in the form
 * of a ULID (48 bits of milliseconds, 80 bits more, Crockford's base 32).  The 80 bits are no
 * random ones but a digest of what the thing is, so that an alert that is made again is known as
 * that.  Of articles and stories the last 40 are the key of the row, which is found by it without
 * an index of ids.
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

/* The same of what has that key; of a key beyond 40 bits the last 40 are there. */
struct id id_make_keyed(usec time, const struct digest *what, int64_t key);

/* What the last 40 bits say; 0 where this is no id. */
int64_t id_key(const char *text);
