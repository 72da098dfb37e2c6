/*
 * An outbox over a real store, with two hooks, a clock and a receiver that the test moves: what the
 * tests of the outbox share.  A turn is what the daemon does: events, then one commit.
 */
#pragma once

#include <event2/event.h>

#include "notify/outbox.h"
#include "receiver.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/scratch.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

enum {
	HOOKS = 2,
	WORDS_BYTES = 256,
};

struct room {
	char folder[SCRATCH_FOLDER_BYTES];
	struct event_base *base;
	struct clock *clock;
	struct store *store;
	struct outbox *outbox;
	struct hook hooks[HOOKS]; /* "desk" and "other" */
	unsigned alerts;
	unsigned failing;        /* hooks that were told to fail, */
	unsigned recovered;      /* and to work again */
	char words[WORDS_BYTES]; /* of the last one that fails */
};

/* A room whose hooks are set and whose store is empty. */
int room_set_up(void **state);
int room_tear_down(void **state);

/* What a restart does: the outbox and its store go, and come again. */
void room_open(struct room *room);
void room_close(struct room *room);

/* The hooks as they are now in the room: what a reload does. */
void room_set_hooks(struct room *room);

/* Turns of the loop until nothing is left to do. */
void room_turn(struct room *room);

/* Moves the clock, then turns. */
void room_advance(struct room *room, usec duration);

/* An alert for these hooks, NULL at the end; room_add(): for the first. */
void room_add_for(struct room *room, const char *story, const char *const *hooks);
void room_add(struct room *room, const char *story);

/* Alerts come as the pipeline makes them: a commit, then outbox_wake(). */
void room_commit_and_wake(struct room *room);

struct store_figures room_figures(struct room *room);

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)
