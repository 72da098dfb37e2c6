/*
 * Lists of what is stored, the newest first, of all or of one topic, from a time on.  Keys rise
 * with time but for what waited or a clock that was set back, so that a list from a time on ends
 * soon behind it instead of looking at everything there is.  Private to store/.
 */
#pragma once

#include "store/statement.h"

/* So much later than its time a row is stored at most. */
#define LISTING_DISORDER USEC_DAY

struct listing {
	/* Both ORDER BY the key, falling; their first parameter is the key all are below; that of a
	 * topic has the topic for its second.
	 */
	const char *all_sql;
	const char *topic_sql;
	const char *topic; /* NULL: all */
	usec since;        /* 0: all */
	int64_t before;    /* INT64_MAX: from the newest on */
	size_t limit;
	/* Reads the row into what the listing is a part of, and its time. */
	int (*read)(struct listing *listing, struct statement *statement, usec *ret_time);
	/* Tells it; another value than 0 ends the list and is returned. */
	int (*tell)(struct listing *listing);
};

/* Returns 0 at the end, what tell() returned where that ended it, or an error. */
int listing_run(struct listing *listing, struct store *store);
