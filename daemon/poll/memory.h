/*
 * What poll/ must not forget across restarts beyond the columns of a feed's state: counters of P5,
 * P7, P9 and P10 and the publisher's hints.  Kept in feed_state.memory as lines of "key=value";
 * unknown keys are skipped, absent ones are zero.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "model/entry.h"

struct memory {
	const char *validators_url; /* where the validators are from, if not the request's URL */
	const char *access;         /* identity of the access they were given to; NULL: none */
	const char *file_stamp;     /* of a local file: its time and size */
	const char *blocked_url;    /* whose host asked to wait (P7) ... */
	usec blocked_until;         /* ... until then */
	const char *move_url;       /* where permanent redirects led (P10) ... */
	usec move_since;            /* ... first ... */
	const char *hub;            /* WebSub: who says when there is news ... */
	const char *topic;          /* ... under that name */
	const char *children;       /* of a sitemap index: marks of those taken (poll/children.h) */
	uint32_t move_count;        /* ... and how often */
	uint32_t limited;           /* answers of 429 in a row (P7) */
	uint32_t child_limited;     /* rounds in a row with such an answer of a sitemap's host */
	uint32_t same;              /* conditional requests answered by the same body (P9) */
	usec last_200;              /* when the last document came, the same one or not (P9) */
	usec probed;                /* the last unconditional probe (P9) */
	usec gap;                   /* between entries, as observed (P5) */
	usec noted;                 /* when entries that are not new were last noted as seen */
	bool etag_useless;          /* P9 */
	bool modified_useless;      /* P9 */
	uint32_t unread;            /* documents in a row on which the reader failed */
	bool unreadable;            /* the last document was no feed */
	struct channel_hints hints; /* of the last document (P6) */
};

/* Strings are copied into the arena; where that is full they are NULL. */
void memory_read(const char *text, struct arena *arena, struct memory *ret);

/* Whether both are written alike. */
bool memory_equals(const struct memory *a, const struct memory *b);

/* The text form, in the arena; NULL where that is full, "" for nothing to remember. */
const char *memory_write(const struct memory *memory, struct arena *arena);
