#include "poll/poller.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/macro.h"
#include "base/map.h"
#include "poll/answer.h"
#include "poll/backlog.h"
#include "poll/local_file.h"
#include "poll/schedule.h"
#include "poll/state.h"

enum {
	STARTS_A_TURN = 64, /* so that no turn of the loop is long */
	/* Documents that wait for a reader or a commit: then no more feeds are fetched. */
	OPEN_ROUNDS_MOST = 48,
	ARENA_MAX = 256 * 1024, /* a feed's memory, when it is read or written */
	REDIRECTS_MAX = 10,
};

#define OPEN_BYTES_MOST ((size_t)8 * 1024 * 1024)
/* The wall clock may step: no timer waits longer than this before it is looked at again. */
#define LOOK_AGAIN USEC_MINUTE

static const char accept_header[] =
	"Accept: application/atom+xml, application/rss+xml, application/feed+json, "
	"application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, "
	"*/*;q=0.5";

struct poll_feed {
	struct heap_node due;
	struct poller *poller;
	const struct feed *feed;
	struct feed_state *state;
	struct http_transfer *transfer;
	struct poll_round *round;
	usec started; /* of the transfer, wall clock */
	bool stale;   /* in a reload, not added again so far */
};

struct poll_round {
	struct round round;
	TAILQ_ENTRY(poll_round) link;
	struct poller *poller;
	struct poll_feed *owner; /* NULL: the feed was removed meanwhile */
	struct answer answer;
	size_t bytes; /* counted in poller->open_bytes */
	/* Of a removed feed, to outlive the configuration. */
	struct feed feed;
	struct feed_state *state;
};

TAILQ_HEAD(rounds, poll_round);

struct poller {
	struct poller_options options;
	struct rounds rounds; /* open ones */
	struct clock_timer *timer;
	struct heap due;
	struct map by_url;
	struct map by_name;
	struct arena *arena;        /* scratch */
	struct poll_feed **waiting; /* added, and not placed yet */
	size_t waiting_count;
	size_t waiting_size;
	size_t in_flight;
	size_t open_rounds;
	size_t open_bytes;
	bool held;
	bool once;
	usec once_at;  /* what is due later is not started */
	bool starting; /* --once: not all that is due was started yet */
};

static void on_timer(void *userdata);

int poller_new(const struct poller_options *options, struct poller **ret)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	int r;

	if (!poller)
		return -ENOMEM;
	poller->options = *options;
	TAILQ_INIT(&poller->rounds);
	r = arena_new(ARENA_MAX, &poller->arena);
	if (r >= 0)
		r = clock_timer_new(options->clock, on_timer, poller, &poller->timer);
	if (r < 0) {
		poller_free(poller);
		return r;
	}
	*ret = poller;
	return 0;
}

static void round_free(struct poll_round *round)
{
	if (!round)
		return;
	document_clear(&round->round.document);
	answer_clear(&round->answer);
	free((char *)round->feed.name);
	free((char *)round->feed.url);
	free(round->state);
	free(round);
}

static void feed_free(struct poll_feed *feed)
{
	http_transfer_cancel(feed->transfer);
	free(feed->state);
	free(feed);
}

void poller_free(struct poller *poller)
{
	struct poll_round *round;
	struct poll_feed *feed;
	size_t cursor = 0;

	if (!poller)
		return;
	for (feed = map_next(&poller->by_url, &cursor); feed;
		feed = map_next(&poller->by_url, &cursor))
		feed_free(feed);
	for (round = TAILQ_FIRST(&poller->rounds); round; round = TAILQ_FIRST(&poller->rounds)) {
		TAILQ_REMOVE(&poller->rounds, round, link);
		round_free(round);
	}
	map_free(&poller->by_url);
	map_free(&poller->by_name);
	heap_free(&poller->due);
	free(poller->waiting);
	arena_free(poller->arena);
	clock_timer_free(poller->options.clock, poller->timer);
	free(poller);
}

static usec now_of(const struct poller *poller)
{
	return clock_now(poller->options.clock);
}

/* Sets the timer for the feed due first. */
static void set_timer(struct poller *poller)
{
	const struct heap_node *first = heap_first(&poller->due);
	usec now = now_of(poller);
	usec delay = USEC_INFINITY;

	if (poller->held) /* hold_or_release() comes back */
		delay = USEC_INFINITY;
	else if (poller->waiting_count > 0 || poller->starting)
		delay = 0;
	else if (first && !poller->once)
		delay = first->at > now ? first->at - now : 0;
	if (delay == USEC_INFINITY)
		clock_timer_set(poller->options.clock, poller->timer, USEC_INFINITY);
	else
		clock_timer_in(poller->options.clock, poller->timer,
			delay < LOOK_AGAIN ? delay : LOOK_AGAIN);
}

static void tell_idle(struct poller *poller)
{
	if (poller->once && poller->options.on_idle && poller_idle(poller))
		poller->options.on_idle(poller->options.userdata);
}

/* The end of each step: when is the next? */
static void settle(struct poller *poller)
{
	set_timer(poller);
	tell_idle(poller);
}

static void arm(struct poll_feed *feed)
{
	if (feed->state->next_poll == USEC_INFINITY)
		heap_remove(&feed->poller->due, &feed->due);
	else
		heap_put(&feed->poller->due, &feed->due, feed->state->next_poll);
}

static struct memory memory_of(struct poller *poller, const struct feed_state *state)
{
	struct memory memory;

	arena_reset(poller->arena);
	memory_read(state->memory, poller->arena, &memory);
	return memory;
}

/* No more is fetched while too much waits to be read and committed. */
static void hold_or_release(struct poller *poller)
{
	bool full =
		poller->open_rounds >= OPEN_ROUNDS_MOST || poller->open_bytes >= OPEN_BYTES_MOST;
	bool drained = poller->open_rounds <= OPEN_ROUNDS_MOST / 2 &&
		poller->open_bytes <= OPEN_BYTES_MOST / 2;

	if (poller->held ? !drained : !full)
		return;
	poller->held = !poller->held;
	http_client_hold(poller->options.http, poller->held);
	set_timer(poller);
}

static void open_round(struct poll_feed *feed, struct poll_round *round)
{
	struct poller *poller = feed->poller;

	round->poller = poller;
	round->owner = feed;
	round->round.feed = feed->feed;
	round->round.state = feed->state;
	round->round.outcome = round->answer.outcome;
	round->round.status = round->answer.status;
	round->round.words = round->answer.words;
	round->round.body = round->answer.body;
	round->bytes = round->round.document.length;
	feed->round = round;
	TAILQ_INSERT_TAIL(&poller->rounds, round, link);
	poller->open_rounds++;
	poller->open_bytes += round->bytes;
	hold_or_release(poller);
	poller->options.on_round(&round->round, poller->options.userdata);
}

/* Out of memory: as if nothing had been asked. */
static void put_off(struct poll_feed *feed)
{
	log_error("feed %s: out of memory; polled again in an hour", feed->feed->name);
	feed->state->next_poll = now_of(feed->poller) + USEC_HOUR;
	arm(feed);
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
	usec now = now_of(feed->poller);
	usec wait = until > now ? until - now : 0;

	feed->state->next_poll = usec_add(until, schedule_jitter(feed->state->url, now, wait));
	feed->state->rule = RULE_RETRY_AFTER;
	arm(feed);
}

static int read_response(
	struct poll_feed *feed, const struct http_response *response, struct poll_round *round)
{
	struct poller *poller = feed->poller;
	struct memory memory = memory_of(poller, feed->state);
	struct plan plan = answer_plan(feed->state, &memory, feed->started);
	int r;

	r = answer_fill(&round->answer, response, &plan, feed->state, &memory, now_of(poller));
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
		settle(poller);
		return;
	}
	round = calloc(1, sizeof(*round));
	if (!round || read_response(feed, response, round) < 0) {
		round_free(round);
		put_off(feed);
		settle(poller);
		return;
	}
	open_round(feed, round);
}

static void start_file(struct poll_feed *feed)
{
	struct memory memory = memory_of(feed->poller, feed->state);
	struct poll_round *round = calloc(1, sizeof(*round));

	if (!round ||
		local_file_read(feed->state, &memory, now_of(feed->poller), &round->answer,
			&round->round.document) < 0) {
		round_free(round);
		put_off(feed);
		return;
	}
	if (round->answer.outcome == ROUND_DOCUMENT)
		round->round.document.url = strdup(feed->state->url);
	open_round(feed, round);
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
	struct memory memory = memory_of(poller, feed->state);
	struct plan plan;
	const char *bound[3] = {NULL};
	size_t count = 0;
	int r;

	feed->started = now_of(poller);
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

static void start(struct poll_feed *feed)
{
	heap_remove(&feed->poller->due, &feed->due);
	if (local_file_is(feed->state->url))
		start_file(feed);
	else if (start_transfer(feed) < 0)
		put_off(feed);
}

/* P12, for the feeds added since the last turn.  Without memory to sort them they keep their times.
 */
static void spread_waiting(struct poller *poller, usec now)
{
	struct waiting *waiting = reallocarray(NULL, poller->waiting_count, sizeof(*waiting));

	if (!waiting)
		return;
	for (size_t i = 0; i < poller->waiting_count; i++)
		waiting[i] = (struct waiting){
			.feed = poller->waiting[i]->feed, .state = poller->waiting[i]->state};
	backlog_spread(waiting, poller->waiting_count, now, poller->options.poll_interval);
	free(waiting);
}

static void place_waiting(struct poller *poller, usec now)
{
	if (poller->waiting_count == 0)
		return;
	if (!poller->once)
		spread_waiting(poller, now);
	for (size_t i = 0; i < poller->waiting_count; i++) {
		struct poll_feed *feed = poller->waiting[i];

		if (poller->once && feed->state->first_poll == 0)
			feed->state->next_poll = now;
		arm(feed);
	}
	poller->waiting_count = 0;
}

static void on_timer(void *userdata)
{
	struct poller *poller = userdata;
	usec now = poller->once ? poller->once_at : now_of(poller);
	struct heap_node *first;
	unsigned started = 0;

	place_waiting(poller, now);
	if (!poller->once || poller->starting)
		for (first = heap_first(&poller->due);
			first && first->at <= now && started < STARTS_A_TURN && !poller->held;
			first = heap_first(&poller->due), started++)
			start(CONTAINER_OF(first, struct poll_feed, due));
	if (started < STARTS_A_TURN && !poller->held)
		poller->starting = false;
	settle(poller);
}

/* P4: a host that asked to wait is left alone after a restart too. */
static void restore_block(struct poller *poller, const struct feed_state *state)
{
	struct memory memory = memory_of(poller, state);

	if (memory.blocked_url && memory.blocked_until > now_of(poller))
		(void)http_client_block_host(
			poller->options.http, memory.blocked_url, memory.blocked_until);
}

static int add_waiting(struct poller *poller, struct poll_feed *feed)
{
	if (poller->waiting_count == poller->waiting_size) {
		size_t size = poller->waiting_size > 0 ? 2 * poller->waiting_size : 64;
		struct poll_feed **more =
			reallocarray(poller->waiting, size, sizeof(struct poll_feed *));

		if (!more)
			return -ENOMEM;
		poller->waiting = more;
		poller->waiting_size = size;
	}
	poller->waiting[poller->waiting_count++] = feed;
	return 0;
}

/* A feed that stood there before a reload goes on as it is. */
static int keep(struct poller *poller, struct poll_feed *known, const struct feed *feed)
{
	if (!known->stale) {
		log_debug("feed %s has the URL of feed %s: they are one", feed->name,
			known->feed->name);
		return 0;
	}
	known->stale = false;
	known->feed = feed;
	if (known->round)
		known->round->round.feed = feed;
	/* Keys are the configuration's strings, and the old one goes. */
	if (map_put(&poller->by_url, feed->url, known) < 0)
		return -ENOMEM;
	return map_put(&poller->by_name, feed->name, known);
}

int poller_add(struct poller *poller, const struct feed *feed, const struct feed_state *state)
{
	struct poll_feed *known = map_get(&poller->by_url, feed->url);
	struct poll_feed *added;

	if (known)
		return keep(poller, known, feed);
	if (heap_reserve(&poller->due, poller->by_url.count + 1) < 0)
		return -ENOMEM;
	added = calloc(1, sizeof(*added));
	if (!added)
		return -ENOMEM;
	added->poller = poller;
	added->feed = feed;
	added->state = state_copy(state);
	if (!added->state || map_put(&poller->by_url, feed->url, added) < 0) {
		feed_free(added);
		return -ENOMEM;
	}
	if (map_put(&poller->by_name, feed->name, added) < 0 || add_waiting(poller, added) < 0) {
		(void)map_remove(&poller->by_name, feed->name);
		(void)map_remove(&poller->by_url, feed->url);
		feed_free(added);
		return -ENOMEM;
	}
	restore_block(poller, added->state);
	set_timer(poller);
	return 0;
}

/* The round's owner may hold it for long; the feed and its configuration go now. */
static void orphan(struct poll_round *round)
{
	round->feed.name = strdup(round->round.feed->name);
	round->feed.url = strdup(round->round.feed->url);
	round->state = round->owner->state;
	round->owner->state = NULL;
	round->owner = NULL;
	round->round.feed = &round->feed;
}

static void remove_feed(struct poll_feed *feed)
{
	struct poller *poller = feed->poller;

	if (feed->round)
		orphan(feed->round);
	if (feed->transfer)
		poller->in_flight--;
	heap_remove(&poller->due, &feed->due);
	(void)map_remove(&poller->by_url, feed->feed->url);
	feed_free(feed);
}

void poller_reload_begin(struct poller *poller, usec poll_interval)
{
	struct poll_feed *feed;
	size_t cursor = 0;

	place_waiting(poller, now_of(poller));
	poller->options.poll_interval = poll_interval;
	map_free(&poller->by_name);
	for (feed = map_next(&poller->by_url, &cursor); feed;
		feed = map_next(&poller->by_url, &cursor))
		feed->stale = true;
}

void poller_reload_end(struct poller *poller)
{
	size_t cursor = 0;
	struct poll_feed *feed;

	/* Removing moves the map's slots: start over after each. */
	for (feed = map_next(&poller->by_url, &cursor); feed;
		feed = map_next(&poller->by_url, &cursor)) {
		if (!feed->stale)
			continue;
		remove_feed(feed);
		cursor = cursor > 0 ? cursor - 1 : 0;
	}
	set_timer(poller);
}

int poller_conclude(struct poller *poller, const struct round *round,
	const struct round_result *result, struct arena *arena, struct feed_state *ret)
{
	const struct poll_round *whole =
		CONTAINER_OF((struct round *)round, struct poll_round, round);
	struct conclusion conclusion = {
		.feed = round->feed,
		.state = round->state,
		.answer = &whole->answer,
		.result = result,
		.default_interval = poller->options.poll_interval,
	};

	return answer_conclude(&conclusion, arena, ret);
}

/* What the operator should learn of a poll, once. */
static void log_change(
	const struct feed *feed, const struct feed_state *before, const struct feed_state *after)
{
	const struct log_field *fields = LOG_FIELDS({"FEED", feed->name}, {"URL", feed->url});

	if (after->health == FEED_GONE && before->health != FEED_GONE)
		log_write(LOG_WARNING, NULL, fields, "feed %s ended: %s", feed->name, after->error);
	else if (after->health == FEED_FAILING && before->failures == 0)
		log_write(LOG_WARNING, NULL, fields, "feed %s fails: %s", feed->name, after->error);
	else if (after->health == FEED_OK && before->failures > 0)
		log_write(LOG_NOTICE, NULL, fields, "feed %s works again", feed->name);
	if (after->moved_url &&
		(!before->moved_url || strcmp(after->moved_url, before->moved_url) != 0))
		log_write(LOG_NOTICE, NULL, fields, "feed %s moved for good, polled at %s now",
			feed->name, after->moved_url);
	else if (!after->moved_url && before->moved_url)
		log_write(LOG_NOTICE, NULL, fields, "feed %s is polled at its configured URL again",
			feed->name);
}

/* Takes the round off the books and frees it; returns its feed, if there still is one. */
static struct poll_feed *close_round(struct poller *poller, struct poll_round *round)
{
	struct poll_feed *feed = round->owner;

	assert(round->poller == poller);
	if (feed)
		feed->round = NULL;
	TAILQ_REMOVE(&poller->rounds, round, link);
	poller->open_rounds--;
	poller->open_bytes -= round->bytes;
	round_free(round);
	hold_or_release(poller);
	return feed;
}

void poller_finish(struct poller *poller, struct round *round, const struct feed_state *state)
{
	struct poll_feed *feed = close_round(poller, CONTAINER_OF(round, struct poll_round, round));
	struct feed_state *copy;

	if (!feed)
		return;
	copy = state_copy(state);
	if (!copy) {
		put_off(feed);
	} else {
		log_change(feed->feed, feed->state, copy);
		free(feed->state);
		feed->state = copy;
		arm(feed);
	}
	settle(poller);
}

void poller_abandon(struct poller *poller, struct round *round, usec delay)
{
	struct poll_feed *feed = close_round(poller, CONTAINER_OF(round, struct poll_round, round));

	if (!feed) {
		settle(poller);
		return;
	}
	feed->state->next_poll = usec_add(now_of(poller), delay);
	arm(feed);
	settle(poller);
}

static struct poll_feed *find(const struct poller *poller, const char *name)
{
	struct poll_feed *feed = map_get(&poller->by_name, name);

	return feed ? feed : map_get(&poller->by_url, name);
}

int poller_poll_now(struct poller *poller, const char *name)
{
	struct poll_feed *feed;

	place_waiting(poller, now_of(poller));
	feed = find(poller, name);
	if (!feed)
		return -ENOENT;
	if (feed->transfer || feed->round)
		return 0;
	feed->state->next_poll = now_of(poller);
	feed->state->rule = RULE_ASKED;
	arm(feed);
	set_timer(poller);
	return 0;
}

void poller_once(struct poller *poller)
{
	poller->once = true;
	poller->once_at = now_of(poller);
	poller->starting = true;
	set_timer(poller);
}

bool poller_idle(const struct poller *poller)
{
	return !poller->starting && poller->in_flight == 0 && poller->open_rounds == 0;
}

struct poller_figures poller_figures(const struct poller *poller)
{
	const struct heap_node *first = heap_first(&poller->due);
	struct poller_figures figures = {
		.feeds = poller->by_url.count,
		.in_flight = poller->in_flight,
		.next_poll = first ? first->at : USEC_INFINITY,
	};
	const struct poll_feed *feed;
	size_t cursor = 0;

	for (feed = map_next(&poller->by_url, &cursor); feed;
		feed = map_next(&poller->by_url, &cursor))
		figures.failing += feed->state->failures > 0;
	return figures;
}

const struct feed_state *poller_feed_state(const struct poller *poller, const char *name)
{
	const struct poll_feed *feed = find(poller, name);

	return feed ? feed->state : NULL;
}
