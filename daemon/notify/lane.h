/*
 * One hook's part of the outbox: what is in flight to it, what comes next, and how long it is held
 * back.  Lanes know nothing of each other: a slow or dead hook delays none but its own deliveries.
 * In memory are at most the hook's Concurrency= alerts and LANE_QUEUE references; all else is the
 * store's.  Order within a story is the store's too: it brings one delivery a story at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/alert.h"
#include "notify/destination.h"
#include "notify/notifier.h"
#include "notify/pace.h"
#include "notify/recorder.h"
#include "store/store.h"

enum {
	LANE_QUEUE = 256,         /* references to due deliveries, fetched at once */
	LANE_RECORDING_MAX = 512, /* outcomes that wait for their commit */
	LANE_FAILURES_MAX = 5,    /* in a row, then the hook is held back and probed */
	LANE_REFUSALS_MAX = 5,    /* alerts refused without one taken, then it is told */
	LANE_PROBES_LEAST = 8,    /* within RetryFor=, however short */
	LANE_WORDS_BYTES = 512,
	FLIGHT_BYTES = 64 * 1024, /* of an alert while it is tried */
};

/* The longest that failures alone hold a hook back. */
#define LANE_HELD_MAX (5 * USEC_MINUTE)

/* ... or so long since the first refusal. */
#define LANE_REFUSED_MAX USEC_HOUR

/* After the store failed. */
#define LANE_STORE_RETRY (5 * USEC_SEC)

/* What the lanes of an outbox share. */
struct lane_context {
	struct notifier_context notifiers;
	struct store *store;
	struct recorder *recorder;
	usec started_monotonic;
	uint64_t delivered;
	uint64_t failed_attempts;
	/* Asks for lane_pump() soon: lane->kicked is set. */
	void (*on_kick)(void *userdata);
	/* Looks whether the wall clock was stepped: before it is asked how old a delivery is. */
	void (*follow_clock)(void *userdata);
	/* A hook began to fail (words say why), or works again (NULL).  May be NULL. */
	void (*on_health)(const char *hook, const char *words, void *userdata);
	void *userdata;
};

struct outbox_hook;
struct queued;
struct flight;

struct lane {
	struct lane *next; /* the outbox's list */
	struct lane_context *context;
	struct destination *destination;
	struct clock_timer *timer;
	struct flight *flights; /* attempts, and outcomes that wait for their commit */
	size_t attempting;
	size_t recording;
	struct queued *queue; /* of LANE_QUEUE */
	size_t queue_start;
	size_t queue_end;
	usec fetched;                 /* wall clock: what was due by then is queued or in flight */
	struct pace pace;             /* of the hook's Rate= ... */
	usec paced_until;             /* ... which lets nothing go before; monotonic */
	usec held_until;              /* monotonic */
	uint32_t failures;            /* of the destination, in a row */
	uint32_t refusals;            /* of one alert each, since one was taken */
	usec refused_since;           /* the first of them; monotonic */
	usec failing_since;           /* told; wall clock, 0: it works, or that is not told */
	usec peace_asked;             /* by Retry-After: when ... */
	usec peace_until;             /* ... and until when; wall clock */
	char words[LANE_WORDS_BYTES]; /* of the last failure */
	bool disabled;                /* it answered 410; `words` say why */
	usec disabled_since;          /* wall clock */
	bool overflowing;             /* MaxBacklog= was reached, and told */
	bool closed;                  /* not configured any more */
	bool kicked;
};

/* The context is borrowed, the hook copied.  Returns 0 or -ENOMEM. */
int lane_new(struct lane_context *context, const struct hook *hook, struct lane **ret);

/* Cancels attempts, unrecorded.  Takes NULL. */
void lane_free(struct lane *lane);

/*
 * New settings (reload): what is in flight goes on with the old; holds after failures are
 * forgotten, and a 410 and a Retry-After where the hook leads elsewhere now.
 */
int lane_set_hook(struct lane *lane, const struct hook *hook);

/* A hook that answered 410 gets its chance again. */
void lane_enable(struct lane *lane);

/* Starts nothing more; is empty when lane_flights() are none. */
void lane_close(struct lane *lane);

/* Asks for a lane_run() in this turn of the loop: something may be due. */
void lane_kick(struct lane *lane);

/*
 * Reads what is due, where something could come of it.  All lanes look before one is pumped: what a
 * pump writes keeps the others from reading until its commit, and then it may write again.
 */
void lane_look(struct lane *lane);

/*
 * Starts what is due, as far as there is room, and sets the timer for what is due next.  What is
 * due is read only where nothing uncommitted can be seen; else the lane stays kicked until the
 * commit.
 */
void lane_pump(struct lane *lane);

/* 1: nothing in flight, nothing due that could be tried now; 0; or what the store says. */
int lane_idle(const struct lane *lane);

/* How the hook does; its strings are borrowed from the lane. */
struct outbox_hook lane_state(const struct lane *lane);

/* An operator changed the delivery: what was fetched may be stale.  The attempt, if any, ends. */
void lane_forget(struct lane *lane, int64_t delivery);

/* The wall clock was stepped, and says `now`: what is in memory follows what is in the store. */
void lane_set_back(struct lane *lane, usec now, usec back);
void lane_set_forward(struct lane *lane, usec now, usec step);

/* Whether the delivery is being tried. */
bool lane_tries(const struct lane *lane, int64_t delivery);

/* The delivery has become another: should its last outcome be written once more, then so. */
void lane_amend(struct lane *lane, const struct delivery *delivery);
