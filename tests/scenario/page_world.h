/*
 * A site with a feed and its articles' pages, over the daemon's rooms (support/rooms.h), for the
 * scenarios of FullText=: what it answers is set in the world's members.  A world is a test's
 * state, from world_setup() to world_teardown(); nothing here fails but by failing the test.
 */
#pragma once

#include <stdbool.h>

#include "support/rooms.h"

#define AUTO_CONFIG                                                                                \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=auto\n"          \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

#define PLAIN_CONFIG                                                                               \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=no\n"            \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

#define CONFIG                                                                                     \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=yes\n"           \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

enum {
	FEED_BYTES = 128 * 1024,
	HOSTS = PAGES_IN_HAND_MAX + 4,
};

struct world {
	struct rooms rooms;
	unsigned entries; /* of the feed: "/1", "/2" ... */
	char feed[FEED_BYTES];
	char page[2048];
	const char *newest_link;       /* of the newest entry; NULL: as the others' */
	const char *newest_text;       /* likewise */
	bool many_hosts;               /* entry N's page is at "http://h00.example" ... */
	unsigned host_requests[HOSTS]; /* of pages, then */
	const char *canonical;         /* what a page says of its address; NULL: nothing */
	const char *robots;            /* NULL: 404 */
	size_t robots_length;          /* 0: it is text */
	int robots_status;
	enum http_failure robots_failure;
	const char *robots_header;
	int page_status;
	const char *page_header;
	bool leads_on; /* page N redirects to N + 1 */
	char leads_to[64];
	const char *robots_elsewhere; /* of other.example */
	enum http_failure page_failure;
	unsigned feed_requests;
	unsigned robots_requests;
	unsigned page_requests;
};

/* A cmocka fixture: the feed's first poll is over, which was silent and fetched no pages. */
int world_setup(void **state);
int world_teardown(void **state);

/* Lets time pass. */
void world_pass(struct world *world, usec time);

/* Polls the feed, with so many entries, and lets what follows happen for a while. */
void world_poll(struct world *world, unsigned entries, usec time);

/* Which text the newest article has. */
void world_expect_text(struct world *world, const char *from);
