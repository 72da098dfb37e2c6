#include "pipeline/kept_pages.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"

enum {
	KEEP_ARENA_BYTES = 16 * 1024 * 1024, /* the page whose place another takes */
	FORGET_STEP = 200,
};

static int read_page(const struct stored_page *stored, struct arena *arena, struct web_page *ret)
{
	struct wire_reader reader = {.bytes = stored->page, .length = stored->page_length};
	int r;

	r = web_page_read(&reader, arena, ret);
	return r == 0 && !wire_done(&reader) ? -EBADMSG : r;
}

int kept_pages_find(struct store *store, const char *url, usec since, usec now, struct arena *arena,
	struct kept_page *ret)
{
	const char *key = url_canonical_key(url, arena);
	struct stored_page stored;
	struct kept_page kept;
	int r;

	if (!key)
		return -ENOENT;
	r = store_page_get(store, key, since, now, arena, &stored);
	if (r < 0)
		return r;
	kept = (struct kept_page){.has_page = stored.page, .note = stored.note};
	r = kept.has_page ? read_page(&stored, arena, &kept.page) : 0;
	if (r == 0)
		*ret = kept;
	return r;
}

/* Counts a request beside those whose pages are kept.  No page has such a key. */
static void count(struct store *store, const char *host, usec when, int64_t entry)
{
	struct stored_page stored = {.host = host, .fetched = when};
	char key[64];

	(void)snprintf(key, sizeof(key), "#%llu.%lld", (unsigned long long)when, (long long)entry);
	stored.key = key;
	(void)store_page_put(store, &stored);
}

void kept_pages_count(struct store *store, const struct page_request *request)
{
	count(store, request->host, request->time, request->entry);
}

/* Puts the page in its place; the request for what was there still counts. */
static int put_page(struct store *store, const struct page_request *request,
	const struct stored_page *page, struct arena *arena)
{
	usec since = usec_before(page->fetched, USEC_HOUR);
	struct stored_page old;

	if (store_page_get(store, page->key, since, page->fetched, arena, &old) == 0 && old.host)
		count(store, old.host, old.fetched, request->entry);
	return store_page_put(store, page);
}

/*
 * Whether the page's own word for its address may stand for it: of the site that sent the page, for
 * none may say what another's articles say.  Not a front page, which some sites name on every page.
 */
static bool is_own_word(const char *canonical, const char *url, struct arena *arena)
{
	const char *key = url_canonical_key(url, arena);
	size_t host;

	if (!canonical || !key)
		return false;
	host = strcspn(canonical, "/");
	return canonical[host] == '/' && strncmp(key, canonical, host + 1) == 0;
}

void kept_pages_keep(
	struct store *store, const struct page_request *request, const struct page_fetched *fetched)
{
	_cleanup_(buffer_free) struct buffer bytes = BUFFER_INIT(PAGE_BYTES_MAX);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct stored_page stored = {
		.host = fetched->asked ? request->host : NULL,
		.fetched = request->time,
		.note = fetched->note,
	};
	const char *canonical = fetched->page ? fetched->page->canonical_url : NULL;

	if (arena_new(KEEP_ARENA_BYTES, &arena) < 0)
		return;
	if (fetched->page)
		web_page_write(fetched->page, &bytes);
	if (bytes.failed)
		return;
	stored.page = bytes.bytes;
	stored.page_length = bytes.length;
	stored.key = url_canonical_key(request->url, arena);
	if (stored.key && put_page(store, request, &stored, arena) < 0)
		return;
	canonical = canonical ? url_canonical_key(canonical, arena) : NULL;
	if (!is_own_word(canonical, fetched->url, arena) ||
		(stored.key && strcmp(canonical, stored.key) == 0))
		return;
	stored.key = canonical;
	stored.host = NULL;
	(void)put_page(store, request, &stored, arena);
}

bool kept_pages_are_too_many(struct store *store, const char *host, usec now)
{
	usec since = usec_before(now, USEC_HOUR);
	uint64_t pages;

	if (store_pages_since(store, host, since, now, &pages) == 0 && pages >= PAGES_HOST_HOUR_MAX)
		return true;
	return store_pages_since(store, NULL, since, now, &pages) == 0 && pages >= PAGES_HOUR_MAX;
}

void kept_pages_forget(struct store *store, usec now)
{
	(void)store_pages_forget(store, usec_before(now, PAGES_KEPT), now, FORGET_STEP);
}
