/* A poller over a fake network and clock: what the tests of it share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "poll/poller.h"

enum {
	FEEDS = 200,
	URL_SIZE = 64,
	ACCEPT_SIZE = 256,
};

#define START ((usec)1793534400 * USEC_SEC)

struct fixture {
	struct clock *clock;
	struct http_client *http;
	struct poller *poller;
	struct arena *arena;
	struct feed feeds[FEEDS];
	char urls[FEEDS][URL_SIZE];
	struct feed_state *stored[FEEDS];
	unsigned requests;
	unsigned conditional;     /* of them */
	char accept[ACCEPT_SIZE]; /* of the last one */
	unsigned rounds;
	unsigned idle;
	int status; /* of answers */
	usec takes; /* an answer; 0: as it comes */
	const char *header;
	const char *body;
	size_t length;
	usec last_at;     /* of a request */
	usec least_gap;   /* between requests; 0: there was none */
	bool unread;      /* the reader fails on documents */
	bool keep_rounds; /* as a slow reader does */
	struct round *kept[FEEDS];
	size_t kept_count;
	struct request_record record; /* of the last round */
};

/* For cmocka: a poller without feeds, whose server has the same document for all of them. */
int poller_fixture_setup(void **state);
int poller_fixture_teardown(void **state);

/* A restart is a stop, a start, and the feeds added again. */
void poller_fixture_start(struct fixture *fixture);
void poller_fixture_stop(struct fixture *fixture);

/* Feed i on host i % hosts; with the state it was left in. */
void poller_fixture_add(struct fixture *fixture, size_t i, unsigned hosts);

/* Concludes and commits a round that was kept. */
void poller_fixture_finish(struct fixture *fixture, struct round *round);
