/*
 * `wirewatch tail`: alerts as they come, a line of JSON each, to any number of readers up to
 * TAILS_MAX.  The queue of a reader is the store itself: what it has not read yet is read from
 * there when it has taken what was sent, so that a slow reader costs TAIL_UNREAD_BYTES and a place,
 * loses nothing, and holds nobody up.  A line is an alert, {"note": ...}, or {} for a sign of life.
 */
#pragma once

#include "base/clock.h"
#include "base/macro.h"
#include "control/server.h"
#include "store/store.h"

enum {
	TAILS_MAX = 16,
	TAIL_UNREAD_BYTES = 256 * 1024, /* sent and not taken: no more is added */
	TAIL_BATCH = 100,               /* alerts read for one reader in one turn */
};

/* How often the store is looked at while somebody reads. */
#define TAIL_INTERVAL (200 * USEC_MSEC)
#define TAIL_SIGN_INTERVAL (15 * USEC_SEC)

struct tails;

/* Clock and store are borrowed.  Returns 0 or -ENOMEM. */
int tails_new(struct clock *clock, struct store *store, struct tails **ret);

/* Ends all readers' answers.  Takes NULL. */
void tails_free(struct tails *tails);
DEFINE_CLEANUP(tails_freep, struct tails, tails_free)

/* The handler of the table in commands.c. */
void tail_command(
	const struct control_request *request, struct control_reply *reply, void *userdata);
