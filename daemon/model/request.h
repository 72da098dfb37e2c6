/*
 * One request of a feed, of its sitemaps or of its articles' pages, as it was made and answered:
 * what the store's log keeps of it, for `wirewatch audit`.  Strings are borrowed where one is
 * stored, the arena's where it is read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/feed.h"

enum request_outcome {
	REQUEST_DOCUMENT,  /* a new document */
	REQUEST_UNCHANGED, /* 304, or the same body again */
	REQUEST_FAILED,
	REQUEST_OUTCOME_MAX,
	REQUEST_OUTCOME_INVALID = -22,
};

const char *request_outcome_to_string(enum request_outcome outcome);
enum request_outcome request_outcome_from_string(const char *string);

/* Stored as they are: numbers that were ever released are not given another meaning. */
enum request_flags {
	REQUEST_ASKED = 1 << 0,            /* by `wirewatch poll` */
	REQUEST_PROBE = 1 << 1,            /* without validators on purpose (P9) */
	REQUEST_AFTER_START = 1 << 2,      /* the feed's first since the daemon started */
	REQUEST_OTHER_ACCESS = 1 << 3,     /* the validators were given to other credentials */
	REQUEST_ETAG_USELESS = 1 << 4,     /* P9 */
	REQUEST_MODIFIED_USELESS = 1 << 5, /* P9 */
	REQUEST_FIXED = 1 << 6,            /* the feed has a PollInterval= */
	REQUEST_POLITE = 1 << 7,           /* within the limits of hosts (P11) */
	REQUEST_PACKED = 1 << 8,           /* compression was offered (P15) */
	REQUEST_COOKIES = 1 << 9,          /* allowed by Cookies= */
	REQUEST_SAME_BODY = 1 << 10,       /* a 200 with the last body */
	REQUEST_DROPPED = 1 << 11,         /* its validators were not kept: it was not read whole */
	REQUEST_PAGE = 1 << 12,            /* of an article's web page (FullText=) */
	REQUEST_ROBOTS = 1 << 13,          /* of a site's robots.txt, before a page */
	REQUEST_ALLOWED = 1 << 14,         /* robots.txt was read, and lets us (P17) */
	REQUEST_SITEMAP = 1 << 15,         /* of a sitemap that the feed, an index, names */
	REQUEST_EXCUSED = REQUEST_PROBE | REQUEST_OTHER_ACCESS, /* for asking unconditionally */
};

struct request_record {
	int64_t key;
	int64_t feed;
	int64_t previous; /* the feed's request before; 0: it is the first of all */
	usec started;     /* wall clock, when it went out */
	usec ended;
	const char *method;
	const char *url;           /* asked first */
	const char *hops;          /* redirects, as lines "STATUS URL", the URL asked; or NULL */
	const char *answered;      /* whose answer it was, where redirects led; NULL: `url` */
	const char *moved;         /* where permanent redirects led (P10), or NULL */
	const char *if_none_match; /* as sent, or NULL */
	const char *if_modified_since; /* as sent, or NULL */
	const char *user_agent;
	const char *headers; /* names of further ones, parted by blanks, or NULL */
	int status;          /* 0: there was no answer */
	enum request_outcome outcome;
	uint64_t bytes;            /* of the body as it came; 0: not whole */
	const char *etag;          /* as received, or NULL */
	const char *last_modified; /* as received, or NULL */
	usec freshness;            /* max-age, Expires less Age; 0: none */
	usec blocked_until;        /* Retry-After and the like (P7), wall clock; 0: none */
	usec next_poll;
	enum poll_rule rule; /* that set next_poll */
	uint32_t failures;   /* in a row; of pages: answers that asked to be left alone */
	unsigned flags;      /* of enum request_flags */
};
