/*
 * Fourteen days of polling feeds of every temper, with crashes, downtimes and reloads, counted from
 * the servers' side (docs/POLLING.md): made-up validators, out-of-sequence validators, early polls
 * and unconditional requests.
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
#include "base/map.h"
#include "poll/poller.h"
#include "poll/state.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"

enum {
	SITES = 200,
	HOSTS = 40,
	TEXT_SIZE = 96,
	ROUNDS_MOST = 256,
};

#define START ((usec)1793534400 * USEC_SEC)
#define PROBE_LEAST (7 * USEC_DAY)
#define OWN_LEAST (30 * USEC_MINUTE)

enum temper {
	TEMPER_BOTH,       /* ETag and Last-Modified */
	TEMPER_BUSY,       /* ETag, news all the time, fresh for ten minutes */
	TEMPER_DATE,       /* an odd Last-Modified alone, ttl of two hours */
	TEMPER_FLAKY,      /* every fifth answer is an error */
	TEMPER_LIMITED,    /* every seventh answer is 429 with Retry-After */
	TEMPER_LIAR,       /* 304 for ever */
	TEMPER_OVERLOADED, /* every ninth answer is 503 with a date */
	TEMPER_QUIET,      /* no news; 304 fresh for two hours */
	TEMPER_REDIRECTED, /* 302 to another URL of the host, which has the validators */
	TEMPER_GONE,       /* 410 from the fifth day on */
	TEMPER_MAX,
};

/* What the server holds against the client; taken back where a crash lost the answer. */
struct ledger {
	char etag[TEXT_SIZE]; /* what must come back; "" none */
	char date[TEXT_SIZE];
	usec not_before;
	usec last_200;
	bool seen;
};

struct site {
	struct feed feed;
	char url[TEXT_SIZE];
	char target[TEXT_SIZE]; /* where it redirects, or the URL itself */
	enum temper temper;
	unsigned host;
	unsigned requests;
	struct ledger committed;
	struct ledger answered; /* by the last answer, not committed so far */
	struct feed_state *stored;
	bool open;
};

struct world {
	struct site sites[SITES];
	struct map by_target;
	usec host_not_before[HOSTS];
	struct clock *clock;
	struct clock_timer *reader;
	struct http_client *http;
	struct poller *poller;
	struct arena *arena;
	struct round *waiting[ROUNDS_MOST];
	size_t waiting_count;
	/* the counts */
	unsigned made_up;
	unsigned out_of_sequence;
	unsigned early;
	unsigned unconditional; /* first ones and probes left out */
	unsigned probes;
	unsigned requests;
	char etag_line[2 * TEXT_SIZE];
	char date_line[2 * TEXT_SIZE];
	char body[2 * TEXT_SIZE];
};

static void check_validator(
	struct world *world, const struct ledger *ledger, const char *sent, const char *expected)
{
	if (!sent)
		return;
	if (!ledger->seen)
		world->made_up++;
	else if (strcmp(sent, expected) != 0)
		world->out_of_sequence++;
}

static void check_request(
	struct world *world, struct site *site, const struct fake_request *request)
{
	const struct ledger *ledger = &site->committed;
	bool due = *ledger->etag != '\0' || *ledger->date != '\0';

	if (request->at < ledger->not_before || request->at < world->host_not_before[site->host])
		world->early++;
	check_validator(world, ledger, request->if_none_match, ledger->etag);
	check_validator(world, ledger, request->if_modified_since, ledger->date);
	if (!due || request->if_none_match || request->if_modified_since)
		return;
	if (request->at - ledger->last_200 >= PROBE_LEAST)
		world->probes++;
	else
		world->unconditional++;
}

static unsigned version_of(const struct site *site, usec at)
{
	static const usec gaps[TEMPER_MAX] = {
		[TEMPER_BOTH] = 6 * USEC_HOUR,
		[TEMPER_BUSY] = 4 * USEC_MINUTE,
		[TEMPER_DATE] = 3 * USEC_HOUR,
		[TEMPER_FLAKY] = 2 * USEC_HOUR,
		[TEMPER_LIMITED] = USEC_HOUR,
		[TEMPER_LIAR] = USEC_DAY,
		[TEMPER_OVERLOADED] = 5 * USEC_HOUR,
		[TEMPER_QUIET] = 1000 * USEC_DAY,
		[TEMPER_REDIRECTED] = 8 * USEC_HOUR,
		[TEMPER_GONE] = 12 * USEC_HOUR,
	};

	return (unsigned)((at - START) / gaps[site->temper]);
}

/* 200 with the validators that the site's temper has. */
static void answer_200(
	struct world *world, struct site *site, unsigned version, usec at, struct fake_answer *ret)
{
	struct ledger *ledger = &site->answered;
	size_t headers = 0;

	*ledger->etag = '\0';
	*ledger->date = '\0';
	if (site->temper != TEMPER_DATE) {
		(void)snprintf(ledger->etag, TEXT_SIZE, "W/\"%s;%u\"", site->url + 7, version);
		(void)snprintf(
			world->etag_line, sizeof(world->etag_line), "ETag: %s", ledger->etag);
		ret->headers[headers++] = world->etag_line;
	}
	if (site->temper == TEMPER_DATE || site->temper == TEMPER_BOTH) {
		(void)snprintf(ledger->date, TEXT_SIZE, "day %u, about noon", version);
		(void)snprintf(world->date_line, sizeof(world->date_line), "last-modified:  %s",
			ledger->date);
		ret->headers[headers++] = world->date_line;
	}
	if (site->temper == TEMPER_BUSY)
		ret->headers[headers++] = "Cache-Control: public, max-age=600";
	ret->status = 200;
	(void)snprintf(world->body, sizeof(world->body), "%s %u", site->url, version);
	ret->body = world->body;
	ret->length = strlen(world->body);
	ledger->seen = true;
	ledger->last_200 = at;
	ledger->not_before = at +
		(site->temper == TEMPER_BUSY                  ? 10 * USEC_MINUTE
				: site->temper == TEMPER_DATE ? 2 * USEC_HOUR
							      : OWN_LEAST);
}

static void answer_304(struct site *site, usec at, struct fake_answer *ret)
{
	ret->status = 304;
	site->answered.not_before = at + (site->temper == TEMPER_DATE ? 2 * USEC_HOUR : OWN_LEAST);
	if (site->temper == TEMPER_BUSY) {
		ret->headers[0] = "Cache-Control: public, max-age=600";
		site->answered.not_before = at + 10 * USEC_MINUTE;
	}
	if (site->temper == TEMPER_QUIET) {
		ret->headers[0] = "Cache-Control: max-age=7200";
		site->answered.not_before = at + 2 * USEC_HOUR;
	}
}

static void answer_wait(struct world *world, struct site *site, int status, const char *header,
	usec until, struct fake_answer *ret)
{
	ret->status = status;
	ret->headers[0] = header;
	site->answered.not_before = until;
	/* Taken back with the site's own if the answer is lost. */
	if (until > world->host_not_before[site->host])
		world->host_not_before[site->host] = until;
}

/* Errors by temper; false: the answer is a good one. */
static bool answer_error(struct world *world, struct site *site, usec at, struct fake_answer *ret)
{
	unsigned n = site->requests;

	if (site->temper == TEMPER_FLAKY && n % 5 == 0) {
		ret->status = n % 10 == 0 ? 500 : 0;
		ret->failure = n % 10 == 0 ? HTTP_OK : HTTP_CONNECT;
		site->answered.not_before = at + 10 * USEC_MINUTE;
	} else if (site->temper == TEMPER_LIMITED && n % 7 == 0) {
		answer_wait(world, site, 429, "Retry-After: 10800", at + 3 * USEC_HOUR, ret);
	} else if (site->temper == TEMPER_OVERLOADED && n % 9 == 0) {
		/* Its clock is years behind. */
		ret->headers[1] = "Date: Fri, 01 Jan 2016 00:00:00 GMT";
		answer_wait(world, site, 503, "Retry-After: Fri, 01 Jan 2016 05:00:00 GMT",
			at + 5 * USEC_HOUR, ret);
	} else if (site->temper == TEMPER_GONE && at > START + 5 * USEC_DAY) {
		ret->status = 410;
		site->answered.not_before = USEC_INFINITY;
	} else {
		return false;
	}
	return true;
}

static bool is_current(
	const struct site *site, unsigned version, const struct fake_request *request)
{
	char text[TEXT_SIZE];

	if (site->temper == TEMPER_DATE) {
		(void)snprintf(text, sizeof(text), "day %u, about noon", version);
		return request->if_modified_since && strcmp(request->if_modified_since, text) == 0;
	}
	(void)snprintf(text, sizeof(text), "W/\"%s;%u\"", site->url + 7, version);
	return request->if_none_match &&
		(site->temper == TEMPER_LIAR || strcmp(request->if_none_match, text) == 0);
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct world *world = userdata;
	struct site *site = map_get(&world->by_target, request->url);
	unsigned version = version_of(site, request->at);

	assert_non_null(site);
	check_request(world, site, request);
	world->requests++;
	site->requests++;
	site->answered = site->committed;
	site->open = true;
	ret->takes = (20 + (usec)random() % 3000) * USEC_MSEC;
	if (answer_error(world, site, request->at, ret))
		return;
	if (is_current(site, version, request))
		answer_304(site, request->at, ret);
	else
		answer_200(world, site, version, request->at, ret);
}

static const char *redirects(const char *url, void *userdata)
{
	struct world *world = userdata;

	for (size_t i = 0; i < SITES; i++)
		if (strcmp(world->sites[i].url, url) == 0)
			return world->sites[i].target;
	return url;
}

static struct site *site_of(struct world *world, const struct round *round)
{
	for (size_t i = 0; i < SITES; i++)
		if (&world->sites[i].feed == round->feed)
			return &world->sites[i];
	fail();
	return NULL;
}

/* As the pipeline does: read, conclude, commit, finish. */
static void finish(struct world *world, struct round *round)
{
	struct site *site = site_of(world, round);
	struct round_result result = {
		.readable = true,
		.entries = 20,
		.fresh = site->temper == TEMPER_BUSY ? 12 : 1,
		.hints = {.ttl_minutes = site->temper == TEMPER_DATE ? 120 : 0},
	};
	bool document = round->outcome == ROUND_DOCUMENT;
	struct feed_state next;

	arena_reset(world->arena);
	assert_int_equal(poller_conclude(world->poller, round, document ? &result : NULL,
				 world->arena, &next),
		0);
	free(site->stored);
	site->stored = state_copy(&next);
	site->committed = site->answered;
	site->open = false;
	poller_finish(world->poller, round, &next);
}

static void on_reader(void *userdata)
{
	struct world *world = userdata;

	while (world->waiting_count > 0)
		finish(world, world->waiting[--world->waiting_count]);
}

static void on_round(struct round *round, void *userdata)
{
	struct world *world = userdata;

	if (random() % 2 == 0 || world->waiting_count == ROUNDS_MOST) {
		finish(world, round);
		return;
	}
	world->waiting[world->waiting_count++] = round;
	clock_timer_in(world->clock, world->reader, 300 * USEC_MSEC);
}

static void start(struct world *world)
{
	struct http_options http = {
		.clock = world->clock,
		.max_transfers = 64,
		.host_connections = 1,
		.host_gap = USEC_SEC,
	};
	struct poller_options poller = {
		.clock = world->clock,
		.poll_interval = 30 * USEC_MINUTE,
		.on_round = on_round,
		.userdata = world,
	};

	assert_int_equal(http_client_new(&http, &world->http), 0);
	poller.http = world->http;
	assert_int_equal(poller_new(&poller, &world->poller), 0);
	for (size_t i = 0; i < SITES; i++)
		assert_int_equal(
			poller_add(world->poller, &world->sites[i].feed, world->sites[i].stored),
			0);
}

/* kill -9: what was not committed is lost, and so the servers may see it asked for again. */
static void crash(struct world *world)
{
	poller_free(world->poller);
	http_client_free(world->http);
	world->waiting_count = 0;
	memset(world->host_not_before, 0, sizeof(world->host_not_before));
	for (size_t i = 0; i < SITES; i++) {
		struct site *site = &world->sites[i];
		usec until = site->committed.not_before;

		site->open = false;
		if ((site->temper == TEMPER_LIMITED || site->temper == TEMPER_OVERLOADED) &&
			until > world->host_not_before[site->host] && site->stored->failures > 0)
			world->host_not_before[site->host] = until;
	}
}

static void reload(struct world *world)
{
	poller_reload_begin(world->poller, 30 * USEC_MINUTE);
	for (size_t i = 0; i < SITES; i++)
		assert_int_equal(
			poller_add(world->poller, &world->sites[i].feed, world->sites[i].stored),
			0);
	poller_reload_end(world->poller);
}

static void make_sites(struct world *world)
{
	for (size_t i = 0; i < SITES; i++) {
		struct site *site = &world->sites[i];
		struct feed_state fresh = {.url = site->url, .next_poll = START};

		site->temper = (enum temper)(i % TEMPER_MAX);
		site->host = (unsigned)(i / TEMPER_MAX) % HOSTS;
		(void)snprintf(site->url, TEXT_SIZE, "http://h%u.example/feed/%zu", site->host, i);
		memcpy(site->target, site->url, TEXT_SIZE);
		if (site->temper == TEMPER_REDIRECTED)
			(void)snprintf(site->target, TEXT_SIZE, "http://h%u.example/real/%zu",
				site->host, i);
		site->feed = (struct feed){.name = site->url, .url = site->url};
		site->stored = state_copy(&fresh);
		assert_int_equal(map_put(&world->by_target, site->target, site), 0);
	}
}

static struct world *make_world(void)
{
	static struct world world;

	srandom(14);
	world = (struct world){.clock = fake_clock_new(START)};
	assert_int_equal(arena_new(1024 * 1024, &world.arena), 0);
	assert_int_equal(clock_timer_new(world.clock, on_reader, &world, &world.reader), 0);
	make_sites(&world);
	fake_http_script(on_request, redirects, &world);
	return &world;
}

static void free_world(struct world *world)
{
	poller_free(world->poller);
	http_client_free(world->http);
	for (size_t i = 0; i < SITES; i++)
		free(world->sites[i].stored);
	map_free(&world->by_target);
	arena_free(world->arena);
	clock_timer_free(world->clock, world->reader);
	fake_clock_free(world->clock);
}

static void test_fourteen_days_with_restarts_break_no_rule(void **state)
{
	struct world *world = make_world();
	usec end = START + 14 * USEC_DAY;
	unsigned restarts = 0;

	(void)state;
	start(world);
	while (clock_now(world->clock) < end) {
		fake_clock_advance(world->clock, (1 + (usec)random() % 600) * USEC_MINUTE);
		if (random() % 3 == 0) {
			reload(world);
			continue;
		}
		crash(world);
		restarts++;
		if (random() % 10 == 0)
			fake_clock_advance(world->clock, (usec)random() % (2 * USEC_DAY));
		start(world);
	}
	print_message("%u requests, %u restarts: made up %u, out of sequence %u, early %u, "
		      "unconditional %u beyond the first, probes %u\n",
		world->requests, restarts, world->made_up, world->out_of_sequence, world->early,
		world->unconditional, world->probes);
	assert_int_equal(world->made_up, 0);
	assert_int_equal(world->out_of_sequence, 0);
	assert_int_equal(world->early, 0);
	assert_int_equal(world->unconditional, 0);
	/* The liars were found out, and nobody was forgotten. */
	assert_true(world->probes >= SITES / TEMPER_MAX);
	assert_true(world->probes <= 3 * SITES / TEMPER_MAX);
	for (size_t i = 0; i < SITES; i++)
		assert_true(world->sites[i].requests >= 5);
	assert_true(restarts > 20);
	free_world(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fourteen_days_with_restarts_break_no_rule),
	};

	log_open(LOG_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
