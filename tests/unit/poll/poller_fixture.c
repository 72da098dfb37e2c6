#include "poller_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "poll/state.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct fixture *fixture = userdata;

	if (fixture->requests++ > 0 &&
		(fixture->least_gap == 0 || request->at - fixture->last_at < fixture->least_gap))
		fixture->least_gap = request->at - fixture->last_at;
	fixture->last_at = request->at;
	fixture->conditional += request->if_none_match != NULL;
	(void)snprintf(fixture->accept, ACCEPT_SIZE, "%s", request->accept);
	ret->status = request->if_none_match ? 304 : fixture->status;
	if (fixture->takes > 0)
		ret->takes = fixture->takes;
	ret->headers[0] = fixture->header;
	ret->body = fixture->body;
	ret->length = fixture->length;
}

void poller_fixture_finish(struct fixture *fixture, struct round *round)
{
	struct round_result result = {
		.readable = !fixture->unread, .unread = fixture->unread, .entries = 1};
	struct feed_state next;

	arena_reset(fixture->arena);
	assert_int_equal(
		poller_conclude(fixture->poller, round,
			round->outcome == ROUND_DOCUMENT ? &result : NULL, fixture->arena, &next),
		0);
	assert_int_equal(poller_record(round, &result, &next, fixture->arena, &fixture->record),
		round->pushed ? -ENOENT : 0);
	for (size_t i = 0; i < FEEDS; i++) {
		if (strcmp(fixture->urls[i], round->feed->url) != 0)
			continue;
		free(fixture->stored[i]);
		fixture->stored[i] = state_copy(&next);
	}
	poller_finish(fixture->poller, round, &next);
}

static void on_round(struct round *round, void *userdata)
{
	struct fixture *fixture = userdata;

	fixture->rounds++;
	if (fixture->keep_rounds)
		fixture->kept[fixture->kept_count++] = round;
	else
		poller_fixture_finish(fixture, round);
}

static void on_idle(void *userdata)
{
	((struct fixture *)userdata)->idle++;
}

void poller_fixture_start(struct fixture *fixture)
{
	struct http_options http = {
		.clock = fixture->clock,
		.max_transfers = 64,
		.host_connections = 1,
		.host_gap = USEC_SEC,
	};
	struct poller_options poller = {
		.clock = fixture->clock,
		.poll_interval = 30 * USEC_MINUTE,
		.on_round = on_round,
		.on_idle = on_idle,
		.userdata = fixture,
	};

	assert_int_equal(http_client_new(&http, &fixture->http), 0);
	poller.http = fixture->http;
	assert_int_equal(poller_new(&poller, &fixture->poller), 0);
}

void poller_fixture_stop(struct fixture *fixture)
{
	poller_free(fixture->poller);
	http_client_free(fixture->http);
	fixture->kept_count = 0;
}

int poller_fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->clock = fake_clock_new(START);
	fixture->status = 200;
	fixture->header = "ETag: \"1\"";
	fixture->body = "news";
	fixture->length = 4;
	assert_int_equal(arena_new(1024 * 1024, &fixture->arena), 0);
	fake_http_script(on_request, NULL, fixture);
	poller_fixture_start(fixture);
	*state = fixture;
	return 0;
}

int poller_fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_stop(fixture);
	for (size_t i = 0; i < FEEDS; i++)
		free(fixture->stored[i]);
	arena_free(fixture->arena);
	fake_clock_free(fixture->clock);
	free(fixture);
	return 0;
}

void poller_fixture_add(struct fixture *fixture, size_t i, unsigned hosts)
{
	struct feed_state fresh = {.url = fixture->urls[i], .next_poll = clock_now(fixture->clock)};

	(void)snprintf(fixture->urls[i], URL_SIZE, "http://h%zu.example/%zu", i % hosts, i);
	fixture->feeds[i] = (struct feed){.name = fixture->urls[i] + 7, .url = fixture->urls[i]};
	assert_int_equal(poller_add(fixture->poller, &fixture->feeds[i],
				 fixture->stored[i] ? fixture->stored[i] : &fresh),
		0);
}
