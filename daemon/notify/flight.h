/*
 * One delivery on its way: the attempt, then its outcome until that is committed.  Belongs to its
 * lane, which counts what is attempted and what waits for a commit; in memory are the alert while
 * it is tried (FLIGHT_BYTES) and afterwards a few words.
 */
#pragma once

#include "base/arena.h"
#include "model/alert.h"
#include "notify/destination.h"
#include "notify/lane.h"
#include "notify/notifier.h"
#include "notify/recorder.h"
#include "notify/retry.h"

/* A due delivery, as far as it is needed before its turn. */
struct queued {
	int64_t id;
	struct id alert;
	uint32_t attempts;
	usec created;
	usec last_attempt;
};

struct flight {
	struct flight *next;
	struct flight *previous;
	struct lane *lane;
	struct destination *destination; /* with the settings it started with */
	struct arena *arena;             /* of `alert`, until the attempt is over */
	struct alert alert;
	struct attempt *attempt; /* NULL: over, the record waits for its commit */
	char *error;             /* the record's */
	struct record record;
};

/* Makes it one of the lane's flights.  Returns 0 or -ENOMEM. */
int flight_new(struct lane *lane, const struct queued *queued, struct flight **ret);

/* Takes it out of the lane and frees it; an attempt must be over. */
void flight_free(struct flight *flight);

/* The lane's flight with that delivery, or NULL. */
struct flight *flight_find(const struct lane *lane, int64_t delivery);

/*
 * Starts the attempt; `done` gets the flight as userdata.  Where there is none to make (the hook is
 * disabled, the alert unreadable) that is recorded at once.  Returns 0, -ENOMEM or an error of the
 * store.
 */
int flight_start(struct flight *flight, notifier_done_fn done);

/* Ends the attempt, if any, without a callback. */
void flight_cancel(struct flight *flight);

/* There is an outcome: it goes to the store; when it is durable the flight frees itself. */
void flight_record(struct flight *flight, const struct outcome *outcome);

/* What retry_decide() and retry_is_over() want to know. */
struct retry_facts flight_facts(const struct lane *lane, const struct hook *hook);
