/*
 * One web page's way to its text: robots.txt (RFC 9309), the page, the reader.  Ends in one call of
 * `done`.  Knows no entries; what sites said of robots is kept in the store.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "http/client.h"
#include "model/feed.h"
#include "model/web_page.h"
#include "store/store.h"
#include "worker/pool.h"

struct page_fetch;

#define PAGE_ROBOTS_KEPT USEC_DAY    /* robots.txt (P17; RFC 9309 section 2.4) */
#define PAGE_TIMEOUT (30 * USEC_SEC) /* of one transfer */

enum {
	PAGE_REDIRECTS_MAX = 10,
	PAGE_ROBOTS_REDIRECTS_MAX = 5, /* RFC 9309 section 2.3.1.2 */
};

enum page_fetch_outcome {
	PAGE_FETCHED,  /* `page` is an article */
	PAGE_UNUSABLE, /* there is none to be had at that address; `note` says why */
	PAGE_LATER,    /* trouble that may pass, not before `retry_at` */
};

struct page_fetched {
	enum page_fetch_outcome outcome;
	const char *note;            /* a word or two */
	const char *url;             /* where redirects led; until the call returns */
	const struct web_page *page; /* PAGE_FETCHED; likewise */
	usec retry_at;               /* PAGE_LATER, wall clock; 0: whenever */
	bool asked;                  /* the page itself was requested */
};

typedef void (*page_fetch_fn)(const struct page_fetched *fetched, void *userdata);

/* All borrowed. */
struct page_fetch_options {
	struct clock *clock;
	struct store *store;
	struct http_client *http;
	struct pool *pool;
	const char *agent; /* product token */
};

/*
 * Starts.  The feed's User-Agent, networks and access hold for its articles' pages too; it need not
 * outlive the call.  `done` is called once, perhaps from within this call.  Returns 0 or -ENOMEM.
 */
int page_fetch_start(const struct page_fetch_options *options, const char *url,
	const struct feed *feed, page_fetch_fn done, void *userdata, struct page_fetch **ret);

/* Whether a reader has a document of it: it ends soon then. */
bool page_fetch_is_reading(const struct page_fetch *fetch);

/*
 * Ends it without a callback: no reader may have a document of it, unless the pool is gone.  Takes
 * NULL; not from within `done`.
 */
void page_fetch_cancel(struct page_fetch *fetch);

/* The hosts that asked to be left alone before the last start are left alone again. */
int page_fetch_restore(const struct page_fetch_options *options);
