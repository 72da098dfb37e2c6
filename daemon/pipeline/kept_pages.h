/*
 * Web pages that were fetched a short while ago: so one is fetched once, whatever feeds carry it,
 * and it is known how many were asked for.  All of it stands in the store (borrowed), in the
 * transaction that is open; what cannot be kept costs a request more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "model/web_page.h"
#include "pipeline/page_fetch.h"
#include "store/store.h"

#define PAGES_FRESH USEC_DAY      /* a page that was fetched before is fetched again */
#define PAGES_KEPT (2 * USEC_DAY) /* in the store */

enum {
	PAGES_HOST_HOUR_MAX = 120, /* pages of one host in an hour */
	PAGES_HOUR_MAX = 3600,     /* and of all */
};

struct kept_page {
	bool has_page;
	struct web_page page;
	const char *note; /* where there is none */
};

/*
 * Finds what an address brought since then; all of it is the arena's.  Returns 0, or -errno where
 * the page is to be fetched.
 */
int kept_pages_find(struct store *store, const char *url, usec since, usec now, struct arena *arena,
	struct kept_page *ret);

/* Who asked for which page, and when it was answered. */
struct page_request {
	const char *url;
	const char *host;
	int64_t entry; /* that waits for it */
	usec time;     /* wall clock */
};

/* Counts a request that brought nothing to keep. */
void kept_pages_count(struct store *store, const struct page_request *request);

/* Keeps what an address brought, under the page's own word for its address too. */
void kept_pages_keep(struct store *store, const struct page_request *request,
	const struct page_fetched *fetched);

/* Whether so many pages were asked for that others of the host wait. */
bool kept_pages_are_too_many(struct store *store, const char *host, usec now);

/* Forgets some that were kept for long enough. */
void kept_pages_forget(struct store *store, usec now);
