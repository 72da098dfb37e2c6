#include "support/rooms.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "pipeline/registry.h"
#include "support/fake_clock.h"
#include "watch/watch.h"

enum {
	CONFIG_BYTES_MAX = 4 * 1024 * 1024,
	SETTLE_STEPS_MOST = 100,
};

#define SETTLE_STEP (50 * USEC_MSEC)

void rooms_open(struct rooms *rooms)
{
	scratch_make(rooms->folder);
	rooms->clock = fake_clock_new(ROOMS_START);
	rooms->base = event_base_new();
	assert_non_null(rooms->base);
}

void rooms_close(struct rooms *rooms)
{
	rooms_stop(rooms);
	event_base_free(rooms->base);
	fake_clock_free(rooms->clock);
	scratch_remove(rooms->folder);
}

/* Returns the topics, compiled. */
static struct matcher *load(struct rooms *rooms, const char *config)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(CONFIG_BYTES_MAX);
	struct config_errors errors = {0};
	char path[SCRATCH_PATH_BYTES];
	struct matcher *matcher;

	assert_int_equal(buffer_printf(&text, "[Daemon]\nStateDirectory=%s/state\nJournal=no\n%s",
				 rooms->folder, config),
		0);
	scratch_write(rooms->folder, "wirewatch.conf", text.bytes);
	scratch_path(rooms->folder, "wirewatch.conf", path);
	if (watch_load(path, &errors, &rooms->config, &matcher) < 0)
		fail_msg("%s", errors.lines[0]);
	return matcher;
}

static void open_services(struct rooms *rooms)
{
	const struct http_options http = {.base = rooms->base,
		.clock = rooms->clock,
		.max_transfers = 8,
		.host_connections = 1};
	const struct pool_options pool = {.clock = rooms->clock};
	struct outbox_options outbox = {
		.base = rooms->base, .clock = rooms->clock, .store = rooms->store};

	assert_int_equal(http_client_new(&http, &rooms->http), 0);
	assert_int_equal(pool_new(&pool, &rooms->pool), 0);
	outbox.http = rooms->http;
	assert_int_equal(outbox_new(&outbox, &rooms->outbox), 0);
}

static void open_spine(struct rooms *rooms)
{
	const struct pipeline_options pipeline = {
		.clock = rooms->clock,
		.store = rooms->store,
		.pool = rooms->pool,
		.outbox = rooms->outbox,
	};
	struct poller_options poller = {
		.clock = rooms->clock,
		.http = rooms->http,
		.poll_interval = rooms->config->poll_interval,
		.on_round = pipeline_on_round,
	};
	struct pages_options pages = {
		.clock = rooms->clock,
		.store = rooms->store,
		.http = rooms->http,
		.pool = rooms->pool,
	};

	assert_int_equal(pipeline_new(&pipeline, &rooms->pipeline), 0);
	poller.userdata = pages.pipeline = rooms->pipeline;
	assert_int_equal(poller_new(&poller, &rooms->poller), 0);
	pipeline_set_poller(rooms->pipeline, rooms->poller);
	assert_int_equal(pages_new(&pages, &rooms->pages), 0);
}

void rooms_add_feeds(struct rooms *rooms)
{
	const struct registry registry = {rooms->clock, rooms->store, rooms->poller};

	assert_int_equal(registry_add_feeds(&registry, rooms->config), 0);
}

void rooms_start(struct rooms *rooms, const char *config)
{
	struct matcher *matcher = load(rooms, config);
	struct registry registry;
	char *words = NULL;

	if (store_open(rooms->config->state_directory, &rooms->store, &words) < 0)
		fail_msg("%s", words);
	open_services(rooms);
	open_spine(rooms);
	registry = (struct registry){rooms->clock, rooms->store, rooms->poller};
	assert_int_equal(registry_store_topics(&registry, NULL, rooms->config), 0);
	assert_int_equal(pipeline_configure(rooms->pipeline, rooms->config, matcher), 0);
	pages_configure(rooms->pages, rooms->config);
	rooms_add_feeds(rooms);
}

void rooms_stop(struct rooms *rooms)
{
	pool_free(rooms->pool);
	pages_free(rooms->pages);
	pipeline_free(rooms->pipeline);
	poller_free(rooms->poller);
	outbox_free(rooms->outbox);
	http_client_free(rooms->http);
	store_close(rooms->store);
	config_free(rooms->config);
}

void rooms_settle(struct rooms *rooms)
{
	for (unsigned i = 0; i < SETTLE_STEPS_MOST && !pipeline_idle(rooms->pipeline); i++)
		fake_clock_advance(rooms->clock, SETTLE_STEP);
	assert_true(pipeline_idle(rooms->pipeline));
}

struct store_figures rooms_figures(struct rooms *rooms)
{
	struct store_figures figures;

	assert_int_equal(store_figures(rooms->store, &figures), 0);
	return figures;
}
