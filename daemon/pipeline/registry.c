#include "pipeline/registry.h"

#include "base/map.h"

enum {
	FEED_ARENA_BYTES = 1024 * 1024, /* of one feed's state */
};

static int ensure_feed(const struct registry *registry, const struct feed *feed,
	struct arena *arena, struct feed_state *ret)
{
	arena_reset(arena);
	return store_feed_ensure(
		registry->store, feed_key(feed), clock_now(registry->clock), arena, ret);
}

int registry_store_topics(
	const struct registry *registry, const struct config *running, const struct config *config)
{
	usec now = clock_now(registry->clock);
	struct map known = {0};
	usec since;
	int r = 0;

	for (size_t i = 0; running && r == 0 && i < running->topic_count; i++)
		r = map_put(&known, running->topics[i].name, (void *)&running->topics[i]);
	for (size_t i = 0; r == 0 && i < config->topic_count; i++)
		if (!map_get(&known, config->topics[i].name))
			r = store_topic_ensure(
				registry->store, config->topics[i].name, now, &since);
	map_free(&known);
	return r;
}

static int store_feeds(const struct registry *registry, const struct config *config)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct feed_state state;
	int r;

	r = arena_new(FEED_ARENA_BYTES, &arena);
	for (size_t i = 0; r == 0 && i < config->feed_count; i++)
		if (!poller_has(registry->poller, &config->feeds[i]))
			r = ensure_feed(registry, &config->feeds[i], arena, &state);
	return r;
}

int registry_store(
	const struct registry *registry, const struct config *running, const struct config *config)
{
	int r;

	r = store_savepoint(registry->store);
	if (r < 0)
		return r;
	r = registry_store_topics(registry, running, config);
	if (r == 0)
		r = store_feeds(registry, config);
	if (r < 0) {
		(void)store_savepoint_rollback(registry->store);
		return r;
	}
	return store_savepoint_release(registry->store);
}

/* The configured feeds by their URLs, and who is to have those that the store knows. */
struct known_feeds {
	struct poller *poller;
	struct map configured;
};

static int add_known(const struct feed_state *stored, void *userdata)
{
	const struct known_feeds *known = userdata;
	const struct feed *feed = map_get(&known->configured, stored->url);
	struct feed_state state = *stored;

	if (!feed)
		return 0;
	state.url = feed->url; /* also where the store knows it by more */
	return poller_add(known->poller, feed, &state);
}

/* At a start: reading all in one go costs a third of asking for each. */
static int add_all_known(const struct registry *registry, const struct config *config)
{
	struct known_feeds known = {.poller = registry->poller};
	int r = 0;

	for (size_t i = 0; r == 0 && i < config->feed_count; i++) {
		const char *key = feed_key(&config->feeds[i]);

		if (!map_get(&known.configured, key))
			r = map_put(&known.configured, key, (void *)&config->feeds[i]);
	}
	if (r == 0)
		r = store_feeds_each(registry->store, add_known, &known);
	map_free(&known.configured);
	return r;
}

int registry_add_feeds(const struct registry *registry, const struct config *config)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct feed_state state;
	int r;

	r = arena_new(FEED_ARENA_BYTES, &arena);
	if (r == 0 && poller_figures(registry->poller).feeds == 0)
		r = add_all_known(registry, config);
	for (size_t i = 0; r == 0 && i < config->feed_count; i++) {
		const struct feed *feed = &config->feeds[i];

		if (poller_has(registry->poller, feed)) {
			r = poller_keep(registry->poller, feed);
			continue;
		}
		r = ensure_feed(registry, feed, arena, &state);
		state.url = feed->url; /* also where the store knows it by more */
		if (r == 0)
			r = poller_add(registry->poller, feed, &state);
	}
	return r;
}
