/* What the tests of this room share: a store in a folder of its own, and records to put in. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/store.h"
#include "support/scratch.h"

#define NOW ((usec)1763700000 * USEC_SEC)

struct room {
	char folder[SCRATCH_FOLDER_BYTES];
	char file[SCRATCH_PATH_BYTES];
	struct store *store;
	struct arena *arena;
};

/* cmocka's setup and teardown; the state is a struct room. */
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, room_setup, room_teardown)
int room_setup(void **state);
int room_teardown(void **state);

void room_open(struct room *room);

/* As a restart would: what is not committed is lost. */
void room_reopen(struct room *room);

/* What a query about the file answers: it is committed, closed and opened again. */
int64_t room_ask(struct room *room, const char *sql);

/* Reads each article, with its story and text, and each story: there are as many as are told. */
void room_expect_rows(struct room *room, uint64_t articles, uint64_t stories);

/* Removes the files of the store, which is closed. */
void room_remove(struct room *room);

struct digest make_digest(unsigned number);
struct id make_id(const char *letters);
int64_t make_feed(struct room *room, const char *url);

/* Adds a story, and an article to it with a text and a fingerprint; return keys. */
int64_t make_story(struct room *room, const char *id, usec first_seen);
int64_t make_article(
	struct room *room, const char *id, int64_t feed, int64_t story, usec first_seen);
struct alert make_alert(const char *id, const char *story, usec time);
