/*
 * Writes outcomes of attempts to the store and tells when they are durable.  An outcome is kept
 * until its transaction is committed, and is written again where that failed (a full disk, say): so
 * what was delivered is not sent twice because it could not be noted.  Records stand inside their
 * owners' structs; how many there are is bounded by the owners.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "model/alert.h"
#include "store/store.h"

/* Between two tries to write what could not be written. */
#define RECORDER_RETRY (5 * USEC_SEC)

struct record {
	struct delivery delivery; /* as it is to be stored */
	/* It is durable, or its row is gone; the record is the owner's again. */
	void (*on_durable)(struct record *record);
	struct record *next;
	struct record *previous;
	bool saved; /* in the open transaction */
};

struct recorder;

/* `on_committed` is called whenever a transaction is over that the recorder waited for. */
int recorder_new(struct clock *clock, struct store *store, void (*on_committed)(void *userdata),
	void *userdata, struct recorder **ret);

/* Forgets its records, without a callback. */
void recorder_free(struct recorder *recorder);

/* Takes the record until on_durable() gives it back. */
void recorder_put(struct recorder *recorder, struct record *record);

/*
 * Whether the store shows only what is committed.  If not, on_committed() is called when it does:
 * nothing may be sent before.
 */
bool recorder_is_settled(struct recorder *recorder);
