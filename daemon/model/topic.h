/*
 * A topic: a named watch query with its routing; and a match: topic x article, with what was found.
 */
#pragma once

#include "model/feed.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/gathering.h"

/* What a topic alerts on (docs/ALERTS.md), as bits. */
enum alert_kinds {
	ALERT_ON_NEW = 1 << 0,
	ALERT_ON_UPDATE = 1 << 1,
	ALERT_ON_REWRITE = 1 << 2,
	ALERT_ON_REPRINT = 1 << 3,
};

enum {
	SPREAD_MAX = 8, /* thresholds of a topic */
};

/* A named list of terms that queries take up as `list:NAME`. */
struct term_list {
	const char *name;
	const char **terms; /* as the query language writes words and phrases, or list:NAME */
	size_t term_count;
};

/* Sorted by name (strcmp), each name once. */
struct term_lists {
	const struct term_list *lists;
	size_t count;
};

struct topic {
	const char *name;
	const char *query; /* continuation lines joined by one space */
	const char *file;  /* where it stands, for messages; NULL: nowhere */
	unsigned line;
	const char *stem; /* NULL or "english" */
	bool regex;
	const struct term_lists *lists;    /* that the query may name; NULL: none */
	unsigned alert;                    /* of enum alert_kinds */
	const unsigned *spread;            /* numbers of sites, rising, 0 at the end; NULL: none */
	const struct gathering *gathering; /* NULL: each alert goes out at once */
	enum full_text full_text;          /* of its feeds that have no word of their own */
	const char **feeds;  /* feed names and tag:NAME, NULL-terminated; NULL: all feeds */
	const char **notify; /* hook names, NULL-terminated; may be empty */
};

enum {
	MATCH_SPANS_MAX = 8, /* of a match; more occurrences are not told */
	SNIPPET_BYTES = 200,
};

/* One thing found: which term, where, and its surroundings. */
struct match_span {
	const char *term;    /* as the query has it */
	const char *field;   /* "title", "body", ... */
	const char *snippet; /* the text around it, the term in « » */
};

struct match {
	size_t topic; /* index in the topics that were compiled */
	struct match_span spans[MATCH_SPANS_MAX];
	size_t span_count;
};
