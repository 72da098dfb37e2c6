/* What the verbs that list something share: which rows are asked for, and their table. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "cli/remote.h"
#include "cli/table.h"

enum {
	ROWS_DEFAULT = 100, /* without --limit */
};

/* The options of a list; what is NULL was not given. */
struct row_filter {
	const char *topic;
	const char *since;
	const char *limit;
};

#define ROW_OPTION_TOPIC(filter_)                                                                  \
	{                                                                                          \
		"topic", "TOPIC", OPTION_TEXT, &(filter_).topic, "only those of the topic"         \
	}
#define ROW_OPTIONS(filter_)                                                                       \
	{"since", "WHEN", OPTION_TEXT, &(filter_).since, "only since then: 24h, 2026-11-21"},      \
	{                                                                                          \
		"limit", "N", OPTION_TEXT, &(filter_).limit, "at most so many (100)"               \
	}

/*
 * Asks for the rows at `path`, page by page: an object with the list at `key`.  `path` may have
 * parameters.  Returns 0 or an exit status.
 */
int rows_request(const struct remote *remote, const char *path, const char *key,
	const struct row_filter *filter, json_t **ret);

/* Adds the cells of a row; `now` is for when_format(). */
typedef void (*row_fn)(struct table *table, const json_t *row, int64_t now);

/* Prints a table of rows, or that there are none.  Returns an exit status. */
int rows_print(const char *verb, const char *const *heads, const json_t *rows, row_fn add);
