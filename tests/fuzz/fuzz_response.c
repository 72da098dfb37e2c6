/*
 * A response's header as it came: bounded, found again, and what it says about the next poll within
 * the limits of docs/POLLING.md.  The first line is a status line, Location: leads somewhere.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"
#include "http/headers.h"
#include "http/location.h"
#include "poll/answer.h"
#include "poll/memory.h"
#include "poll/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((usec)1793534400 * USEC_SEC)
#define NEXT_MOST (8 * USEC_DAY) /* Retry-After and its jitter */

static void require(bool condition)
{
	if (!condition)
		abort();
}

static size_t read_header(struct http_headers *headers, const char *text, size_t size)
{
	size_t start = 0;

	while (start < size) {
		const char *end = memchr(text + start, '\n', size - start);
		size_t length = end ? (size_t)(end - text) + 1 - start : size - start;

		if (headers_add_line(headers, text + start, length) < 0)
			return size;
		start += length;
		if (length <= 2)
			break;
	}
	return start;
}

static void follow_location(const struct http_headers *headers)
{
	const char *reference = headers_get(headers, "Location");
	struct location from;
	struct location to;

	require(location_parse("http://user:secret@example.org/feed", &from) == 0);
	if (reference && location_follow(&from, reference, &to) == 0) {
		require(strncmp(to.shown, "http", 4) == 0);
		require(strcmp(to.host, "example.org") == 0 ||
			strncmp(strstr(to.url, "://") + 3, "user:secret@", 12) != 0);
		location_clear(&to);
	}
	location_clear(&from);
}

/* A state with all that a poll before may have left. */
static struct feed_state old_state(void)
{
	return (struct feed_state){
		.url = "http://example.org/feed",
		.validators = {.etag = "\"1\"", .last_modified = "yesterday"},
		.first_poll = NOW - 30 * USEC_DAY,
		.last_success = NOW - USEC_DAY,
		.next_poll = NOW,
		.interval = USEC_HOUR,
		.memory = "limited=1\ngap=1000000\nlast-200=1\nttl=30\nskip-hours=7\n",
	};
}

static void conclude(const struct http_headers *headers, int status, const char *body, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct feed_state state = old_state();
	struct feed feed = {.name = "fuzzed", .url = state.url};
	struct http_response response = {
		.status = status,
		.url = state.url,
		.body = body,
		.length = size,
		.headers = headers,
	};
	struct round_result result = {
		.readable = size % 2 == 0, .entries = size, .fresh = size / 2};
	struct answer answer = {0};
	struct conclusion conclusion = {.feed = &feed,
		.state = &state,
		.answer = &answer,
		.default_interval = 30 * USEC_MINUTE};
	struct feed_state next;
	struct memory memory;
	struct plan plan;

	if (arena_new(1024 * 1024, &arena) < 0)
		return;
	memory_read(state.memory, arena, &memory);
	plan = answer_plan(&state, &memory, NOW);
	require(answer_fill(&answer, &response, &plan, &state, &memory, NOW) == 0);
	if (answer.outcome == ROUND_DOCUMENT)
		conclusion.result = &result;
	require(answer_conclude(&conclusion, arena, &next) == 0);
	require(next.next_poll > NOW);
	require(next.next_poll == USEC_INFINITY || next.next_poll < NOW + NEXT_MOST);
	require((next.health == FEED_OK) == (next.error == NULL));
	answer_clear(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 304, 301, 404, 429, 503, 403, 410};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *text;
	struct http_headers headers;
	size_t start;

	if (size == 0 || arena_new((size_t)4 * 1024 * 1024, &arena) < 0)
		return 0;
	text = arena_copy(arena, (const char *)data, size);
	if (!text)
		return 0;
	headers_init(&headers);
	start = read_header(&headers, text + 1, size - 1);
	require(headers.text.length <= HTTP_HEADERS_MAX);
	(void)headers_contradict(&headers, "Content-Length");
	follow_location(&headers);
	conclude(&headers, statuses[data[0] % ARRAY_SIZE(statuses)], text + 1 + start,
		size - 1 - start);
	headers_free(&headers);
	return 0;
}
