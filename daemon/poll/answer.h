/*
 * What is kept of a response until the round is concluded, and the conclusion: the feed's next
 * state by docs/POLLING.md P1 to P10.  Pure but for the copies an answer owns.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "http/client.h"
#include "model/feed.h"
#include "poll/memory.h"
#include "poll/poller.h"

/* Strings are owned. */
struct answer {
	usec now; /* wall clock */
	enum round_outcome outcome;
	int status;
	char *url; /* where the response came from */
	char *permanent_url;
	char *etag;
	char *last_modified;
	char *file_stamp;
	char *access;       /* identity of the access it was given to; NULL: none */
	char *words;        /* ROUND_FAILED */
	struct digest body; /* of a 200 */
	usec freshness;
	usec blocked_until; /* P7: the host asked to be left alone; wall clock, 0: no */
	bool limited;       /* a 429, or a 403 after one: one more in a row */
	/* The same of the hosts of the documents that the round's document names. */
	usec child_blocked_until;
	char *child_blocked_url;
	bool child_limited;
	bool child_unlimited; /* one answered, and none as above */
	char *hub;            /* WebSub: of a Link field of a 200 */
	char *self;           /* ... and the topic there */
	bool pushed;          /* by the feed's hub: no request was made */
	bool conditional;     /* validators were sent to `url` */
	/* For the record (model/request.h); NULL where nothing was sent. */
	usec started; /* wall clock */
	char *if_none_match;
	char *if_modified_since;
	char *user_agent;
	char *hops;
	size_t bytes;   /* of the body as it came; 0: not whole */
	unsigned flags; /* of enum request_flags, as far as the request itself says */
	bool sent_etag;
	bool probe; /* validators were left out on purpose (P9) */
};

void answer_clear(struct answer *answer);

/*
 * P7: until when the response asks to leave its whole host alone, after so many in a row that did;
 * wall clock, 0: it does not.
 */
usec answer_blocked_until(const struct http_response *response, uint32_t limited_so_far, usec now);

/* What a request to a feed is to be. */
struct plan {
	const char *url;
	const char *bound_url; /* whom the validators belong to */
	const char *etag;      /* to be sent; NULL: not */
	const char *last_modified;
	bool probe;
	bool other_access; /* validators were left out: they were given to another access */
};

/* P1, P2, P9: whom to ask, with which validators.  Strings are the state's or the memory's. */
struct plan answer_plan(const struct feed_state *state, const struct memory *memory, usec now);

/*
 * Takes from the response what the conclusion needs.  `state` and `memory` are those before the
 * round.  Returns 0 or -ENOMEM.
 */
int answer_fill(struct answer *answer, const struct http_response *response,
	const struct plan *plan, const struct feed_state *state, const struct memory *memory,
	usec now);

/*
 * The document turned out to be damaged: the response is from now on one that broke off.  Returns 0
 * or -ENOMEM.
 */
int answer_spoil(struct answer *answer, const char *words);

/* What the conclusion stands on. */
struct conclusion {
	const struct feed *feed;
	const struct feed_state *state;
	const struct answer *answer;
	const struct round_result *result; /* NULL without a document */
	usec default_interval;             /* [Daemon] PollInterval= */
	usec safety_interval;              /* the feed's hub brings its news; 0: none does */
	usec leapt;                        /* struct round */
};

/* The next state; its strings are in the arena.  Returns 0 or -ENOMEM. */
int answer_conclude(
	const struct conclusion *conclusion, struct arena *arena, struct feed_state *ret);
