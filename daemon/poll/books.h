/*
 * The poller's books, shared by its files and by nobody else: poller.c (which feeds there are),
 * pacer.c (whose turn it is), fetch.c (one feed's request), push.c (what its hub brings) and
 * round.c (what came of it).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "base/map.h"
#include "poll/answer.h"
#include "poll/memory.h"
#include "poll/poller.h"

struct push;

STAILQ_HEAD(push_queue, push);

struct poll_feed {
	struct heap_node due;
	struct poller *poller;
	const struct feed *feed;
	struct feed_state *state;
	struct http_transfer *transfer;
	struct access *asked_as; /* the transfer's: a reload may have changed the feed's since */
	struct poll_round *round;
	usec started;    /* its poll, wall clock */
	usec leapt;      /* since its last news: so much the clock leapt over */
	bool pushed;     /* its hub brings the news */
	bool known;      /* it was asked since the daemon started */
	bool stale;      /* in a reload, not added again so far */
	bool again;      /* asked for while it was being asked or its round was open */
	usec refused_at; /* a push was, and no poll that began later is over; 0: none was */
	struct push_queue pushes; /* the first one's round may be open */
	size_t push_count;
	usec push_at; /* when the first is to be taken, wall clock */
};

struct poll_round {
	struct round round;
	TAILQ_ENTRY(poll_round) link;
	struct poller *poller;
	struct poll_feed *owner; /* NULL: the feed was removed meanwhile */
	struct answer answer;
	bool document; /* counted in poller->open_documents */
	size_t bytes;  /* counted in poller->open_bytes */
	struct http_transfer *child;
	poller_child_fn on_child;
	void *child_userdata;
	/* Of a removed feed, to outlive the configuration. */
	struct feed feed;
	struct feed_state *state;
};

TAILQ_HEAD(rounds, poll_round);

struct poller {
	struct poller_options options;
	struct rounds rounds; /* open ones */
	struct clock_timer *timer;
	struct heap due;
	struct map by_url;
	struct map by_name;
	struct arena *arena;        /* scratch */
	struct poll_feed **waiting; /* added, and not placed yet */
	size_t waiting_count;
	size_t waiting_size;
	size_t failing; /* feeds whose last poll failed */
	size_t in_flight;
	size_t open_rounds;
	size_t open_documents;
	size_t open_bytes;
	size_t push_bytes; /* that wait */
	usec seen;         /* the wall clock at the last turn */
	int64_t clock_offset;
	bool held;
	bool once;
	usec once_at;  /* what is due later is not started */
	bool starting; /* --once: not all that is due was started yet */
};

/* ---- pacer.c: whose turn it is ---- */

usec pacer_now(const struct poller *poller); /* wall clock */

/* Timer callback of the poller. */
void pacer_turn(void *poller);

/*
 * Looks whether the wall clock was stepped, or the machine slept, since the last look: what waits
 * follows.
 */
void pacer_follow_clock(struct poller *poller);

/* The feed's state, about to be taken, is of before the clock was set back: its next time follows.
 */
void pacer_follow_back(const struct poll_feed *feed, struct feed_state *state);

/* After each step: sets the timer for the next, and tells where nothing is left to do. */
void pacer_settle(struct poller *poller);

/* Puts the feed in line by its state's next_poll, or by what its hub brought. */
void pacer_arm(struct poll_feed *feed);

/*
 * The long wait for a safety poll was for a hub whose pushes all arrive, and some may not have: the
 * feed's next time is that of its own interval.
 */
void pacer_hurry(struct poll_feed *feed);

/* The feed is to be given its time by the next pacer_place().  Returns 0 or -ENOMEM. */
int pacer_await(struct poll_feed *feed);

/* Gives feeds added since the last turn their times (P12). */
void pacer_place(struct poller *poller, usec now);

/* Holds fetching back while too much waits to be read and committed, or lets it go on. */
void pacer_balance(struct poller *poller);

/* ---- fetch.c: one feed's request ---- */

/* Asks for the feed's document; ends in round_open() or in a later time for the feed. */
void fetch_start(struct poll_feed *feed);

/* What the feed's state remembers; until the next call. */
struct memory fetch_memory(struct poller *poller, const struct feed_state *state);

/* ---- push.c: what its hub brings ---- */

/*
 * Keeps the document, which is taken over then.  -EAGAIN: too much waits already; -ENOMEM.
 */
int push_keep(struct poll_feed *feed, struct document *document);

/* Whether the first is to be taken before the feed is polled. */
bool push_is_due(const struct poll_feed *feed);

/* Opens the first one's round. */
void push_start(struct poll_feed *feed);

/* The first one's round is committed. */
void push_done(struct poll_feed *feed);

/* The first one's round could not be: it is tried again.  False: it was too often, and is gone. */
bool push_put_off(struct poll_feed *feed, usec delay);

/* Forgets all of them. */
void push_clear(struct poll_feed *feed);

/* ---- round.c: what came of it ---- */

/* Hands the round, whose answer is filled, to the poller's owner. */
void round_open(struct poll_feed *feed, struct poll_round *round);

/*
 * Whether the round has a document that is to be read and stored, and of how many bytes: so much is
 * held against fetching more.
 */
void round_weigh(struct poll_round *round, bool document, size_t bytes);

/* What the log keeps of a request for a document that the round's document names. */
struct request_record round_record_child(
	const struct poll_round *round, const struct answer *answer);

/* Takes NULL. */
void round_free(struct poll_round *round);

/* The feed goes while its round is open: the round's owner may hold it for long. */
void round_orphan(struct poll_round *round);

/* Out of memory: as if nothing had been asked. */
void round_put_off(struct poll_feed *feed);
