#include "pipeline/pushes.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "poll/answer.h"
#include "poll/memory.h"
#include "websub/callback.h"
#include "websub/subscriber.h"

enum {
	MEMORY_BYTES = 64 * 1024, /* of a feed's memory, read for its hub */
};

/* News that is younger than this may be on its way from the hub when a poll finds it. */
#define PUSH_GRACE (10 * USEC_MINUTE)

struct pushes {
	struct pushes_options options;
	struct subscriber *subscriber;
	struct callback *callback;
	struct arena *arena;
	usec listening_since;
};

/* ---- from the subscriptions ---- */

static void on_save(const struct subscription *subscription, bool gone, void *userdata)
{
	struct pushes *pushes = userdata;
	struct store *store = pushes->options.store;
	int r;

	r = gone ? store_subscription_remove(store, subscription->token)
		 : store_subscription_save(store, subscription);
	/* A subscription that is forgotten by a crash is made again; its hub's lease ends. */
	if (r < 0)
		log_error("feed %s: its subscription cannot be stored: %s", subscription->feed,
			store_error(store));
}

static void on_changed(const char *feed, bool pushed, void *userdata)
{
	struct pushes *pushes = userdata;

	poller_set_pushed(pushes->options.poller, feed, pushed);
}

/* P7 holds for hubs as for feeds, and for the feeds of their hosts. */
static usec on_refused(const struct http_response *response, void *userdata)
{
	const struct pushes *pushes = userdata;
	usec until = answer_blocked_until(response, 0, clock_now(pushes->options.clock));

	if (until > 0)
		(void)http_client_block_host(pushes->options.http, response->url, until);
	return until;
}

static int on_pushed(const char *feed, const char *content_type, const char *bytes, size_t length,
	void *userdata)
{
	struct pushes *pushes = userdata;
	/* "URL#access=..." is not an address that relative links start from. */
	const struct url_part url = {feed, strcspn(feed, "#")};
	struct document document;
	int r;

	r = document_make(url, content_type, bytes, length, &document);
	if (r < 0) {
		log_error("feed %s: out of memory; its hub is to bring its news again", feed);
		return r;
	}
	r = poller_push(pushes->options.poller, feed, &document);
	if (r < 0)
		log_debug("feed %s: what its hub brought was not taken: %s", feed,
			strerrordesc_np(-r));
	return r == -ENOENT ? 0 : r;
}

/* ---- from the rounds ---- */

static void learn(struct pushes *pushes, const struct round *round, const struct feed_state *state)
{
	struct memory memory;

	arena_reset(pushes->arena);
	memory_read(state->memory, pushes->arena, &memory);
	if (subscriber_learn(pushes->subscriber, feed_key(round->feed), memory.hub, memory.topic,
		    round->feed->private_networks) < 0)
		log_error("feed %s: out of memory; it is not subscribed to", round->feed->name);
}

/*
 * Whether a poll's document has news that a hub should have brought since the poll before.  What it
 * tried to bring while nobody listened is not its fault.
 */
static bool has_missed_news(struct pushes *pushes, const char *key, const struct feed_state *state,
	const struct round_result *result)
{
	usec now = clock_now(pushes->options.clock);
	const struct subscription *subscription = subscriber_find(pushes->subscriber, key);
	usec newest;

	/* The clock was set back. */
	if (pushes->listening_since > now)
		pushes->listening_since = now;
	if (!subscription || result->fresh == 0 || !state->primed ||
		state->last_poll < subscription->active_since ||
		state->last_poll < pushes->listening_since ||
		poller_has_pushes(pushes->options.poller, key))
		return false;
	if (result->newest == DATE_NONE || result->newest < 0)
		return true;
	newest = (usec)result->newest * USEC_SEC;
	return newest + PUSH_GRACE < now;
}

void pushes_on_settled(const struct round *round, const struct feed_state *state,
	const struct round_result *result, void *userdata)
{
	struct pushes *pushes = userdata;
	const char *key = feed_key(round->feed);

	if (round->pushed) {
		if (result && result->fresh > 0)
			subscriber_confirmed(pushes->subscriber, key);
		return;
	}
	if (!result || !result->readable)
		return;
	if (has_missed_news(pushes, key, round->state, result))
		subscriber_missed(pushes->subscriber, key);
	learn(pushes, round, state);
}

/* ---- the configuration ---- */

static bool is_configured(const char *feed, void *userdata)
{
	return map_get(userdata, feed) != NULL;
}

void pushes_configure(struct pushes *pushes, const struct config *config)
{
	struct map keys = {0};
	int r = 0;

	for (size_t i = 0; i < config->feed_count && r == 0; i++)
		r = map_put(&keys, feed_key(&config->feeds[i]), &config->feeds[i]);
	/* Without memory to tell them apart all stay. */
	if (r == 0)
		subscriber_keep(pushes->subscriber, is_configured, &keys);
	map_free(&keys);
}

const struct subscription *pushes_find(const struct pushes *pushes, const struct feed *feed)
{
	return pushes ? subscriber_find(pushes->subscriber, feed_key(feed)) : NULL;
}

static int restore(const struct subscription *subscription, void *userdata)
{
	struct pushes *pushes = userdata;

	return subscriber_restore(pushes->subscriber, subscription);
}

/* The subscriptions of the last run. */
static int restore_all(struct pushes *pushes)
{
	struct store *store = pushes->options.store;
	usec now = clock_now(pushes->options.clock);
	usec back;
	int r;

	r = store_clock_back(store, now, &back);
	if (r == 0 && back > 0)
		r = store_subscriptions_set_back(store, now, back);
	return r < 0 ? r : store_subscriptions_each(store, restore, pushes);
}

static int listen_to_hubs(struct pushes *pushes)
{
	const struct pushes_options *options = &pushes->options;
	int r;

	if (options->fd >= 0)
		return callback_serve(
			options->base, options->fd, pushes->subscriber, &pushes->callback);
	r = callback_new(
		options->base, options->config->listen, pushes->subscriber, &pushes->callback);
	if (r < 0)
		(void)log_fail(r, "Listen=: cannot listen on %s: %m", options->config->listen);
	return r;
}

int pushes_new(const struct pushes_options *options, struct pushes **ret)
{
	struct pushes *pushes = calloc(1, sizeof(*pushes));
	struct subscriber_options subscriber = {
		.clock = options->clock,
		.http = options->http,
		.public_url = options->config->public_url,
		.save = on_save,
		.changed = on_changed,
		.blocked = on_refused,
		.pushed = on_pushed,
		.userdata = pushes,
	};
	int r;

	if (!pushes)
		return -ENOMEM;
	pushes->options = *options;
	pushes->listening_since = clock_now(options->clock);
	r = arena_new(MEMORY_BYTES, &pushes->arena);
	if (r == 0)
		r = subscriber_new(&subscriber, &pushes->subscriber);
	if (r == 0)
		r = listen_to_hubs(pushes);
	if (r == 0)
		r = restore_all(pushes);
	if (r < 0) {
		pushes_free(pushes);
		return r;
	}
	pushes_configure(pushes, options->config);
	*ret = pushes;
	return 0;
}

void pushes_free(struct pushes *pushes)
{
	if (!pushes)
		return;
	callback_free(pushes->callback);
	subscriber_free(pushes->subscriber);
	arena_free(pushes->arena);
	free(pushes);
}
