#include "poll/books.h"

#include <errno.h>
#include <string.h>

#include "base/macro.h"
#include "poll/local_file.h"
#include "poll/schedule.h"

enum {
	REDIRECTS_MAX = 10,
};

static const char accept_header[] =
	"Accept: application/atom+xml, application/rss+xml, application/feed+json, "
	"application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, "
	"*/*;q=0.5";

struct memory fetch_memory(struct poller *poller, const struct feed_state *state)
{
	struct memory memory;

	arena_reset(poller->arena);
	memory_read(state->memory, poller->arena, &memory);
	return memory;
}

static int take_document(
	struct poll_round *round, const struct http_response *response, struct document *ret)
{
	const char *type = http_response_header(response, "Content-Type");
	struct document document = {0};

	if (round->answer.outcome != ROUND_DOCUMENT)
		return 0;
	document.url = strdup(response->url);
	document.content_type = type ? strdup(type) : NULL;
	if (document.url && (document.content_type || !type))
		document.bytes = http_response_take(response, &document.length);
	if (!document.bytes) {
		document_clear(&document);
		return -ENOMEM;
	}
	*ret = document;
	return 0;
}

/* P7: another feed's answer, or this one's before a restart, blocks the host. */
static void wait_for_host(struct poll_feed *feed, usec until)
{
	usec now = pacer_now(feed->poller);
	usec wait = until > now ? until - now : 0;

	feed->state->next_poll = usec_add(until, schedule_jitter(feed->state->url, now, wait));
	feed->state->rule = RULE_RETRY_AFTER;
	pacer_arm(feed);
}

static int read_response(
	struct poll_feed *feed, const struct http_response *response, struct poll_round *round)
{
	struct poller *poller = feed->poller;
	struct memory memory = fetch_memory(poller, feed->state);
	struct plan plan = answer_plan(feed->state, &memory, feed->started);
	int r;

	r = answer_fill(&round->answer, response, &plan, feed->state, &memory, pacer_now(poller));
	if (r < 0)
		return r;
	if (round->answer.blocked_until > 0)
		(void)http_client_block_host(
			poller->options.http, response->url, round->answer.blocked_until);
	return take_document(round, response, &round->round.document);
}

static void on_response(const struct http_response *response, void *userdata)
{
	struct poll_feed *feed = userdata;
	struct poller *poller = feed->poller;
	struct poll_round *round;

	feed->transfer = NULL;
	poller->in_flight--;
	if (response->failure == HTTP_BLOCKED) {
		wait_for_host(feed, response->retry_at);
		pacer_settle(poller);
		return;
	}
	round = calloc(1, sizeof(*round));
	if (!round || read_response(feed, response, round) < 0) {
		round_free(round);
		round_put_off(feed);
		pacer_settle(poller);
		return;
	}
	round_open(feed, round);
}

static void start_file(struct poll_feed *feed)
{
	struct memory memory = fetch_memory(feed->poller, feed->state);
	struct poll_round *round = calloc(1, sizeof(*round));

	if (!round ||
		local_file_read(feed->state, &memory, pacer_now(feed->poller), &round->answer,
			&round->round.document) < 0) {
		round_free(round);
		round_put_off(feed);
		return;
	}
	if (round->answer.outcome == ROUND_DOCUMENT)
		round->round.document.url = strdup(feed->state->url);
	round_open(feed, round);
}

/* "Name: value" in the arena, where there is a value. */
static void add_header(struct arena *arena, const char **headers, size_t *count, const char *name,
	const char *value)
{
	const char *header = value ? arena_printf(arena, "%s: %s", name, value) : NULL;

	if (header)
		headers[(*count)++] = header;
}

static int start_transfer(struct poll_feed *feed)
{
	static const char *const headers[] = {accept_header, NULL};
	struct poller *poller = feed->poller;
	struct memory memory = fetch_memory(poller, feed->state);
	struct plan plan;
	const char *bound[3] = {NULL};
	size_t count = 0;
	int r;

	feed->started = pacer_now(poller);
	plan = answer_plan(feed->state, &memory, feed->started);
	add_header(poller->arena, bound, &count, "If-None-Match", plan.etag);
	add_header(poller->arena, bound, &count, "If-Modified-Since", plan.last_modified);
	r = http_client_start(poller->options.http,
		&(struct http_request){
			.url = plan.url,
			.headers = headers,
			.bound_headers = bound,
			.bound_url = plan.bound_url,
			.user_agent = feed->feed->user_agent,
			.private_networks = feed->feed->private_networks,
			.polite = true,
			.bulk = true,
			.redirects_max = REDIRECTS_MAX,
			.body_max = DOCUMENT_BYTES_MAX,
		},
		on_response, feed, &feed->transfer);
	if (r >= 0)
		poller->in_flight++;
	return r;
}

void fetch_start(struct poll_feed *feed)
{
	heap_remove(&feed->poller->due, &feed->due);
	if (local_file_is(feed->state->url))
		start_file(feed);
	else if (start_transfer(feed) < 0)
		round_put_off(feed);
}
