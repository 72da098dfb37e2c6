#include "poll/books.h"

#include <errno.h>
#include <string.h>

#include "base/macro.h"
#include "http/bounds.h"
#include "model/request.h"
#include "poll/local_file.h"
#include "poll/schedule.h"

/* P15; short, because to put a request together is much of what a poll without news costs. */
static const char accept_header[] =
	"Accept: application/atom+xml, application/rss+xml, application/feed+json, "
	"application/*;q=0.9, text/xml;q=0.9, */*;q=0.5";

struct memory fetch_memory(struct poller *poller, const struct feed_state *state)
{
	struct memory memory;

	arena_reset(poller->arena);
	memory_read(state->memory, poller->arena, &memory);
	return memory;
}

static int take_document(
	const struct answer *answer, const struct http_response *response, struct document *ret)
{
	const char *type = http_response_header(response, "Content-Type");
	struct document document = {0};

	if (answer->outcome != ROUND_DOCUMENT)
		return 0;
	document.url = strdup(response->url);
	document.content_type = type ? strdup(type) : NULL;
	if (document.url && (document.content_type || !type) &&
		http_response_list(response, "Content-Encoding", &document.encoding) == 0)
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
	usec wait = usec_before(until, now);

	feed->state->next_poll = usec_add(until, schedule_jitter(feed->state->url, now, wait));
	feed->state->rule = RULE_RETRY_AFTER;
	pacer_arm(feed);
}

/* What another access was given may be another document: its validators are not for this one. */
static struct plan plan_of(const struct poll_feed *feed, const struct memory *memory)
{
	struct plan plan = answer_plan(feed->state, memory, feed->started);
	const char *now = feed->asked_as ? feed->asked_as->identity : "";
	const char *then = memory->access ? memory->access : "";

	if (strcmp(now, then) != 0) {
		plan.other_access = plan.etag || plan.last_modified;
		plan.etag = NULL;
		plan.last_modified = NULL;
	}
	return plan;
}

static int read_response(
	struct poll_feed *feed, const struct http_response *response, struct poll_round *round)
{
	struct poller *poller = feed->poller;
	struct memory memory = fetch_memory(poller, feed->state);
	struct plan plan = plan_of(feed, &memory);
	int r;

	r = answer_fill(&round->answer, response, &plan, feed->state, &memory, pacer_now(poller));
	if (r < 0)
		return r;
	if (feed->asked_as) {
		round->answer.access = strdup(feed->asked_as->identity);
		if (!round->answer.access)
			return -ENOMEM;
	}
	if (round->answer.started == 0)
		round->answer.started = feed->started;
	if (feed->state->rule == RULE_ASKED)
		round->answer.flags |= REQUEST_ASKED;
	if (!feed->known)
		round->answer.flags |= REQUEST_AFTER_START;
	feed->known = true;
	if (round->answer.blocked_until > 0)
		(void)http_client_block_host(
			poller->options.http, response->url, round->answer.blocked_until);
	return take_document(&round->answer, response, &round->round.document);
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

/* In the arena, where there is a value. */
static void add_header(struct arena *arena, const char **headers, size_t *count, const char *name,
	const char *value)
{
	const char *header = value ? arena_join(arena, name, value) : NULL;

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

	access_unref(feed->asked_as);
	feed->asked_as = access_ref(feed->feed->access);
	plan = plan_of(feed, &memory);
	add_header(poller->arena, bound, &count, "If-None-Match: ", plan.etag);
	add_header(poller->arena, bound, &count, "If-Modified-Since: ", plan.last_modified);
	r = http_client_start(poller->options.http,
		&(struct http_request){
			.url = plan.url,
			.headers = headers,
			.bound_headers = bound,
			.bound_url = plan.bound_url,
			.user_agent = feed->feed->user_agent,
			.private_networks = feed->feed->private_networks,
			.access = feed->asked_as,
			.access_url = feed->feed->url,
			.polite = true,
			.packed = true,
			.bulk = true,
			.redirects_max = HTTP_REDIRECTS_MAX,
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
	if (push_is_due(feed)) {
		push_start(feed);
		return;
	}
	feed->again = false;
	feed->started = pacer_now(feed->poller);
	if (local_file_is(feed->state->url))
		start_file(feed);
	else if (start_transfer(feed) < 0)
		round_put_off(feed);
}

/* Whether there may be a document another time: the server's trouble, and not the URL's. */
static bool is_passing_trouble(const struct http_response *response)
{
	switch (response->failure) {
	case HTTP_OK:
		return response->status == 408 || response->status >= 500;
	case HTTP_DNS:
	case HTTP_CONNECT:
	case HTTP_TLS:
	case HTTP_PROXY:
	case HTTP_TIMEOUT:
	case HTTP_BROKEN:
		return true;
	default:
		return false;
	}
}

/* A child has no validators: it is asked for only where the index says that it changed. */
static int read_child(struct poll_round *round, const struct http_response *response,
	struct answer *answer, struct child_answer *ret)
{
	static const struct feed_state state;
	static const struct plan plan = {.url = "", .bound_url = ""};
	struct poller *poller = round->poller;
	struct memory memory = {0};
	int r;

	if (response->failure == HTTP_BLOCKED) {
		*ret = (struct child_answer){
			.words = "its host asks to be left alone for now", .again = true};
		return 0;
	}
	if (round->owner)
		memory.limited = fetch_memory(poller, round->owner->state).child_limited;
	r = answer_fill(answer, response, &plan, &state, &memory, pacer_now(poller));
	if (r < 0)
		return r;
	if (answer->blocked_until > 0)
		(void)http_client_block_host(
			poller->options.http, response->url, answer->blocked_until);
	ret->words = answer->words;
	ret->again = answer->words && (answer->limited || is_passing_trouble(response));
	return take_document(answer, response, &ret->document);
}

/* To be kept with the round, for the next start (P4).  Without memory this one knows it alone. */
static void note_child(struct poll_round *round, const struct answer *child)
{
	struct answer *answer = &round->answer;

	answer->child_limited |= child->limited;
	answer->child_unlimited |= child->url && !child->limited;
	if (!child->url || child->blocked_until <= answer->child_blocked_until)
		return;
	free(answer->child_blocked_url);
	answer->child_blocked_url = strdup(child->url);
	answer->child_blocked_until = child->blocked_until;
}

static void on_child_response(const struct http_response *response, void *userdata)
{
	struct poll_round *round = userdata;
	struct answer answer = {0};
	struct child_answer child = {0};

	round->child = NULL;
	if (read_child(round, response, &answer, &child) < 0)
		child = (struct child_answer){.words = "out of memory", .again = true};
	child.request = round_record_child(round, &answer);
	note_child(round, &answer);
	round_weigh(round, true, child.document.length);
	round->on_child(&child, round->child_userdata);
	document_clear(&child.document);
	answer_clear(&answer);
}

int poller_fetch_child(struct poller *poller, struct round *round, const char *url,
	poller_child_fn done, void *userdata)
{
	static const char *const headers[] = {accept_header, NULL};
	struct poll_round *whole = CONTAINER_OF(round, struct poll_round, round);
	int r;

	if (!whole->owner)
		return -ENOENT;
	whole->on_child = done;
	whole->child_userdata = userdata;
	/* Not bulk: what is held back waits for rounds to end, and this one could not. */
	r = http_client_start(poller->options.http,
		&(struct http_request){
			.url = url,
			.headers = headers,
			.user_agent = round->feed->user_agent,
			.private_networks = round->feed->private_networks,
			.access = round->feed->access,
			.access_url = round->feed->url,
			.polite = true,
			.packed = true,
			.redirects_max = HTTP_REDIRECTS_MAX,
			.body_max = DOCUMENT_BYTES_MAX,
		},
		on_child_response, whole, &whole->child);
	/* Nothing of it waits to be read: a host whose sitemaps take long holds no other up. */
	if (r >= 0)
		round_weigh(whole, false, 0);
	return r;
}
