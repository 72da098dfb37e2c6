/*
 * Up to four feeds and those who publish them, over the daemon's rooms (support/rooms.h), for the
 * scenarios of what is told.  A world is a test's state, from world_setup() to world_teardown();
 * nothing here fails but by failing the test.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "model/alert.h"
#include "support/rooms.h"

enum {
	FEEDS_MAX = 4,
	BODY_MAX = 32 * 1024,
	ALERTS_MAX = 16,
};

#define DESK_URL "http://desk.example/hook" /* and one who is told */

#define THREE_FEEDS                                                                                \
	"[Feed \"agency\"]\nURL=http://agency.example/feed\n"                                      \
	"[Feed \"herald\"]\nURL=http://herald.example/feed\n"                                      \
	"[Feed \"gazette\"]\nURL=http://gazette.example/feed\n"
#define FIRE_TOPIC "[Topic \"fires\"]\nQuery=fire\nAlert=new update\nNotify=\n"

/* Two reports of a fire that grows, the one of its end, and another story on the topic. */
extern const char world_fire[];
extern const char world_fire_grows[];
extern const char world_fire_is_out[];
extern const char world_drill[];

struct page {
	char url[64];
	char body[BODY_MAX];
	unsigned version;     /* makes the ETag */
	const char *encoding; /* a header, or NULL */
	bool gone;            /* answered with 410 */
};

struct world {
	struct rooms rooms;
	struct page pages[FEEDS_MAX];
	size_t page_count;
	struct arena *arena;
	struct alert alerts[ALERTS_MAX]; /* oldest first */
	size_t alert_count;
};

struct item {
	const char *id;
	const char *title;
	const char *text;
	const char *link; /* NULL: made from the id */
};

int world_setup(void **state);
int world_teardown(void **state);

/* Starts the rooms with that configuration: there is a page for each of its feeds, empty so far. */
void world_start(struct world *world, const char *config);

/* The same, and its feeds were polled once, with nothing on the topic in them. */
void world_start_primed(struct world *world, const char *config);

struct page *world_find_page(struct world *world, const char *url);

/* Replaces the feed's document by one with so many items, newest first. */
void world_publish(struct world *world, const char *feed, const struct item *items, size_t count);

#define PUBLISH(world, feed, ...)                                                                  \
	world_publish(world, feed, (const struct item[]){__VA_ARGS__},                             \
		ARRAY_SIZE(((const struct item[]){__VA_ARGS__})))

/* Polls the feed and lets all that follows happen. */
void world_poll(struct world *world, const char *feed);

/* Reads all alerts and expects so many. */
void world_expect_alerts(struct world *world, size_t count);

/* ... the last of them of that type and title. */
void world_expect_last(struct world *world, size_t count, enum event_type type, const char *title);
