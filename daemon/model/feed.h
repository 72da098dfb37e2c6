/*
 * A feed: as configured (struct feed, owned by its configuration) and what the store keeps of its
 * polling (struct feed_state).  Two sections with one URL are one feed (docs/POLLING.md P16).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/access.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"

/* Whether articles' web pages are fetched for their text (FullText=). */
enum full_text {
	FULL_TEXT_UNSET, /* the stronger word of the topics that take the feed; else no */
	FULL_TEXT_NO,
	FULL_TEXT_AUTO, /* where the feed's text is short, and a topic takes the feed */
	FULL_TEXT_YES,
	FULL_TEXT_MAX,
	FULL_TEXT_INVALID = -22,
};

const char *full_text_to_string(enum full_text full_text);
enum full_text full_text_from_string(const char *string);

/* The name of a further section or outline with a feed's URL. */
struct feed_alias {
	const char *name;
	const struct feed_alias *next;
};

struct feed {
	const char *name;                 /* of the section or the OPML outline; unique */
	const struct feed_alias *aliases; /* no other feed's names */
	const char *url;                  /* as configured */
	const char **tags;                /* in the order given, NULL-terminated */
	usec poll_interval;               /* 0: adaptive from the daemon's default */
	usec backfill;          /* alert on what is younger at the first poll; 0: on nothing */
	const char *user_agent; /* NULL: the daemon's */
	const char *private_networks;       /* prefixes or "yes"; NULL: the daemon's */
	enum full_text full_text;           /* never FULL_TEXT_UNSET in a configuration */
	enum full_text full_text_of_topics; /* the strongest of those that take it */
	struct access *access; /* credentials, proxy, TLS; NULL: none; the configuration's */
	/* What identifies it where another feed has its URL and another access; NULL: its URL. */
	const char *key;
};

/* By what the feed is known across reloads and restarts: to the store, to the poller. */
const char *feed_key(const struct feed *feed);

/* Whether the user means it: by its name, an alias or its URL. */
bool feed_is_called(const struct feed *feed, const char *name);

/* Validators, exactly as received (docs/POLLING.md P2); NULL: none. */
struct validators {
	const char *etag;
	const char *last_modified;
};

enum feed_health {
	FEED_NEW, /* never polled */
	FEED_OK,
	FEED_FAILING,
	FEED_GONE, /* 410, or a JSON Feed that expired: not polled any more */
	FEED_HEALTH_MAX,
	FEED_HEALTH_INVALID = -22,
};

const char *feed_health_to_string(enum feed_health health);
enum feed_health feed_health_from_string(const char *string);

/* Which rule set the time of the next poll, for `wirewatch feeds`. */
enum poll_rule {
	RULE_FIRST,       /* phase of a new feed (P12) */
	RULE_INTERVAL,    /* the configured interval */
	RULE_RHYTHM,      /* adapted to how often the feed publishes (P5) */
	RULE_HINT,        /* the publisher's freshness, ttl or skip hints (P6) */
	RULE_RETRY_AFTER, /* 429 or 503 (P7) */
	RULE_BACKOFF,     /* after a failure (P8) */
	RULE_GONE,        /* never (P8) */
	RULE_ASKED,       /* `wirewatch poll` */
	RULE_PUSHED,      /* a hub brings the news: a safety poll */
	RULE_MAX,
	RULE_INVALID = -22,
};

const char *poll_rule_to_string(enum poll_rule rule);
/* ... for users: "the feed's own rhythm". */
const char *poll_rule_to_words(enum poll_rule rule);
enum poll_rule poll_rule_from_string(const char *string);

/* What the store keeps of a feed.  Strings belong to the arena it was loaded into. */
struct feed_state {
	int64_t id;            /* the store's key */
	int64_t last_request;  /* the newest in the store's log; 0: none */
	const char *url;       /* the configured URL: what identifies the feed */
	const char *moved_url; /* adopted after permanent redirects (P10), or NULL */
	const char *title;     /* the feed's own */
	struct validators validators;
	struct digest body; /* of the last 200's body; zero: none */
	usec first_poll;    /* wall clock; 0: never */
	usec last_poll;
	usec last_success;
	usec last_news; /* when an entry was last new */
	usec next_poll;
	usec interval; /* the adapted one; 0: not yet */
	enum poll_rule rule;
	enum feed_health health;
	uint32_t failures; /* in a row */
	bool primed;       /* the first poll was done */
	usec failing_since;
	const char *error;     /* the last failure in words with the next step, or NULL */
	const char *diagnosis; /* what is wrong with its documents, in words, or NULL */
	/* What poll/ keeps across restarts beyond the above (P9, P10, P12): opaque to the others.
	 */
	const char *memory;
};
