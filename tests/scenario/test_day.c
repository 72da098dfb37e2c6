/*
 * A day of ten thousand feeds on a thousand hosts, half of them new, half overdue after a downtime:
 * no host sees two requests at a time or closer than the gap, no feed is starved, and the load is
 * even (docs/POLLING.md P11, P12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "poll/poller.h"
#include "poll/state.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"

enum {
#ifdef WIREWATCH_SANITIZED
	FEEDS = 2000,
	HOSTS = 200,
#else
	FEEDS = 10000,
	HOSTS = 1000,
#endif
	MINUTES = 24 * 60,
	URL_SIZE = 64,
};

#define START ((usec)1793534400 * USEC_SEC)

struct world {
	struct feed feeds[FEEDS];
	char urls[FEEDS][URL_SIZE];
	struct feed_state *states[FEEDS];
	usec last_poll[FEEDS];
	usec longest[FEEDS]; /* between two polls */
	usec host_start[HOSTS];
	usec host_end[HOSTS];
	unsigned minutes[MINUTES];
	unsigned polls;
	unsigned at_once; /* to one host */
	unsigned close;   /* within the gap */
	struct clock *clock;
	struct poller *poller;
	struct arena *arena;
};

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct world *world = userdata;
	unsigned host;
	unsigned feed;
	usec since = request->at - START;

	assert_int_equal(sscanf(request->url, "http://h%u.example/%u", &host, &feed), 2);
	ret->takes = (10 + (usec)random() % 2000) * USEC_MSEC;
	world->polls++;
	world->at_once += request->at < world->host_end[host];
	world->close +=
		world->host_start[host] > 0 && request->at - world->host_start[host] < USEC_SEC;
	world->host_start[host] = request->at;
	world->host_end[host] = request->at + ret->takes;
	if (since / USEC_MINUTE < MINUTES)
		world->minutes[since / USEC_MINUTE]++;
	if (world->last_poll[feed] > 0 &&
		request->at - world->last_poll[feed] > world->longest[feed])
		world->longest[feed] = request->at - world->last_poll[feed];
	world->last_poll[feed] = request->at;
	if (request->if_none_match && random() % 4 != 0) {
		ret->status = 304;
		return;
	}
	ret->status = 200;
	ret->headers[0] = "ETag: \"same\"";
	ret->body = "news";
	ret->length = (size_t)random() % 5;
}

static void on_round(struct round *round, void *userdata)
{
	struct world *world = userdata;
	struct round_result result = {.readable = true, .entries = 20, .fresh = 1};
	struct feed_state next;

	arena_reset(world->arena);
	assert_int_equal(
		poller_conclude(world->poller, round,
			round->outcome == ROUND_DOCUMENT ? &result : NULL, world->arena, &next),
		0);
	poller_finish(world->poller, round, &next);
}

/* Even feeds are new, odd ones were due in the last half day. */
static void add_feeds(struct world *world)
{
	for (unsigned i = 0; i < FEEDS; i++) {
		struct feed_state state = {.url = world->urls[i], .next_poll = START};

		(void)snprintf(world->urls[i], URL_SIZE, "http://h%u.example/%u", i % HOSTS, i);
		world->feeds[i] = (struct feed){.name = world->urls[i], .url = world->urls[i]};
		if (i % 2 == 1) {
			state.first_poll = START - 10 * USEC_DAY;
			state.last_success = START - USEC_DAY;
			state.last_poll = START - USEC_DAY;
			state.last_news = START - USEC_DAY - (usec)random() % USEC_DAY;
			state.next_poll = START - (usec)random() % (USEC_DAY / 2);
			state.interval = 30 * USEC_MINUTE;
			state.validators.etag = "\"same\"";
		}
		assert_int_equal(poller_add(world->poller, &world->feeds[i], &state), 0);
	}
}

static void print_histogram(const struct world *world)
{
	for (unsigned hour = 0; hour < 24; hour++) {
		unsigned sum = 0;
		unsigned most = 0;

		for (unsigned i = 0; i < 60; i++) {
			unsigned count = world->minutes[hour * 60 + i];

			sum += count;
			most = count > most ? count : most;
		}
		print_message("hour %2u: %6u requests, busiest minute %5.2f x the mean %.*s\n",
			hour, sum, most * 60.0 / sum, (int)(sum * 40 / (FEEDS * 2)),
			"########################################");
		/* Chance alone gives a few more in a minute of few. */
		assert_true(most <= 2 * sum / 60 + 15);
	}
}

static void test_a_day_of_ten_thousand_feeds_is_even_and_polite(void **state)
{
	static struct world world;
	struct http_client *client;
	struct http_options http = {
		.max_transfers = 64,
		.host_connections = 1,
		.host_gap = USEC_SEC,
	};
	struct poller_options poller = {
		.poll_interval = 30 * USEC_MINUTE,
		.on_round = on_round,
		.userdata = &world,
	};

	(void)state;
	srandom(24);
	world.clock = http.clock = poller.clock = fake_clock_new(START);
	assert_int_equal(arena_new(1024 * 1024, &world.arena), 0);
	fake_http_script(on_request, NULL, &world);
	assert_int_equal(http_client_new(&http, &client), 0);
	poller.http = client;
	assert_int_equal(poller_new(&poller, &world.poller), 0);
	add_feeds(&world);
	(void)fake_http_peak();
	fake_clock_advance(world.clock, USEC_DAY);
	print_message("%u polls of %u feeds on %u hosts, at most %u in flight\n", world.polls,
		FEEDS, HOSTS, fake_http_peak());
	print_histogram(&world);
	assert_int_equal(world.at_once, 0);
	assert_int_equal(world.close, 0);
	for (unsigned i = 0; i < FEEDS; i++) {
		assert_true(world.last_poll[i] > 0);
		assert_true(world.longest[i] < 12 * USEC_HOUR);
	}
	poller_free(world.poller);
	http_client_free(client);
	arena_free(world.arena);
	fake_clock_free(world.clock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_day_of_ten_thousand_feeds_is_even_and_polite),
	};

	log_open(LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
