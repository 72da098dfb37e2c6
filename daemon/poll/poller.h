/*
 * When a feed is due, the poller makes a round: it asks for the document as polite pollers do
 * (docs/POLLING.md) and hands what came up to its owner, who reads it, decides, and commits the
 * feed's new state together with what came of it.  The poller knows no store: states go in by
 * poller_add() and come out by poller_conclude().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "http/client.h"
#include "model/document.h"
#include "model/entry.h"
#include "model/feed.h"
#include "model/request.h"

struct poller;

enum round_outcome {
	ROUND_DOCUMENT,  /* 200: a document to be read */
	ROUND_UNCHANGED, /* 304, or a 200 whose body is the last one's, byte for byte */
	ROUND_FAILED,    /* anything else; `words` say what */
};

/* The longest that a feed goes unasked whose hub brings its news; [Daemon] SafetyPollInterval=. */
#define POLL_SAFETY_DEFAULT (12 * USEC_HOUR)

/* One poll of one feed.  Owned by the poller between poller_round_fn and poller_finish(). */
struct round {
	const struct feed *feed;
	const struct feed_state *state; /* as it was before */
	enum round_outcome outcome;
	int status;               /* HTTP status; 0: none, or a file */
	bool pushed;              /* by the feed's hub: nobody asked */
	const char *words;        /* ROUND_FAILED: what and the next step */
	struct document document; /* ROUND_DOCUMENT; may be taken (document_clear() is safe) */
	struct digest body;       /* of the document's bytes */
	usec leapt;  /* of the time since its last news: so much the clock leapt over */
	void *owner; /* the callee's own */
};

/* What the reading of a round's document brought. */
struct round_result {
	bool readable; /* false: no feed; `words` say why */
	const char *words;
	const char *diagnosis; /* what was wrong with a readable one, or NULL */
	const char *title;
	size_t entries; /* in the document */
	size_t fresh;   /* of them, new ones */
	int64_t newest; /* date of the newest entry; DATE_NONE */
	struct channel_hints hints;
	bool noted;      /* the entries that are not new were noted as seen (memory.noted) */
	const char *hub; /* WebSub, as the document names them, or NULL */
	const char *self;
	/* Of a sitemap index (poll/children.h): the marks of those that were taken. */
	const char *children;
	bool incomplete; /* the document is wanted again whole: its validators are not kept */
	bool unread;     /* not readable, but because the reader failed on it */
};

/* What came of a document that a round's document names. */
struct child_answer {
	const char *words;             /* why there is no document; NULL: there is */
	bool again;                    /* it may be there another time */
	struct document document;      /* may be taken */
	struct request_record request; /* for the log; nothing was asked where `started` is 0 */
};

typedef void (*poller_child_fn)(struct child_answer *answer, void *userdata);

/* The round is over; answer with poller_conclude() and poller_finish(), now or later. */
typedef void (*poller_round_fn)(struct round *round, void *userdata);

struct poller_options {
	struct clock *clock;
	struct http_client *http;
	usec poll_interval;   /* [Daemon] PollInterval= */
	usec safety_interval; /* of feeds whose hub brings the news; 0: POLL_SAFETY_DEFAULT */
	poller_round_fn on_round;
	/* May be NULL.  After poller_once(): nothing is in flight any more, nor a round open. Comes
	 * from the loop or from within poller_finish() and poller_abandon(). */
	void (*on_idle)(void *userdata);
	void *userdata;
};

/* The options are copied, what they point to is borrowed.  Returns 0 or -ENOMEM. */
int poller_new(const struct poller_options *options, struct poller **ret);

/* Cancels what is in flight, without callbacks. */
void poller_free(struct poller *poller);

/*
 * Adds a feed, which outlives its removal, with its stored state, which is copied.  A second feed
 * of one URL is the same feed and is passed over (P16).  Returns 0 or -ENOMEM.
 */
int poller_add(struct poller *poller, const struct feed *feed, const struct feed_state *state);

/* Whether there is such a feed: then poller_keep() does, and nobody need read its state. */
bool poller_has(const struct poller *poller, const struct feed *feed);
int poller_keep(struct poller *poller, const struct feed *feed);

/*
 * Reload: feeds (by URL) that are added again before poller_reload_end() go on as they are, with
 * their state, transfer and round; the others are removed, their transfers cancelled.  An open
 * round of a removed feed still waits for its poller_finish(); its `feed` has no more than name and
 * URL. The old configuration is free to go after poller_reload_end().
 */
void poller_reload_begin(struct poller *poller, usec poll_interval);
void poller_reload_end(struct poller *poller);

/*
 * The feed's state after the round: validators, next time with the rule that set it, failures in
 * words.  `result` is NULL for rounds without a document.  Strings of *ret are in `arena`.
 */
int poller_conclude(struct poller *poller, const struct round *round,
	const struct round_result *result, struct arena *arena, struct feed_state *ret);

/*
 * What the log keeps of the round's request: to be called between the conclusion, whose state
 * `next` is, and the end of the round.  Strings are the round's, the state's and the arena's.
 * -ENOENT: nothing was asked over the network.
 */
int poller_record(const struct round *round, const struct round_result *result,
	const struct feed_state *next, struct arena *arena, struct request_record *ret);

/*
 * Fetches a document that the round's document names, as politely and as guarded as the feed's own;
 * one at a time.  `done` is called once, never from within this call, unless the round ends before.
 * Returns 0, -ENOENT where the feed was removed meanwhile, or -ENOMEM.
 */
int poller_fetch_child(struct poller *poller, struct round *round, const char *url,
	poller_child_fn done, void *userdata);

/*
 * The round's document turned out to be damaged on its way, and `words` say how: from now on the
 * round is one that failed, as after a response that broke off.  Returns 0 or -ENOMEM.
 */
int poller_spoil(struct poller *poller, struct round *round, const char *words);

/* The new state is committed: the feed is armed again by it, the round is freed. */
void poller_finish(struct poller *poller, struct round *round, const struct feed_state *state);

/* The state could not be committed: the old one stays, the feed is tried again after `delay`. */
void poller_abandon(struct poller *poller, struct round *round, usec delay);

/*
 * `wirewatch poll`: makes the feed due now (by name or URL).  One that is being asked is asked once
 * more: the answer on its way may be older than the wish.  -ENOENT: no such feed.
 */
int poller_poll_now(struct poller *poller, const char *name);

/*
 * A hub brings the feed's news from now on, or does not: it is polled slowly, or as before.  One
 * more poll goes before the slow ones: after a restart it finds what the hub could not bring, or
 * brought and a crash lost.
 */
void poller_set_pushed(struct poller *poller, const char *key, bool pushed);

/*
 * A document that the feed's hub brought: a round as after a 200, but for validators and the next
 * time, which stay.  While the feed is being polled or read it waits; where its round cannot be
 * committed it is tried again.  The document is taken over, also on failure.  -ENOENT: no such
 * feed; -EAGAIN: too much waits already, the hub should bring it again; -ENOMEM.
 */
int poller_push(struct poller *poller, const char *key, struct document *document);

/* Whether there may be news that the feed's hub brought and no round has taken in yet. */
bool poller_has_pushes(const struct poller *poller, const char *key);

/* --once: starts what is due now, and nothing later.  poller_idle() then tells the end. */
void poller_once(struct poller *poller);
bool poller_idle(const struct poller *poller);

struct poller_figures {
	size_t feeds;
	size_t failing;
	size_t in_flight;
	usec next_poll; /* wall clock, of the feed due first; USEC_INFINITY: none */
};

/* As it is now. */
struct poller_figures poller_figures(const struct poller *poller);

/* The state that the poller holds of a feed, for status; NULL: no such feed; borrowed. */
const struct feed_state *poller_feed_state(const struct poller *poller, const char *name);
