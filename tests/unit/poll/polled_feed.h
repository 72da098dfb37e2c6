/* One feed, polled by hand: each call is a poll, as the poller would plan and conclude it. */
#pragma once

#include "model/feed.h"
#include "poll/answer.h"

struct polled_feed {
	struct feed feed;
	struct feed_state *state;
	struct memory memory; /* after the last poll */
	struct plan plan;     /* of the last poll */
	struct answer answer; /* of the last poll */
	struct arena *arena;
	usec now;
	usec default_interval;
	usec safety_interval; /* 0: no hub brings its news */
};

/* What the server says. */
struct said {
	int status;
	enum http_failure failure;
	const char *url;            /* NULL: the one asked */
	const char *permanent_url;  /* P10 */
	const char *const *headers; /* NULL-terminated, or NULL */
	const char *body;
	const char *spoiled; /* how the body turns out to be damaged, or NULL */
};

/* What tests of it begin with. */
extern const char polled_url[];
extern const struct said polled_with_both; /* 200 with an ETag and a date */

/* For cmocka; polled_feed_begin() then gives a feed of polled_url that was never polled. */
int polled_feed_setup(void **state);
int polled_feed_teardown(void **state);
struct polled_feed *polled_feed_begin(void **state);

void polled_feed_init(struct polled_feed *polled, const char *url);
void polled_feed_clear(struct polled_feed *polled);

/* Polls now; with a result for documents (NULL: one readable entry, not fresh). */
void polled_feed_poll(
	struct polled_feed *polled, const struct said *said, const struct round_result *result);

/* Moves to the next time that the state names, and polls. */
void polled_feed_poll_next(
	struct polled_feed *polled, const struct said *said, const struct round_result *result);

/* From the last poll to the next. */
usec polled_feed_wait(const struct polled_feed *polled);
