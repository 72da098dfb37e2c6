/*
 * The daemon's rooms from due feeds to stored alerts, as scenario tests run them: the real ones, on
 * a clock that the test moves, with a network of the test's own (support/fake_http.h) and parsers
 * without processes (support/fake_pool.h).  A test puts this into its world.  Nothing here fails
 * but by failing the test.
 */
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "pipeline/kept_pages.h"
#include "pipeline/pages.h"
#include "pipeline/pipeline.h"
#include "poll/poller.h"
#include "store/store.h"
#include "support/scratch.h"

#define ROOMS_START ((usec)1793534400 * USEC_SEC) /* 1 November 2026 */

struct rooms {
	char folder[SCRATCH_FOLDER_BYTES]; /* the configuration, and state/ */
	struct clock *clock;
	struct event_base *base;
	struct config *config;
	struct store *store;
	struct http_client *http;
	struct pool *pool;
	struct outbox *outbox;
	struct pipeline *pipeline;
	struct pages *pages;
	struct poller *poller;
};

/* A folder and a clock, nothing else so far. */
void rooms_open(struct rooms *rooms);

/* Stops what runs, and removes the folder. */
void rooms_close(struct rooms *rooms);

/* Starts the daemon; `config` stands behind its [Daemon] section's first lines. */
void rooms_start(struct rooms *rooms, const char *config);

/* Adds the configured feeds, as the start did: after a test took them away. */
void rooms_add_feeds(struct rooms *rooms);

/* Ends it in order; it may be started again, with the same folder. */
void rooms_stop(struct rooms *rooms);

/* Lets what was begun end, the housekeeping too. */
void rooms_settle(struct rooms *rooms);

struct store_figures rooms_figures(struct rooms *rooms);
