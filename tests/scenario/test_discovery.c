/*
 * Documents that are no feed but lead to some: a web page given as a feed, and a sitemap index,
 * whose newest sitemaps are fetched and taken in as the feed's own.  The rooms are the real ones
 * but for the network and the readers' processes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"
#include "support/rooms.h"

#define FEED "http://site.example/feed"

#define CONFIG                                                                                     \
	"[Feed \"site\"]\nURL=" FEED "\nPollInterval=1d\n"                                         \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

enum {
	PAGES_MAX = 16,
	BODY_MAX = 16 * 1024,
	REQUESTS_MAX = 64,
};

struct page {
	char url[64];
	char body[BODY_MAX];
	int status;
	const char *header;
	enum http_failure failure;
};

struct world {
	struct rooms rooms;
	struct page pages[PAGES_MAX];
	size_t page_count;
	char requests[REQUESTS_MAX][64]; /* since they were last looked at */
	size_t request_count;
};

/* ---- the site ---- */

static struct page *publish(struct world *world, const char *url, const char *format, ...)
	_printf_(3, 4);

static struct page *publish(struct world *world, const char *url, const char *format, ...)
{
	struct page *page = world->pages;
	va_list arguments;
	int length;

	while (page < world->pages + world->page_count && strcmp(page->url, url) != 0)
		page++;
	if (page == world->pages + world->page_count)
		world->page_count++;
	assert_true(world->page_count <= PAGES_MAX);
	(void)snprintf(page->url, sizeof(page->url), "%s", url);
	page->status = 200;
	va_start(arguments, format);
	length = vsnprintf(page->body, BODY_MAX, format, arguments);
	va_end(arguments);
	assert_true(length < BODY_MAX);
	return page;
}

/* A sitemap with a dated article, told by its number. */
static struct page *publish_sitemap(struct world *world, const char *url, unsigned article)
{
	return publish(world, url,
		"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
		"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url>"
		"<loc>http://site.example/%u</loc><news:news><news:title>Fire number "
		"%u</news:title>"
		"<news:publication_date>2026-11-01T00:00:00Z</news:publication_date></news:news>"
		"</url></urlset>",
		article, article);
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct world *world = userdata;

	assert_true(world->request_count < REQUESTS_MAX);
	(void)snprintf(world->requests[world->request_count++], sizeof(world->requests[0]), "%s",
		request->url);
	ret->takes = 50 * USEC_MSEC;
	ret->status = 404;
	for (size_t i = 0; i < world->page_count; i++) {
		struct page *page = &world->pages[i];

		if (strcmp(page->url, request->url) != 0)
			continue;
		ret->status = page->failure == HTTP_OK ? page->status : 0;
		ret->failure = page->failure;
		ret->headers[0] = page->header;
		ret->body = page->body;
		ret->length = strlen(page->body);
	}
}

static size_t requests_for(const struct world *world, const char *url)
{
	size_t count = 0;

	for (size_t i = 0; i < world->request_count; i++)
		count += strcmp(world->requests[i], url) == 0;
	return count;
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	fake_http_script(on_request, NULL, world);
	rooms_open(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	rooms_close(&world->rooms);
	free(world);
	return 0;
}

/* Polls the feed and lets all that follows happen; returns what is known of it then. */
static const struct feed_state *poll(struct world *world)
{
	world->request_count = 0;
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	for (unsigned i = 0; i < 10; i++)
		fake_clock_advance(world->rooms.clock, 10 * USEC_SEC);
	rooms_settle(&world->rooms);
	return poller_feed_state(world->rooms.poller, "site");
}

/* ---- the tests ---- */

static void test_page_given_as_a_feed_is_told_with_its_feeds(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	publish(world, FEED,
		"<!doctype html><html><head>"
		"<link rel=alternate type='application/rss+xml' href='/world.rss'>"
		"<link rel=alternate type='application/atom+xml' href='http://other.example/atom'>"
		"</head><body>News</body></html>");
	feed = poll(world);
	assert_int_equal(feed->health, FEED_FAILING);
	assert_string_equal(feed->error,
		"this is a web page, not a feed; set URL= to one that it names: "
		"http://site.example/world.rss, http://other.example/atom");
}

static void test_page_with_many_feeds_names_some_and_counts_the_rest(void **state)
{
	struct world *world = *state;
	char links[4096] = "";
	size_t used = 0;

	for (unsigned i = 0; i < 8; i++)
		used += (size_t)snprintf(links + used, sizeof(links) - used,
			"<link rel=alternate type='application/rss+xml' href='/%u'>", i);
	publish(world, FEED, "<!doctype html><html><head>%s</head></html>", links);
	assert_non_null(strstr(poll(world)->error, "http://site.example/4 (and 3 more)"));
}

static void publish_index(struct world *world, const char *first, const char *second)
{
	publish(world, FEED,
		"<sitemapindex><sitemap><loc>http://site.example/a.xml</loc><lastmod>%s</lastmod>"
		"</sitemap><sitemap><loc>http://site.example/b.xml</loc><lastmod>%s</lastmod>"
		"</sitemap></sitemapindex>",
		first, second);
}

static void test_sitemaps_of_an_index_are_the_feeds_own(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish_sitemap(world, "http://site.example/b.xml", 2);
	feed = poll(world);
	assert_int_equal(feed->health, FEED_OK);
	assert_null(feed->diagnosis);
	assert_int_equal(world->request_count, 3);
	assert_string_equal(world->requests[1], "http://site.example/b.xml");
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	/* The first poll tells nothing, the next one does. */
	assert_int_equal(rooms_figures(&world->rooms).alerts, 0);
	publish_index(world, "2026-10-30", "2026-11-01");
	publish_sitemap(world, "http://site.example/b.xml", 3);
	(void)poll(world);
	assert_int_equal(rooms_figures(&world->rooms).articles, 3);
	assert_int_equal(rooms_figures(&world->rooms).alerts, 1);
}

static void test_sitemap_whose_date_stays_is_not_fetched_again(void **state)
{
	struct world *world = *state;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish_sitemap(world, "http://site.example/b.xml", 2);
	(void)poll(world);
	publish_index(world, "2026-10-30", "2026-11-01");
	(void)poll(world);
	assert_int_equal(requests_for(world, "http://site.example/a.xml"), 0);
	assert_int_equal(requests_for(world, "http://site.example/b.xml"), 1);
	(void)poll(world);
	assert_int_equal(world->request_count, 1);
}

static void test_sitemap_that_fails_for_now_is_asked_for_again(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;
	struct page *page;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	page = publish_sitemap(world, "http://site.example/b.xml", 2);
	page->status = 500;
	feed = poll(world);
	assert_int_equal(feed->health, FEED_OK);
	assert_non_null(strstr(feed->diagnosis, "http://site.example/b.xml: the server is broken"));
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
	page->status = 200;
	feed = poll(world);
	assert_null(feed->diagnosis);
	assert_int_equal(requests_for(world, "http://site.example/a.xml"), 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_requests_for_sitemaps_stand_in_the_log(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct world *world = *state;
	struct store *store = world->rooms.store;
	struct request_record record;
	const struct feed_state *feed;
	int64_t key;

	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish_sitemap(world, "http://site.example/b.xml", 2)->status = 503;
	feed = poll(world);
	assert_int_equal(store_page_request_last(store, feed->id, &key), 0);
	assert_int_equal(store_request_get(store, feed->id, key, arena, &record), 0);
	assert_string_equal(record.url, "http://site.example/a.xml");
	assert_int_equal(record.status, 200);
	assert_int_equal(record.flags, REQUEST_SITEMAP | REQUEST_POLITE | REQUEST_PACKED);
	assert_int_equal(store_request_get(store, feed->id, record.previous, arena, &record), 0);
	assert_string_equal(record.url, "http://site.example/b.xml");
	assert_int_equal(record.status, 503);
	assert_int_equal(record.outcome, REQUEST_FAILED);
	assert_int_equal(record.previous, 0);
}

static void test_p7_a_sitemaps_host_that_asks_to_wait_is_left_alone_after_a_restart(void **state)
{
	struct world *world = *state;
	struct page *page;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	page = publish_sitemap(world, "http://site.example/b.xml", 2);
	page->status = 429;
	page->header = "Retry-After: 200000";
	(void)poll(world);
	assert_int_equal(world->request_count, 2);
	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	(void)poll(world);
	fake_clock_advance(world->rooms.clock, 2 * USEC_DAY);
	assert_int_equal(world->request_count, 0);
	page->status = 200;
	fake_clock_advance(world->rooms.clock, USEC_DAY);
	assert_int_equal(requests_for(world, "http://site.example/b.xml"), 1);
}

/* Whether the sitemap is asked for within so long where the user wants the feed polled. */
static bool is_asked_for_within(struct world *world, const char *url, usec wait)
{
	world->request_count = 0;
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	fake_clock_advance(world->rooms.clock, wait);
	rooms_settle(&world->rooms);
	return requests_for(world, url) > 0;
}

static void test_p7_a_sitemaps_host_that_does_not_say_how_long_is_left_alone_ever_longer(
	void **state)
{
	static const char url[] = "http://site.example/b.xml";
	struct world *world = *state;
	struct page *page;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	page = publish_sitemap(world, url, 2);
	page->status = 429;
	(void)poll(world);
	assert_int_equal(requests_for(world, url), 1);
	assert_false(is_asked_for_within(world, url, 50 * USEC_MINUTE));
	assert_true(is_asked_for_within(world, url, 20 * USEC_MINUTE));
	assert_false(is_asked_for_within(world, url, 100 * USEC_MINUTE));
	page->status = 403; /* as good as another 429 */
	assert_true(is_asked_for_within(world, url, 40 * USEC_MINUTE));
	assert_false(is_asked_for_within(world, url, 200 * USEC_MINUTE));
	page->status = 200;
	assert_true(is_asked_for_within(world, url, 80 * USEC_MINUTE));
	publish_index(world, "2026-10-30", "2026-11-01");
	page->status = 429;
	assert_true(is_asked_for_within(world, url, USEC_MINUTE));
	assert_false(is_asked_for_within(world, url, 50 * USEC_MINUTE));
	assert_true(is_asked_for_within(world, url, 20 * USEC_MINUTE));
}

static void test_sitemap_that_is_refused_is_not_asked_for_again(void **state)
{
	struct world *world = *state;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish_sitemap(world, "http://site.example/b.xml", 2)->failure = HTTP_REFUSED_ADDRESS;
	assert_non_null(strstr(poll(world)->diagnosis, "http://site.example/b.xml"));
	(void)poll(world);
	assert_int_equal(world->request_count, 1);
}

static void test_index_without_any_sitemap_to_be_had_fails(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	publish_index(world, "2026-10-30", "2026-10-31");
	feed = poll(world);
	assert_int_equal(feed->health, FEED_FAILING);
	assert_non_null(strstr(feed->error, "sitemap http://site.example/b.xml: there is no such"));
	publish_sitemap(world, "http://site.example/a.xml", 1);
	feed = poll(world);
	assert_int_equal(feed->health, FEED_OK);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
}

static void test_index_within_an_index_is_not_followed(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish(world, "http://site.example/b.xml",
		"<sitemapindex><sitemap><loc>http://site.example/c.xml</loc></sitemap>"
		"</sitemapindex>");
	feed = poll(world);
	assert_non_null(strstr(feed->diagnosis, "an index within an index"));
	assert_int_equal(requests_for(world, "http://site.example/c.xml"), 0);
}

static void test_only_the_newest_sitemaps_are_fetched(void **state)
{
	struct world *world = *state;
	char body[8192] = "";
	size_t used = 0;

	for (unsigned i = 0; i < CHILDREN_MAX + 5; i++)
		used += (size_t)snprintf(body + used, sizeof(body) - used,
			"<sitemap><loc>http://site.example/%u.xml</loc>"
			"<lastmod>2026-10-%02u</lastmod></sitemap>",
			i, i + 1);
	publish(world, FEED, "<sitemapindex>%s</sitemapindex>", body);
	publish_sitemap(world, "http://site.example/5.xml", 1);
	(void)poll(world);
	assert_int_equal(world->request_count, 1 + CHILDREN_MAX);
	assert_int_equal(requests_for(world, "http://site.example/4.xml"), 0);
	assert_int_equal(requests_for(world, "http://site.example/5.xml"), 1);
}

static void test_daemon_may_end_and_the_feed_go_while_a_sitemap_is_fetched(void **state)
{
	struct world *world = *state;

	publish_index(world, "2026-10-30", "2026-10-31");
	publish_sitemap(world, "http://site.example/a.xml", 1);
	publish_sitemap(world, "http://site.example/b.xml", 2);
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	for (unsigned i = 0; i < 1000 && world->request_count < 2; i++)
		fake_clock_advance(world->rooms.clock, 10 * USEC_MSEC);
	assert_int_equal(world->request_count, 2);
	poller_reload_begin(world->rooms.poller, USEC_HOUR);
	poller_reload_end(world->rooms.poller);
	fake_clock_advance(world->rooms.clock, USEC_MINUTE);
	rooms_settle(&world->rooms);
	rooms_add_feeds(&world->rooms);
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	for (unsigned i = 0; i < 1000 && world->request_count < 4; i++)
		fake_clock_advance(world->rooms.clock, 10 * USEC_MSEC);
	assert_int_equal(world->request_count, 4);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_page_given_as_a_feed_is_told_with_its_feeds),
		IN_WORLD(test_page_with_many_feeds_names_some_and_counts_the_rest),
		IN_WORLD(test_sitemaps_of_an_index_are_the_feeds_own),
		IN_WORLD(test_sitemap_whose_date_stays_is_not_fetched_again),
		IN_WORLD(test_sitemap_that_fails_for_now_is_asked_for_again),
		IN_WORLD(test_requests_for_sitemaps_stand_in_the_log),
		IN_WORLD(test_p7_a_sitemaps_host_that_asks_to_wait_is_left_alone_after_a_restart),
		IN_WORLD(
			test_p7_a_sitemaps_host_that_does_not_say_how_long_is_left_alone_ever_longer),
		IN_WORLD(test_sitemap_that_is_refused_is_not_asked_for_again),
		IN_WORLD(test_index_without_any_sitemap_to_be_had_fails),
		IN_WORLD(test_index_within_an_index_is_not_followed),
		IN_WORLD(test_only_the_newest_sitemaps_are_fetched),
		IN_WORLD(test_daemon_may_end_and_the_feed_go_while_a_sitemap_is_fetched),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
