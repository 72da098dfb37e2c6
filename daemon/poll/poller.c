#include "poll/poller.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/macro.h"
#include "poll/books.h"
#include "poll/schedule.h"
#include "poll/state.h"

enum {
	ARENA_MAX = 256 * 1024, /* a feed's memory, when it is read or written */
};

int poller_new(const struct poller_options *options, struct poller **ret)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	int r;

	if (!poller)
		return -ENOMEM;
	poller->options = *options;
	if (poller->options.safety_interval == 0)
		poller->options.safety_interval = POLL_SAFETY_DEFAULT;
	poller->clock_offset = clock_offset(options->clock);
	TAILQ_INIT(&poller->rounds);
	r = arena_new(ARENA_MAX, &poller->arena);
	if (r >= 0)
		r = clock_timer_new(options->clock, pacer_turn, poller, &poller->timer);
	if (r < 0) {
		poller_free(poller);
		return r;
	}
	*ret = poller;
	return 0;
}

static void feed_free(struct poll_feed *feed)
{
	http_transfer_cancel(feed->transfer);
	access_unref(feed->asked_as);
	push_clear(feed);
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

/* P4: a host that asked to wait is left alone after a restart too. */
static void restore_block(struct poller *poller, const struct feed_state *state)
{
	struct memory memory = fetch_memory(poller, state);
	usec now = pacer_now(poller);
	/* Of a poll after now, before the clock was set back: as long as was left then. */
	usec noted = state->last_poll > now ? state->last_poll : now;

	/* No host may ask for longer: such a time was set while the clock was wrong. */
	if (memory.blocked_url && memory.blocked_until > noted &&
		memory.blocked_until - noted <= POLL_RETRY_AFTER_MOST + POLL_CLOCK_SLACK)
		(void)http_client_block_host(poller->options.http, memory.blocked_url,
			now + (memory.blocked_until - noted));
}

bool poller_has(const struct poller *poller, const struct feed *feed)
{
	return map_get(&poller->by_url, feed_key(feed)) != NULL;
}

/* A feed that stood there before a reload, or is there already, goes on as it is. */
int poller_keep(struct poller *poller, const struct feed *feed)
{
	struct poll_feed *known = map_get(&poller->by_url, feed_key(feed));

	if (!known->stale && known->feed == feed)
		return 0;
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
	if (map_put(&poller->by_url, feed_key(feed), known) < 0)
		return -ENOMEM;
	return map_put(&poller->by_name, feed->name, known);
}

int poller_add(struct poller *poller, const struct feed *feed, const struct feed_state *state)
{
	struct poll_feed *added;

	if (poller_has(poller, feed))
		return poller_keep(poller, feed);
	if (heap_reserve(&poller->due, poller->by_url.count + 1) < 0)
		return -ENOMEM;
	added = calloc(1, sizeof(*added));
	if (!added)
		return -ENOMEM;
	added->poller = poller;
	added->feed = feed;
	STAILQ_INIT(&added->pushes);
	added->state = state_copy(state);
	if (!added->state || map_put(&poller->by_url, feed_key(feed), added) < 0) {
		feed_free(added);
		return -ENOMEM;
	}
	if (map_put(&poller->by_name, feed->name, added) < 0 || pacer_await(added) < 0) {
		(void)map_remove(&poller->by_name, feed->name);
		(void)map_remove(&poller->by_url, feed_key(feed));
		feed_free(added);
		return -ENOMEM;
	}
	poller->failing += added->state->failures > 0;
	restore_block(poller, added->state);
	pacer_settle(poller);
	return 0;
}

static void remove_feed(struct poll_feed *feed)
{
	struct poller *poller = feed->poller;

	poller->failing -= feed->state->failures > 0;
	if (feed->round)
		round_orphan(feed->round);
	if (feed->transfer)
		poller->in_flight--;
	heap_remove(&poller->due, &feed->due);
	(void)map_remove(&poller->by_url, feed_key(feed->feed));
	feed_free(feed);
}

void poller_reload_begin(struct poller *poller, usec poll_interval)
{
	struct poll_feed *feed;
	size_t cursor = 0;

	pacer_place(poller, pacer_now(poller));
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
	pacer_settle(poller);
}

static struct poll_feed *find(const struct poller *poller, const char *name)
{
	struct poll_feed *feed = map_get(&poller->by_name, name);

	return feed ? feed : map_get(&poller->by_url, name);
}

int poller_poll_now(struct poller *poller, const char *name)
{
	struct poll_feed *feed;

	pacer_place(poller, pacer_now(poller));
	feed = find(poller, name);
	if (!feed)
		return -ENOENT;
	/* What is on its way, or being stored, may be older than the wish. */
	feed->again |= feed->round || http_transfer_is_under_way(feed->transfer);
	if (feed->transfer || feed->round)
		return 0;
	feed->state->next_poll = pacer_now(poller);
	feed->state->rule = RULE_ASKED;
	pacer_arm(feed);
	pacer_settle(poller);
	return 0;
}

void poller_set_pushed(struct poller *poller, const char *key, bool pushed)
{
	struct poll_feed *feed = map_get(&poller->by_url, key);

	if (!feed || feed->pushed == pushed)
		return;
	feed->pushed = pushed;
	pacer_hurry(feed);
	if (!feed->transfer && !feed->round)
		pacer_arm(feed);
	pacer_settle(poller);
}

int poller_push(struct poller *poller, const char *key, struct document *document)
{
	struct poll_feed *feed;
	int r = -ENOENT;

	pacer_place(poller, pacer_now(poller));
	feed = map_get(&poller->by_url, key);
	if (feed && feed->state->health != FEED_GONE)
		r = push_keep(feed, document);
	document_clear(document);
	if (r == -ENOENT)
		return r;
	if (r < 0) {
		feed->refused_at = pacer_now(poller);
		pacer_hurry(feed);
	}
	if (!feed->transfer && !feed->round)
		pacer_arm(feed);
	pacer_settle(poller);
	return r;
}

bool poller_has_pushes(const struct poller *poller, const char *key)
{
	const struct poll_feed *feed = map_get(&poller->by_url, key);

	return feed && (feed->push_count > 0 || feed->refused_at > 0);
}

void poller_once(struct poller *poller)
{
	poller->once = true;
	poller->once_at = pacer_now(poller);
	poller->starting = true;
	pacer_settle(poller);
}

bool poller_idle(const struct poller *poller)
{
	return !poller->starting && poller->in_flight == 0 && poller->open_rounds == 0;
}

struct poller_figures poller_figures(const struct poller *poller)
{
	const struct heap_node *first = heap_first(&poller->due);

	return (struct poller_figures){
		.feeds = poller->by_url.count,
		.failing = poller->failing,
		.in_flight = poller->in_flight,
		.next_poll = first ? first->at : USEC_INFINITY,
	};
}

const struct feed_state *poller_feed_state(const struct poller *poller, const char *name)
{
	const struct poll_feed *feed = find(poller, name);

	return feed ? feed->state : NULL;
}
