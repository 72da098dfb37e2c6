#include "polled_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/headers.h"
#include "poll/state.h"

/* Sunday, 1 November 2026, 12:00 UTC */
#define NOON ((usec)1793534400 * USEC_SEC)

const char polled_url[] = "http://example.org/feed";

const struct said polled_with_both = {
	.status = 200,
	.headers =
		(const char *const[]){"ETag: W/\"a,b\"", "Last-Modified: yesterday, i think", NULL},
	.body = "one",
};

int polled_feed_setup(void **state)
{
	static struct polled_feed polled;

	polled = (struct polled_feed){0};
	*state = &polled;
	return 0;
}

int polled_feed_teardown(void **state)
{
	polled_feed_clear(*state);
	return 0;
}

struct polled_feed *polled_feed_begin(void **state)
{
	struct polled_feed *polled = *state;

	polled_feed_init(polled, polled_url);
	return polled;
}

void polled_feed_init(struct polled_feed *polled, const char *url)
{
	struct feed_state state = {.url = url};

	*polled = (struct polled_feed){
		.feed = {.name = "tested", .url = url},
		.state = state_copy(&state),
		.now = NOON,
		.default_interval = 30 * USEC_MINUTE,
	};
	assert_non_null(polled->state);
	assert_int_equal(arena_new(1024 * 1024, &polled->arena), 0);
}

void polled_feed_clear(struct polled_feed *polled)
{
	answer_clear(&polled->answer);
	free(polled->state);
	arena_free(polled->arena);
}

static void fill(struct polled_feed *polled, const struct said *said, const struct memory *memory)
{
	struct http_headers headers;
	struct http_response response = {
		.failure = said->failure,
		.words = said->failure != HTTP_OK ? "the network is down; wait" : NULL,
		.status = said->status,
		.url = said->url ? said->url : polled->plan.url,
		.permanent_url = said->permanent_url,
		.body = said->body ? said->body : "",
		.length = said->body ? strlen(said->body) : 0,
		.headers = &headers,
	};

	headers_init(&headers);
	for (const char *const *line = said->headers; line && *line; line++)
		assert_int_equal(headers_add_line(&headers, *line, strlen(*line)), 0);
	answer_clear(&polled->answer);
	assert_int_equal(answer_fill(&polled->answer, &response, &polled->plan, polled->state,
				 memory, polled->now),
		0);
	headers_free(&headers);
}

void polled_feed_poll(
	struct polled_feed *polled, const struct said *said, const struct round_result *result)
{
	static const struct round_result usual = {.readable = true, .entries = 1};
	struct conclusion conclusion = {
		.feed = &polled->feed,
		.state = polled->state,
		.answer = &polled->answer,
		.default_interval = polled->default_interval,
		.safety_interval = polled->safety_interval,
	};
	struct feed_state next;
	struct memory memory;

	arena_reset(polled->arena);
	memory_read(polled->state->memory, polled->arena, &memory);
	polled->plan = answer_plan(polled->state, &memory, polled->now);
	fill(polled, said, &memory);
	if (said->spoiled)
		assert_int_equal(answer_spoil(&polled->answer, said->spoiled), 0);
	if (polled->answer.outcome == ROUND_DOCUMENT)
		conclusion.result = result ? result : &usual;
	assert_int_equal(answer_conclude(&conclusion, polled->arena, &next), 0);
	/* The plan's strings were the old state's: the caller may look at them until the next. */
	polled->plan.url = arena_strdup(polled->arena, polled->plan.url);
	polled->plan.bound_url = arena_strdup(polled->arena, polled->plan.bound_url);
	polled->plan.etag = arena_strdup(polled->arena, polled->plan.etag);
	polled->plan.last_modified = arena_strdup(polled->arena, polled->plan.last_modified);
	free(polled->state);
	polled->state = state_copy(&next);
	assert_non_null(polled->state);
	memory_read(polled->state->memory, polled->arena, &polled->memory);
}

void polled_feed_poll_next(
	struct polled_feed *polled, const struct said *said, const struct round_result *result)
{
	assert_true(polled->state->next_poll != USEC_INFINITY);
	assert_true(polled->state->next_poll > polled->now);
	polled->now = polled->state->next_poll;
	polled_feed_poll(polled, said, result);
}

usec polled_feed_wait(const struct polled_feed *polled)
{
	return polled->state->next_poll - polled->now;
}
