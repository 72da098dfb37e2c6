/*
 * Entries that wait for their web pages (FullText=, deferral.h): fetches each page once and
 * politely (docs/POLLING.md P7, P11, P13 to P15, P17), lets a reader extract the article, and
 * takes the entry in with that text, or with the feed's where there is none, after PAGES_WAIT at
 * most.  What waits stands in the store, pages and robots.txt too: a crash costs a page at most.
 * One page at a time is fetched from a host, so that a slow one delays its own articles only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "config/config.h"
#include "http/client.h"
#include "pipeline/pipeline.h"
#include "store/store.h"
#include "worker/pool.h"

struct pages;

#define PAGES_WAIT (15 * USEC_MINUTE) /* then the feed's text is taken */
#define PAGES_RETRY (2 * USEC_MINUTE) /* after trouble that may pass; doubled each time */

enum {
	PAGES_IN_HAND_MAX = 16,
};

/* All borrowed; they outlive the pages. */
struct pages_options {
	struct clock *clock;
	struct store *store;
	struct http_client *http;
	struct pool *pool;
	struct pipeline *pipeline;
	bool once; /* --once: what fails is not tried again */
};

/* Returns 0 or -errno. */
int pages_new(const struct pages_options *options, struct pages **ret);

/* What is in hand is dropped: it waits in the store. */
void pages_free(struct pages *pages);

/* The configuration is borrowed; its User-Agent's product token is what robots.txt is asked for. */
void pages_configure(struct pages *pages, const struct config *config);

/* Whether nothing waits but what was put off for longer than PAGES_WAIT. */
bool pages_idle(struct pages *pages);

struct pages_figures {
	uint64_t waiting;
	uint64_t fetched;  /* requests for pages since the start */
	uint64_t used;     /* articles that got their page's text */
	uint64_t fallback; /* articles that got the feed's instead */
};

/* Asks the store for what waits. */
struct pages_figures pages_figures(struct pages *pages);
