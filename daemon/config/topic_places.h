/*
 * Where a part of a topic's query stands in its file, for messages: the column of a query counts
 * through all the lines that were joined, and a user looks for a line.  The file is read anew, so
 * only where something is wrong; it is kept for the next topics, which come in its order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "config/ini.h"
#include "model/topic.h"

/* {0} to begin with. */
struct topic_places {
	const char *file; /* of the topic that was asked for last */
	char *text;
	size_t length;
	size_t start; /* of the line where that topic's query begins */
	unsigned line;
};

void topic_places_clear(struct topic_places *places);

/*
 * Finds a column of the topic's query, in code points from 1.  Returns false where there is no file
 * (standard input), it cannot be read or was changed since, or the query has no such column.
 */
bool topic_places_find(struct topic_places *places, const struct topic *topic, unsigned column,
	struct ini_place *ret);
