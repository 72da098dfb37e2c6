#include "pipeline/page_fetch.h"

#include <errno.h>
#include <string.h>

#include "base/macro.h"
#include "base/url.h"
#include "extract/robots.h"
#include "poll/answer.h"
#include "poll/schedule.h"

enum {
	FETCH_ARENA_BYTES = 2 * 1024 * 1024, /* rules of a site for each hop */
	LOOK_BACK = 100, /* for the last request to a host: that many others may be between */
};

struct page_fetch {
	struct page_fetch_options options;
	struct arena *arena;
	const char *url;    /* as asked for */
	const char *at;     /* where redirects led so far */
	const char *origin; /* of that */
	bool allowed;       /* its robots.txt lets us ask for it */
	const char *asking; /* what is under way */
	const char *feed_key;
	unsigned redirects;
	struct feed feed; /* what requests need of it; strings are the arena's */
	struct http_transfer *transfer;
	page_fetch_fn done;
	void *userdata;
	bool reading; /* a reader has a document of it */
	bool asked;
};

static usec wall_clock(const struct page_fetch *fetch)
{
	return clock_now(fetch->options.clock);
}

static void fetch_free(struct page_fetch *fetch)
{
	if (!fetch)
		return;
	http_transfer_cancel(fetch->transfer);
	access_unref(fetch->feed.access);
	arena_free(fetch->arena);
	free(fetch);
}

/* Ends; the fetch is gone afterwards. */
static void end(struct page_fetch *fetch, enum page_fetch_outcome outcome, const char *note,
	const struct web_page *page, usec retry_at)
{
	const struct page_fetched fetched = {
		.outcome = outcome,
		.note = note,
		.url = fetch->at,
		.page = page,
		.retry_at = retry_at,
		.asked = fetch->asked,
	};

	fetch->done(&fetched, fetch->userdata);
	fetch_free(fetch);
}

/* ---- what a response says beside its body ---- */

/*
 * P7: how many answers in a row asked to be left alone, by the log of the feed's pages; what came
 * of robots.txt or of a sitemap is no sign that pages are welcome again.
 */
static uint32_t limited_so_far(const struct page_fetch *fetch, const char *url)
{
	struct store *store = fetch->options.store;
	struct request_record record;
	struct feed_state state;
	int64_t key;

	if (store_feed_ensure(store, fetch->feed_key, wall_clock(fetch), fetch->arena, &state) <
			0 ||
		store_page_request_last(store, state.id, &key) < 0)
		return 0;
	for (unsigned i = 0; i < LOOK_BACK && key > 0; i++, key = record.previous) {
		if (store_request_get(store, state.id, key, fetch->arena, &record) < 0)
			break;
		if (url_is_same_host(record.answered ? record.answered : record.url, url) &&
			(record.failures > 0 || record.flags & REQUEST_PAGE))
			return record.failures;
	}
	return 0;
}

/* P7: the host asked to be left alone; kept over restarts.  Returns until when, or 0. */
static usec note_block(
	struct page_fetch *fetch, const struct http_response *response, uint32_t limited)
{
	usec until = answer_blocked_until(response, limited, wall_clock(fetch));
	struct stored_robots robots = {.origin = fetch->origin};

	if (until == 0)
		return 0;
	(void)http_client_block_host(fetch->options.http, response->url, until);
	(void)store_robots_get(fetch->options.store, fetch->origin, fetch->arena, &robots);
	robots.blocked = until;
	(void)store_robots_put(fetch->options.store, &robots);
	return until;
}

/* For the audit of the feed.  What cannot be recorded is no reason not to go on. */
static void record(const struct page_fetch *fetch, const struct http_response *response,
	unsigned kind, usec blocked_until, uint32_t limited)
{
	const struct http_trace *trace = &response->trace;
	struct request_record request = {
		.started = trace->started,
		.ended = wall_clock(fetch),
		.method = "GET",
		.url = fetch->asking,
		.hops = trace->hops,
		.answered = trace->hops ? response->url : NULL,
		.user_agent = trace->user_agent,
		.status = response->status,
		.outcome = response->status >= 200 && response->status <= 299 ? REQUEST_DOCUMENT
									      : REQUEST_FAILED,
		.bytes = response->length,
		.blocked_until = blocked_until,
		.next_poll = USEC_INFINITY,
		.failures = limited,
		.flags = kind,
	};

	if (trace->started == 0)
		return;
	if (trace->polite)
		request.flags |= REQUEST_POLITE;
	if (trace->packed)
		request.flags |= REQUEST_PACKED;
	if (fetch->feed.access && fetch->feed.access->cookies)
		request.flags |= REQUEST_COOKIES;
	(void)store_page_request_add(fetch->options.store, fetch->feed_key, &request);
}

/* Returns until when the host asked to be left alone, or 0. */
static usec note(struct page_fetch *fetch, const struct http_response *response, unsigned kind)
{
	bool refused = response->failure == HTTP_OK &&
		(response->status == 429 || response->status == 403);
	uint32_t limited = refused ? limited_so_far(fetch, response->url) : 0;
	usec until = note_block(fetch, response, limited);

	fetch->transfer = NULL;
	record(fetch, response, kind, until, refused && until > 0 ? limited + 1 : 0);
	return until;
}

/* Failures and statuses that end the fetch; false where there is a body to go on with. */
static bool end_by_response(
	struct page_fetch *fetch, const struct http_response *response, usec until)
{
	switch (response->failure) {
	case HTTP_OK:
		break;
	case HTTP_BLOCKED:
		end(fetch, PAGE_LATER, "its host asks to wait", NULL, response->retry_at);
		return true;
	case HTTP_REFUSED_URL:
	case HTTP_REFUSED_ADDRESS:
		end(fetch, PAGE_UNUSABLE, "refused address", NULL, 0);
		return true;
	case HTTP_TOO_LARGE:
		end(fetch, PAGE_UNUSABLE, "too large", NULL, 0);
		return true;
	case HTTP_TOO_MANY_REDIRECTS:
		end(fetch, PAGE_UNUSABLE, "too many redirects", NULL, 0);
		return true;
	default:
		end(fetch, PAGE_LATER, "not reached", NULL, 0);
		return true;
	}
	if (until > 0) {
		end(fetch, PAGE_LATER, "its host asks to wait", NULL, until);
		return true;
	}
	if (response->status >= 500 || response->status == 408) {
		end(fetch, PAGE_LATER, "server error", NULL, 0);
		return true;
	}
	return false;
}

static int take_document(const struct http_response *response, struct document *ret)
{
	const char *type = http_response_header(response, "Content-Type");
	struct document document = {0};

	document.url = strdup(response->url);
	document.content_type = type ? strdup(type) : NULL;
	if (document.url && (document.content_type || !type) &&
		http_response_list(response, "Content-Encoding", &document.encoding) == 0)
		document.bytes = http_response_take(response, &document.length);
	if (!document.bytes)
		document.bytes = calloc(1, 1);
	if (!document.bytes || !document.url) {
		document_clear(&document);
		return -ENOMEM;
	}
	*ret = document;
	return 0;
}

static int request(struct page_fetch *fetch, const char *url, const char *const *headers,
	unsigned redirects, size_t body_max, bool truncate, http_done_fn done)
{
	fetch->asking = url;
	return http_client_start(fetch->options.http,
		&(struct http_request){
			.url = url,
			.headers = headers,
			.user_agent = fetch->feed.user_agent,
			.private_networks = fetch->feed.private_networks,
			.access = fetch->feed.access,
			.access_url = fetch->feed.url,
			.polite = true,
			.packed = true,
			.redirects_max = redirects,
			.timeout = PAGE_TIMEOUT,
			.body_max = body_max,
			.truncate = truncate,
		},
		done, fetch, &fetch->transfer);
}

/* ---- the page ---- */

/* Scheme, host and port. */
static const char *origin_of(const char *url, struct arena *arena)
{
	struct url parts;

	if (url_parse(url, &parts) < 0 || !parts.host.bytes)
		return NULL;
	return arena_printf(arena, "%.*s://%.*s%s%.*s", (int)parts.scheme.length,
		parts.scheme.bytes, (int)parts.host.length, parts.host.bytes,
		parts.port.length > 0 ? ":" : "", (int)parts.port.length,
		parts.port.length > 0 ? parts.port.bytes : "");
}

static void on_read(const struct reader_result *read, void *userdata)
{
	struct page_fetch *fetch = userdata;

	fetch->reading = false;
	if (read->error == -EAGAIN)
		end(fetch, PAGE_LATER, "no reader", NULL, 0);
	else if (read->error == -EBADMSG)
		end(fetch, PAGE_UNUSABLE, "no web page", NULL, 0);
	else if (read->error == -EPROTO)
		end(fetch, PAGE_LATER, "not reached", NULL, 0);
	else if (read->error == -EFBIG)
		end(fetch, PAGE_UNUSABLE, "too large", NULL, 0);
	else if (read->error < 0)
		end(fetch, PAGE_UNUSABLE, "not readable", NULL, 0);
	else if (read->page.verdict != PAGE_IS_ARTICLE || !read->page.text)
		end(fetch, PAGE_UNUSABLE, page_verdict_to_string(read->page.verdict), NULL, 0);
	else
		end(fetch, PAGE_FETCHED, NULL, &read->page, 0);
}

/* Under whatever name, and whatever it is told of where readers come from. */
static bool is_front_page(const struct page_fetch *fetch, const char *url)
{
	const char *key = url_canonical_key(url, fetch->arena);

	return key && key[strcspn(key, "/?")] == '\0';
}

/* What the status says of the page; NULL: there is one. */
static const char *judge_status(
	const struct page_fetch *fetch, const struct http_response *response)
{
	if (response->status == 404 || response->status == 410)
		return "gone";
	if (response->status == 401 || response->status == 402 || response->status == 403 ||
		response->status == 451)
		return "forbidden";
	if (response->status < 200 || response->status > 299)
		return "no page";
	if (is_front_page(fetch, response->url) && !is_front_page(fetch, fetch->url))
		return "front page";
	return NULL;
}

static void begin(struct page_fetch *fetch);

/* Where the answer leads: NULL where it does not. */
static const char *redirect_of(const struct page_fetch *fetch, const struct http_response *response)
{
	const char *location = http_response_header(response, "Location");

	if (!location || response->status < 301 || response->status > 308 ||
		(response->status > 303 && response->status < 307))
		return NULL;
	location = url_resolve(fetch->at, location, fetch->arena);
	return location && url_is_http(location) ? location : NULL;
}

/* Each hop is asked for by the robots.txt of its own site. */
static void follow(struct page_fetch *fetch, const char *url)
{
	const char *from = fetch->at;
	bool circle;

	fetch->at = arena_copy(fetch->arena, url, strcspn(url, "#"));
	fetch->origin = origin_of(url, fetch->arena);
	fetch->allowed = false;
	/* Without a cookie the answer would be the same. */
	circle = fetch->at && (strcmp(fetch->at, from) == 0 || strcmp(fetch->at, fetch->url) == 0);
	if (circle || ++fetch->redirects > PAGE_REDIRECTS_MAX)
		end(fetch, PAGE_UNUSABLE, "too many redirects", NULL, 0);
	else if (!fetch->at || !fetch->origin)
		end(fetch, PAGE_UNUSABLE, "refused address", NULL, 0);
	else
		begin(fetch);
}

static void on_page(const struct http_response *response, void *userdata)
{
	struct page_fetch *fetch = userdata;
	struct document document = {0};
	const char *redirect;
	const char *trouble;
	usec until;
	int r;

	until = note(fetch, response, REQUEST_PAGE | (fetch->allowed ? REQUEST_ALLOWED : 0));
	if (end_by_response(fetch, response, until))
		return;
	redirect = redirect_of(fetch, response);
	if (redirect) {
		follow(fetch, redirect);
		return;
	}
	trouble = judge_status(fetch, response);
	if (trouble) {
		end(fetch, PAGE_UNUSABLE, trouble, NULL, 0);
		return;
	}
	r = take_document(response, &document);
	if (r == 0)
		r = pool_submit_page(fetch->options.pool, &document, on_read, fetch);
	document_clear(&document);
	if (r < 0)
		end(fetch, PAGE_LATER, "no reader", NULL, 0);
	else
		fetch->reading = true;
}

static void fetch_page(struct page_fetch *fetch)
{
	static const char *const headers[] = {
		"Accept: text/html, application/xhtml+xml;q=0.9, */*;q=0.1", NULL};

	fetch->asked = true;
	if (request(fetch, fetch->at, headers, 0, PAGE_BYTES_MAX, false, on_page) < 0)
		end(fetch, PAGE_LATER, "no memory", NULL, 0);
}

/* ---- robots.txt ---- */

static void obey(struct page_fetch *fetch, const char *rules)
{
	fetch->allowed = rules && robots_allow(rules, fetch->at);
	if (fetch->allowed)
		fetch_page(fetch);
	else
		end(fetch, PAGE_UNUSABLE, "robots.txt", NULL, 0);
}

static void keep_rules(struct page_fetch *fetch, const char *rules)
{
	struct stored_robots robots = {.origin = fetch->origin};

	(void)store_robots_get(fetch->options.store, fetch->origin, fetch->arena, &robots);
	robots.expires = usec_add(wall_clock(fetch), PAGE_ROBOTS_KEPT);
	robots.rules = rules;
	/* Where it cannot be kept it is asked for again. */
	(void)store_robots_put(fetch->options.store, &robots);
	obey(fetch, rules);
}

static void on_rules(const struct reader_result *read, void *userdata)
{
	struct page_fetch *fetch = userdata;

	fetch->reading = false;
	if (read->error == -EPROTO || read->error == -EFBIG)
		end(fetch, PAGE_LATER, "not reached", NULL, 0); /* as what broke off on its way */
	else if (read->error < 0)
		end(fetch, PAGE_LATER, "no reader", NULL, 0);
	else
		keep_rules(fetch, read->rules);
}

/*
 * RFC 9309 section 2.3.1: what is not there allows all; a server in trouble may not be asked for
 * anything.
 */
static void on_robots(const struct http_response *response, void *userdata)
{
	struct page_fetch *fetch = userdata;
	struct document document = {0};
	usec until = note(fetch, response, REQUEST_ROBOTS);
	int r;

	if (response->failure == HTTP_TOO_MANY_REDIRECTS) {
		keep_rules(fetch, "");
		return;
	}
	if (end_by_response(fetch, response, until))
		return;
	if (response->status < 200 || response->status > 299) {
		keep_rules(fetch, "");
		return;
	}
	r = take_document(response, &document);
	if (r == 0)
		r = pool_submit_robots(
			fetch->options.pool, &document, fetch->options.agent, on_rules, fetch);
	document_clear(&document);
	if (r < 0)
		end(fetch, PAGE_LATER, "no reader", NULL, 0);
	else
		fetch->reading = true;
}

static void fetch_robots(struct page_fetch *fetch)
{
	static const char *const headers[] = {"Accept: text/plain, */*;q=0.5", NULL};
	const char *url = arena_printf(fetch->arena, "%s/robots.txt", fetch->origin);

	/* Its beginning counts, of which a reader takes ROBOTS_BYTES_MAX; but what is packed and
	 * cut cannot be unpacked. */
	if (!url ||
		request(fetch, url, headers, PAGE_ROBOTS_REDIRECTS_MAX, PAGE_BYTES_MAX, true,
			on_robots) < 0)
		end(fetch, PAGE_LATER, "no memory", NULL, 0);
}

static void begin(struct page_fetch *fetch)
{
	struct stored_robots robots;
	usec now = wall_clock(fetch);
	int r;

	r = store_robots_get(fetch->options.store, fetch->origin, fetch->arena, &robots);
	/* What is to be kept for longer was fetched while the clock was wrong. */
	if (r == 0 && robots.expires > now && robots.expires - now <= PAGE_ROBOTS_KEPT)
		obey(fetch, robots.rules);
	else
		fetch_robots(fetch);
}

/* ---- a fetch ---- */

int page_fetch_start(const struct page_fetch_options *options, const char *url,
	const struct feed *feed, page_fetch_fn done, void *userdata, struct page_fetch **ret)
{
	struct page_fetch *fetch = calloc(1, sizeof(*fetch));

	if (!fetch || arena_new(FETCH_ARENA_BYTES, &fetch->arena) < 0) {
		free(fetch);
		return -ENOMEM;
	}
	fetch->options = *options;
	fetch->options.agent = arena_strdup(fetch->arena, options->agent);
	fetch->feed_key = arena_strdup(fetch->arena, feed_key(feed));
	fetch->url = arena_copy(fetch->arena, url, strcspn(url, "#"));
	fetch->at = fetch->url;
	fetch->origin = origin_of(url, fetch->arena);
	fetch->feed = (struct feed){
		.url = arena_strdup(fetch->arena, feed->url),
		.user_agent = arena_strdup(fetch->arena, feed->user_agent),
		.private_networks = arena_strdup(fetch->arena, feed->private_networks),
		.access = access_ref(feed->access),
	};
	fetch->done = done;
	fetch->userdata = userdata;
	if (!fetch->url || !fetch->origin || !fetch->feed.url || !fetch->feed_key ||
		!fetch->options.agent) {
		fetch_free(fetch);
		return -ENOMEM;
	}
	*ret = fetch;
	begin(fetch);
	return 0;
}

bool page_fetch_is_reading(const struct page_fetch *fetch)
{
	return fetch->reading;
}

void page_fetch_cancel(struct page_fetch *fetch)
{
	fetch_free(fetch);
}

static int restore_one(const struct stored_robots *robots, void *userdata)
{
	const struct page_fetch_options *options = userdata;
	int r;

	/* No host may ask for longer: such a time was set while the clock was wrong. */
	if (robots->blocked - clock_now(options->clock) > POLL_RETRY_AFTER_MOST + POLL_CLOCK_SLACK)
		return 0;
	r = http_client_block_host(options->http, robots->origin, robots->blocked);
	return r == -EINVAL ? 0 : r;
}

int page_fetch_restore(const struct page_fetch_options *options)
{
	usec now = clock_now(options->clock);
	usec back;
	int r;

	r = store_clock_back(options->store, now, &back);
	if (r == 0 && back > 0)
		r = store_robots_set_back(options->store, now, back);
	return r < 0 ? r
		     : store_robots_blocked_each(options->store, now, restore_one, (void *)options);
}
