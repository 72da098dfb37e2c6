/*
 * What the poller itself costs: a poll of 1,000, 10,000 and 100,000 feeds over a fake network,
 * where ever fewer of them are due at a time.  The cost of a poll must not grow with those that are
 * not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "poll/poller.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"

enum {
	URL_SIZE = 64,
	POLLS = 200000,
};

#define START ((usec)1793534400 * USEC_SEC)

struct bench {
	struct poller *poller;
	struct arena *arena;
	size_t polls;
};

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct bench *bench = userdata;

	bench->polls++;
	ret->status = request->if_none_match ? 304 : 200;
	ret->headers[0] = "ETag: \"1\"";
	ret->headers[1] = "Cache-Control: max-age=600";
	ret->body = "news";
	ret->length = 4;
}

static void on_round(struct round *round, void *userdata)
{
	struct bench *bench = userdata;
	struct round_result result = {.readable = true, .entries = 20};
	struct feed_state next;

	arena_reset(bench->arena);
	if (poller_conclude(bench->poller, round, round->outcome == ROUND_DOCUMENT ? &result : NULL,
		    bench->arena, &next) < 0)
		abort();
	poller_finish(bench->poller, round, &next);
}

static double cpu_seconds(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void run(size_t count)
{
	struct bench bench = {0};
	struct clock *clock = fake_clock_new(START);
	struct http_client *http;
	struct http_options options = {
		.clock = clock, .max_transfers = 64, .host_connections = 1, .host_gap = USEC_SEC};
	struct poller_options poller = {.clock = clock,
		.poll_interval = 30 * USEC_MINUTE,
		.on_round = on_round,
		.userdata = &bench};
	char(*urls)[URL_SIZE] = calloc(count, URL_SIZE);
	struct feed *feeds = calloc(count, sizeof(*feeds));
	double begun;

	if (!urls || !feeds || arena_new(1024 * 1024, &bench.arena) < 0)
		abort();
	fake_http_script(on_request, NULL, &bench);
	(void)http_client_new(&options, &http);
	poller.http = http;
	if (poller_new(&poller, &bench.poller) < 0)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct feed_state state = {.url = urls[i], .next_poll = START};

		(void)snprintf(urls[i], URL_SIZE, "http://h%zu.example/%zu", i / 10, i);
		feeds[i] = (struct feed){.name = urls[i] + 7, .url = urls[i]};
		if (poller_add(bench.poller, &feeds[i], &state) < 0)
			abort();
	}
	fake_clock_advance(clock, USEC_HOUR); /* all were seen once */
	bench.polls = 0;
	begun = cpu_seconds();
	while (bench.polls < POLLS)
		fake_clock_advance(clock, USEC_MINUTE);
	printf("%7zu feeds: %6.2f us a poll, the fake network's share included\n", count,
		(cpu_seconds() - begun) * 1e6 / (double)bench.polls);
	poller_free(bench.poller);
	http_client_free(http);
	arena_free(bench.arena);
	fake_clock_free(clock);
	free(urls);
	free(feeds);
}

int main(void)
{
	log_open(LOG_ERR);
	run(1000);
	run(10000);
	run(100000);
	return EXIT_SUCCESS;
}
