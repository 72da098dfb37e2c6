/*
 * Judges the recorded requests of a feed by docs/POLLING.md: what each rule was held against, and
 * each breach in words.  Pure; knows nothing but the records, so that it can find the daemon
 * guilty. Where the log begins in the middle of a feed's life, what was before counts in the
 * daemon's favour.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "model/feed.h"
#include "model/request.h"

enum {
	AUDIT_RULES = 17,         /* P1 to P17 */
	AUDIT_BREACHES_MAX = 200, /* told one by one; more are counted */
};

struct audit_rule {
	const char *name;  /* "P1" */
	const char *words; /* what it asks for */
	size_t checked;    /* how often there was something to hold it against */
	size_t breaches;
};

struct audit_breach {
	unsigned rule; /* index of the rule */
	const struct request_record *request;
	const char *words;
	const char *other; /* the feed whose request was too near (P11); NULL: this one's own */
};

struct audit {
	struct audit_rule rules[AUDIT_RULES];
	struct audit_breach breaches[AUDIT_BREACHES_MAX];
	size_t told;
	size_t breach_count;
};

/* A request of another feed to the same host (P11). */
struct audit_neighbour {
	int64_t key; /* of its record */
	usec started;
	usec ended;
	const char *feed;
};

/* What the records are held against beside themselves. */
struct audit_terms {
	const struct feed *feed;
	usec default_interval; /* [Daemon] PollInterval= */
	usec host_gap;
	unsigned host_connections;
	/* In the order of their starts, all that there were from `neighbours_since` on. */
	const struct audit_neighbour *neighbours;
	size_t neighbour_count;
	usec neighbours_since;
};

/* `records` stand in the order of time.  Breaches point into them; static words. */
void audit_judge(struct audit *audit, const struct audit_terms *terms,
	const struct request_record *records, size_t count);

/*
 * Judges the requests for the feed's sitemaps and its articles' pages (REQUEST_SITEMAP,
 * REQUEST_PAGE, REQUEST_ROBOTS) beside those of the feed; adds to what audit_judge() found. Returns
 * 0 or -ENOMEM, of the arena.
 */
int audit_judge_pages(struct audit *audit, const struct audit_terms *terms,
	const struct request_record *records, size_t count, const struct request_record *pages,
	size_t page_count, struct arena *arena);
