/*
 * FullText= over hours: entries wait in the store for their pages, robots.txt is kept to, hosts are
 * left alone when they ask for it, and no article is lost or late.  The rooms are the real ones but
 * for the network and the readers' processes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/url.h"
#include "extract/robots.h"
#include "support/fake_clock.h"
#include "support/fake_http.h"
#include "support/rooms.h"
#include "unit/store/faulty_disk.h"

#define AUTO_CONFIG                                                                                \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=auto\n"          \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

#define PLAIN_CONFIG                                                                               \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=no\n"            \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

#define CONFIG                                                                                     \
	"[Feed \"site\"]\nURL=http://site.example/feed\nPollInterval=1d\nFullText=yes\n"           \
	"[Topic \"fires\"]\nQuery=fire\nNotify=\n"

enum {
	FEED_BYTES = 128 * 1024,
	HOSTS = PAGES_IN_HAND_MAX + 4,
};

struct world {
	struct rooms rooms;
	unsigned entries; /* of the feed: "/1", "/2" ... */
	char feed[FEED_BYTES];
	char page[2048];
	const char *newest_link;           /* of the newest entry; NULL: as the others' */
	const char *newest_text;           /* likewise */
	bool many_hosts;                   /* entry N's page is at "http://h00.example" ... */
	unsigned host_requests[HOSTS + 1]; /* of pages, then */
	const char *canonical;             /* what a page says of its address; NULL: nothing */
	const char *robots;                /* NULL: 404 */
	size_t robots_length;              /* 0: it is text */
	int robots_status;
	enum http_failure robots_failure;
	const char *robots_header;
	int page_status;
	const char *page_header;
	const char *robots_elsewhere; /* of other.example */
	enum http_failure page_failure;
	unsigned feed_requests;
	unsigned robots_requests;
	unsigned page_requests;
};

/* ---- the site ---- */

static void answer_feed(struct world *world, struct fake_answer *ret)
{
	size_t used = 0;

	used += (size_t)snprintf(
		world->feed, FEED_BYTES, "<rss version='2.0'><channel><title>s</title>");
	for (unsigned i = world->entries; i > 0; i--) {
		bool newest = i == world->entries;
		char link[64];

		(void)snprintf(link, sizeof(link),
			world->many_hosts ? "http://h%2$02u.example/%1$u"
					  : "http://site.example/%u",
			i, i % HOSTS);
		used += (size_t)snprintf(world->feed + used, FEED_BYTES - used,
			"<item><guid>%u</guid><title>Report number %u</title>"
			"<link>%s</link><description>Excerpt of number %u.%s"
			"</description></item>",
			i, i, newest && world->newest_link ? world->newest_link : link, i,
			newest && world->newest_text ? world->newest_text : "");
	}
	used += (size_t)snprintf(world->feed + used, FEED_BYTES - used, "</channel></rss>");
	ret->body = world->feed;
	ret->length = used;
}

static void answer_page(struct world *world, unsigned number, struct fake_answer *ret)
{
	ret->status = world->page_failure == HTTP_OK ? world->page_status : 0;
	ret->failure = world->page_failure;
	ret->headers[0] = world->page_header;
	(void)snprintf(world->page, sizeof(world->page),
		"<title>Report number %u</title>%s<article><h1>Report number %u</h1><p>A fire "
		"broke "
		"out in warehouse %u of the harbour late on Monday, officials said, and burned for "
		"%u hours.</p><p>Nobody was hurt, but the loss was put at %u million crowns by the "
		"owner, who had insured two of the five halls.</p></article>",
		number, world->canonical ? world->canonical : "", number, number, number + 3,
		number * 7);
	ret->body = world->page;
	ret->length = strlen(world->page);
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	struct world *world = userdata;
	const char *path = strrchr(request->url, '/') + 1;

	ret->takes = 50 * USEC_MSEC;
	ret->status = 200;
	if (strcmp(request->url, "http://other.example/robots.txt") == 0) {
		ret->body = world->robots_elsewhere;
		ret->length = strlen(ret->body);
	} else if (strncmp(request->url, "http://h", 8) == 0) {
		ret->takes = 5 * USEC_SEC;
		if (strcmp(path, "robots.txt") == 0) {
			ret->status = 404;
			return;
		}
		world->host_requests[strtoul(request->url + 8, NULL, 10) % HOSTS]++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
	} else if (strncmp(request->url, "http://other.example/", 21) == 0) {
		world->page_requests++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
		ret->status = 200;
		ret->headers[0] = NULL;
	} else if (strcmp(path, "feed") == 0) {
		world->feed_requests++;
		answer_feed(world, ret);
	} else if (strcmp(path, "robots.txt") == 0) {
		world->robots_requests++;
		ret->failure = world->robots_failure;
		ret->status = world->robots ? world->robots_status : 404;
		ret->headers[0] = world->robots_header;
		ret->body = world->robots ? world->robots : "";
		ret->length = world->robots_length > 0 ? world->robots_length : strlen(ret->body);
	} else {
		world->page_requests++;
		answer_page(world, (unsigned)strtoul(path, NULL, 10), ret);
	}
}

static void pass(struct world *world, usec time)
{
	for (usec gone = 0; gone < time; gone += USEC_SEC)
		fake_clock_advance(world->rooms.clock, USEC_SEC);
}

/* Polls the feed, with so many entries, and lets what follows happen for a while. */
static void poll(struct world *world, unsigned entries, usec time)
{
	world->entries = entries;
	assert_int_equal(poller_poll_now(world->rooms.poller, "site"), 0);
	pass(world, time);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->page_status = 200;
	world->robots_status = 200;
	fake_http_script(on_request, NULL, world);
	rooms_open(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	/* The first poll is silent, and fetches no pages. */
	poll(world, 1, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
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

/* Which text the newest article has. */
static void expect_text(struct world *world, const char *from)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct article_record record;

	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	assert_int_equal(store_article_before(world->rooms.store, INT64_MAX, arena, &record), 0);
	assert_string_equal(record.article.text_from, from);
	if (strcmp(from, "page") == 0)
		assert_non_null(strstr(record.article.text, "Nobody was hurt"));
	else
		assert_non_null(strstr(record.article.text, "Excerpt"));
}

/* ---- the tests ---- */

static void test_robots_txt_is_asked_for_once_a_day(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /3\n";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "page");
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "robots.txt");
	assert_int_equal(world->robots_requests, 1);
	assert_int_equal(world->page_requests, 1);
	pass(world, USEC_DAY);
	world->robots = "";
	poll(world, 4, 20 * USEC_SEC);
	expect_text(world, "page");
	assert_int_equal(world->robots_requests, 2);
	/* The topic's word stands in pages alone. */
	assert_int_equal(rooms_figures(&world->rooms).alerts, 2);
}

static void test_site_whose_robots_txt_fails_is_asked_for_no_page(void **state)
{
	struct world *world = *state;

	world->robots = "";
	world->robots_status = 503;
	poll(world, 2, PAGES_WAIT + USEC_MINUTE);
	expect_text(world, "server error");
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_site_whose_robots_txt_comes_damaged_is_asked_for_no_page(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /nothing\n";
	world->robots_header = "Content-Encoding: gzip";
	poll(world, 2, PAGES_WAIT + USEC_MINUTE);
	expect_text(world, "not reached");
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	world->robots_header = NULL;
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "page");
}

/* RFC 9309 section 2.5: the first 500 KiB count, however many come, and in whatever they come. */
static void test_p17_a_long_robots_txt_counts_by_its_beginning(void **state)
{
	static const char rules[] = "User-agent: *\nDisallow: /2\nDisallow: /4\n#";
	static char text[ROBOTS_BYTES_MAX * 2];
	static char packed[sizeof(text) + 1024];
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(0);
	struct world *world = *state;

	assert_non_null(compressor);
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, rules, strlen(rules));
	world->robots_length = libdeflate_gzip_compress(
		compressor, text, sizeof(text) - 1, packed, sizeof(packed));
	libdeflate_free_compressor(compressor);
	assert_true(world->robots_length > ROBOTS_BYTES_MAX);
	world->robots = packed;
	world->robots_header = "Content-Encoding: gzip";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "robots.txt");
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "page");
	world->robots = text;
	world->robots_length = 0;
	world->robots_header = NULL;
	pass(world, USEC_DAY);
	poll(world, 4, 20 * USEC_SEC);
	expect_text(world, "robots.txt");
	assert_int_equal(world->robots_requests, 2);
}

static void test_article_waits_for_its_page_for_a_bounded_time(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_TIMEOUT;
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	pass(world, PAGES_WAIT);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
	expect_text(world, "not reached");
	assert_in_range(world->page_requests, 2, 3);
}

static void test_page_that_comes_at_the_second_try_is_used(void **state)
{
	struct world *world = *state;

	world->page_status = 502;
	poll(world, 2, 20 * USEC_SEC);
	world->page_status = 200;
	pass(world, 3 * USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(pages_figures(world->rooms.pages).used, 1);
}

/* As one that broke off on its way: not the page is at fault. */
static void test_page_that_comes_damaged_is_asked_for_again(void **state)
{
	struct world *world = *state;

	world->page_header = "Content-Encoding: zstd";
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	pass(world, PAGES_WAIT);
	expect_text(world, "not reached");
	poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world->page_header = NULL;
	pass(world, 3 * USEC_MINUTE);
	expect_text(world, "page");
}

static void test_restart_during_the_wait_loses_nothing(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	poll(world, 2, 20 * USEC_SEC);
	rooms_stop(&world->rooms);
	world->page_failure = HTTP_OK;
	rooms_start(&world->rooms, CONFIG);
	pass(world, 4 * USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	/* The feed shows it still: it is known. */
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(world->robots_requests, 1);
}

static void test_clock_set_back_during_the_wait_delays_nothing(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	poll(world, 2, 20 * USEC_SEC);
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(30 * USEC_DAY));
	rooms_start(&world->rooms, CONFIG);
	pass(world, USEC_MINUTE);
	assert_int_equal(world->page_requests, 2);
	world->page_failure = HTTP_OK;
	fake_clock_step(world->rooms.clock, -(int64_t)(30 * USEC_DAY));
	pass(world, USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

/* For how long the site's host is left alone from now on. */
static usec blocked_for(struct world *world)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	usec now = clock_now(world->rooms.clock);
	struct stored_robots robots;

	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	assert_int_equal(
		store_robots_get(world->rooms.store, "http://site.example", arena, &robots), 0);
	return robots.blocked > now ? robots.blocked - now : 0;
}

static void test_p7_pages_that_are_not_welcome_are_asked_for_ever_less_often(void **state)
{
	struct world *world = *state;
	usec hours[] = {1, 2, 4};
	unsigned entries = 2;

	world->page_status = 429;
	for (size_t i = 0; i < ARRAY_SIZE(hours); i++) {
		poll(world, entries++, 20 * USEC_SEC);
		assert_in_range(blocked_for(world), hours[i] * USEC_HOUR - USEC_MINUTE,
			hours[i] * USEC_HOUR);
		rooms_stop(&world->rooms);
		rooms_start(&world->rooms, CONFIG);
		pass(world, hours[i] * USEC_HOUR + USEC_HOUR / 2);
	}
	/* P7: right after a 429 it is another one. */
	world->page_status = 403;
	poll(world, entries++, 20 * USEC_SEC);
	assert_true(blocked_for(world) > 7 * USEC_HOUR);
	pass(world, 9 * USEC_HOUR);
	world->page_status = 200;
	poll(world, entries++, 20 * USEC_SEC);
	expect_text(world, "page");
	world->page_status = 429;
	poll(world, entries, 20 * USEC_SEC);
	assert_in_range(blocked_for(world), USEC_HOUR - USEC_MINUTE, USEC_HOUR);
}

static void test_p7_a_sitemap_between_them_does_not_make_pages_welcome(void **state)
{
	struct world *world = *state;
	struct request_record sitemap = {
		.method = "GET",
		.url = "http://site.example/sitemap.xml",
		.status = 200,
		.flags = REQUEST_SITEMAP,
	};

	world->page_status = 429;
	poll(world, 2, 20 * USEC_SEC);
	assert_in_range(blocked_for(world), USEC_HOUR - USEC_MINUTE, USEC_HOUR);
	pass(world, USEC_HOUR + USEC_HOUR / 2);
	sitemap.started = clock_now(world->rooms.clock);
	assert_int_equal(
		store_page_request_add(world->rooms.store, "http://site.example/feed", &sitemap),
		0);
	poll(world, 3, 20 * USEC_SEC);
	assert_in_range(blocked_for(world), 2 * USEC_HOUR - USEC_MINUTE, 2 * USEC_HOUR);
}

static void test_what_a_site_said_to_a_wrong_clock_does_not_stand(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /3\n";
	world->page_status = 429;
	world->page_header = "Retry-After: 7200";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "its host asks to wait");
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(365 * USEC_DAY));
	world->page_status = 200;
	world->robots = "";
	rooms_start(&world->rooms, CONFIG);
	poll(world, 3, USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(world->robots_requests, 2);
}

static void test_page_that_asks_to_wait_holds_the_hosts_feed_back(void **state)
{
	struct world *world = *state;
	unsigned feed_requests;

	world->page_status = 429;
	world->page_header = "Retry-After: 7200";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "its host asks to wait");
	feed_requests = world->feed_requests;
	/* Over a restart too. */
	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	poll(world, 2, USEC_HOUR);
	assert_int_equal(world->feed_requests, feed_requests);
	pass(world, 2 * USEC_HOUR);
	assert_in_range(world->feed_requests, feed_requests + 1, feed_requests + 2);
	assert_int_equal(world->page_requests, 1);
}

static void test_pages_of_a_host_are_bounded_in_an_hour(void **state)
{
	struct world *world = *state;
	const unsigned extra = 5;

	poll(world, 1 + PAGES_HOST_HOUR_MAX + extra, PAGES_WAIT + 2 * USEC_MINUTE);
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1 + PAGES_HOST_HOUR_MAX + extra);
	assert_int_equal(pages_figures(world->rooms.pages).fallback, extra);
}

static void test_each_hop_is_asked_for_by_its_own_robots_txt(void **state)
{
	struct world *world = *state;

	world->page_status = 301;
	world->page_header = "Location: http://other.example/2";
	world->robots_elsewhere = "User-agent: *\nDisallow: /2\n";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "robots.txt");
	assert_int_equal(world->page_requests, 1);
	world->page_header = "Location: //other.example/3";
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "page");
	/* A circle ends. */
	world->page_header = "Location: http://site.example/4";
	poll(world, 4, 40 * USEC_SEC);
	expect_text(world, "too many redirects");
}

/* RFC 9309 section 2.3.1.2: it is as if there were none. */
static void test_p17_robots_txt_behind_too_many_redirects_forbids_nothing(void **state)
{
	struct world *world = *state;

	world->robots_failure = HTTP_TOO_MANY_REDIRECTS;
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "page");
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "page");
	assert_int_equal(world->robots_requests, 1);
}

static void test_page_that_leads_to_a_front_page_is_no_article(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->page_status = 302;
	world->page_header = "Location: http://other.example/";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "front page");
}

static void test_entry_is_asked_for_once_and_told_when_gone(void **state)
{
	struct world *world = *state;

	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	/* The same entry is no reason to ask. */
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->page_status = 404;
	poll(world, 3, 20 * USEC_SEC);
	expect_text(world, "gone");
	assert_int_equal(world->page_requests, 2);
}

/* The disk fails when the article and what its page brought are committed. */
static void test_article_whose_commit_failed_is_taken_in_again(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world->page_failure = HTTP_OK;
	faulty_disk = (struct faulty_disk){.fail_at = 1, .error = SQLITE_IOERR_WRITE};
	pass(world, 5 * USEC_MINUTE);
	faulty_disk.fail_at = 0;
	expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).alerts, 1);
}

static void test_disk_that_fails_for_long_is_no_reason_to_ask_again_and_again(void **state)
{
	struct world *world = *state;

	world->robots = "";
	world->page_failure = HTTP_CONNECT;
	poll(world, 3, 20 * USEC_SEC);
	world->page_failure = HTTP_OK;
	world->page_requests = 0;
	faulty_disk =
		(struct faulty_disk){.fail_at = 1, .lasting = true, .error = SQLITE_IOERR_WRITE};
	pass(world, 10 * USEC_MINUTE);
	assert_in_range(world->page_requests, 1, 20);
	faulty_disk.fail_at = 0;
	pass(world, 2 * USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 3);
}

static unsigned pages_used(struct world *world)
{
	return (unsigned)pages_figures(world->rooms.pages).used;
}

static void test_page_is_known_by_its_own_word_for_its_address(void **state)
{
	struct world *world = *state;

	world->canonical = "<link rel='canonical' href='http://site.example/77'>";
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->newest_link = "http://site.example/77";
	poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_used(world), 2);
	assert_int_equal(world->page_requests, 1);
}

/* Otherwise any site could say what another's article says. */
static void test_page_has_no_word_for_what_another_site_says(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->canonical = "<link rel='canonical' href='http://other.example/50'>";
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->canonical = NULL;
	world->newest_link = "http://other.example/50";
	poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_used(world), 2);
	assert_int_equal(world->page_requests, 2);
}

/* What led there is no site of its own: whoever answers in the end says what is his. */
static void test_page_behind_a_redirect_is_known_by_its_word_too(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->canonical = "<link rel='canonical' href='http://other.example/50'>";
	world->page_status = 302;
	world->page_header = "Location: http://other.example/2";
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 2);
	world->newest_link = "http://other.example/50";
	poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_used(world), 2);
	assert_int_equal(world->page_requests, 2);
}

static void test_entry_that_needs_its_page_no_more_waits_no_more(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct world *world = *state;
	struct article_record record;
	char text[1500];

	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, AUTO_CONFIG);
	world->page_failure = HTTP_CONNECT;
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	world->newest_text = text;
	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
	pass(world, PAGES_WAIT);
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	assert_int_equal(store_article_before(world->rooms.store, INT64_MAX, arena, &record), 0);
	assert_true(strlen(record.article.text) > 1200);
}

static void test_feed_whose_pages_are_no_longer_wanted_asks_for_none(void **state)
{
	struct world *world = *state;
	unsigned requests;

	world->page_failure = HTTP_CONNECT;
	poll(world, 2, 20 * USEC_SEC);
	requests = world->page_requests;
	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, PLAIN_CONFIG);
	pass(world, 3 * USEC_MINUTE);
	assert_int_equal(world->page_requests, requests);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_pages_of_a_clock_that_was_ahead_do_not_count(void **state)
{
	struct world *world = *state;

	fake_clock_step(world->rooms.clock, 365 * USEC_DAY);
	poll(world, 1 + PAGES_HOST_HOUR_MAX, 5 * USEC_MINUTE);
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(365 * USEC_DAY));
	rooms_start(&world->rooms, CONFIG);
	world->newest_link = "http://site.example/2?utm_source=feed";
	poll(world, 2 + PAGES_HOST_HOUR_MAX, USEC_MINUTE);
	expect_text(world, "page");
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX + 1);
}

static void test_tries_count_among_the_pages_of_an_hour(void **state)
{
	struct world *world = *state;

	world->page_status = 502;
	poll(world, 1 + PAGES_HOST_HOUR_MAX / 2, PAGES_WAIT + 2 * USEC_MINUTE);
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1 + PAGES_HOST_HOUR_MAX / 2);
}

static void test_changed_entries_count_among_the_pages_of_an_hour(void **state)
{
	static const char *const texts[] = {" One.", " Two."};
	struct world *world = *state;

	for (unsigned i = 0; i < PAGES_HOST_HOUR_MAX + 5; i++) {
		world->newest_text = texts[i % 2];
		poll(world, 2, 10 * USEC_SEC);
	}
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
}

static void test_p11_hosts_with_many_pages_do_not_starve_others(void **state)
{
	struct world *world = *state;

	world->many_hosts = true;
	poll(world, 20 * HOSTS, 2 * USEC_MINUTE);
	for (unsigned i = 0; i < HOSTS; i++)
		assert_in_range(world->host_requests[i], 1, 20);
}

static void test_front_page_in_disguise_is_no_article(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->page_status = 302;
	world->page_header = "Location: http://other.example/index.html?utm_source=gone";
	poll(world, 2, 20 * USEC_SEC);
	expect_text(world, "front page");
}

static void test_pages_are_kept_for_two_days_though_none_waits(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct world *world = *state;
	struct stored_page page;
	const char *key;

	poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	key = url_canonical_key("http://site.example/2", arena);
	assert_int_equal(
		store_page_get(world->rooms.store, key, 0, USEC_INFINITY, arena, &page), 0);
	pass(world, PAGES_KEPT + 3 * USEC_HOUR);
	assert_int_equal(
		store_page_get(world->rooms.store, key, 0, USEC_INFINITY, arena, &page), -ENOENT);
}

/* Does something to the database itself, in a restart. */
static void meddle(struct world *world, const char *sql)
{
	char path[SCRATCH_FOLDER_BYTES + 64];
	sqlite3 *db;

	rooms_stop(&world->rooms);
	(void)snprintf(path, sizeof(path), "%s/state/wirewatch.db", world->rooms.folder);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	rooms_start(&world->rooms, CONFIG);
}

static void test_entry_that_cannot_be_taken_in_holds_no_other_up(void **state)
{
	struct world *world = *state;

	meddle(world,
		"CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN NEW.title = 'Report number "
		"2' "
		"BEGIN SELECT RAISE(ABORT, 'refused'); END");
	poll(world, 2, USEC_MINUTE);
	poll(world, 4, USEC_MINUTE);
	assert_int_equal(rooms_figures(&world->rooms).articles, 3);
	pass(world, PAGES_WAIT);
	poll(world, 5, USEC_MINUTE);
	assert_int_equal(rooms_figures(&world->rooms).articles, 4);
	assert_true(pages_idle(world->rooms.pages));
	assert_int_equal(world->page_requests, 4);
	/* It is not lost. */
	meddle(world, "DROP TRIGGER refuse");
	pass(world, 2 * USEC_HOUR);
	assert_int_equal(rooms_figures(&world->rooms).articles, 5);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_robots_txt_is_asked_for_once_a_day),
		TEST(test_site_whose_robots_txt_fails_is_asked_for_no_page),
		TEST(test_site_whose_robots_txt_comes_damaged_is_asked_for_no_page),
		TEST(test_p17_a_long_robots_txt_counts_by_its_beginning),
		TEST(test_article_waits_for_its_page_for_a_bounded_time),
		TEST(test_page_that_comes_at_the_second_try_is_used),
		TEST(test_page_that_comes_damaged_is_asked_for_again),
		TEST(test_restart_during_the_wait_loses_nothing),
		TEST(test_clock_set_back_during_the_wait_delays_nothing),
		TEST(test_p7_pages_that_are_not_welcome_are_asked_for_ever_less_often),
		TEST(test_p7_a_sitemap_between_them_does_not_make_pages_welcome),
		TEST(test_what_a_site_said_to_a_wrong_clock_does_not_stand),
		TEST(test_page_that_asks_to_wait_holds_the_hosts_feed_back),
		TEST(test_pages_of_a_host_are_bounded_in_an_hour),
		TEST(test_each_hop_is_asked_for_by_its_own_robots_txt),
		TEST(test_p17_robots_txt_behind_too_many_redirects_forbids_nothing),
		TEST(test_page_that_leads_to_a_front_page_is_no_article),
		TEST(test_entry_is_asked_for_once_and_told_when_gone),
		TEST(test_page_is_known_by_its_own_word_for_its_address),
		TEST(test_page_has_no_word_for_what_another_site_says),
		TEST(test_page_behind_a_redirect_is_known_by_its_word_too),
		TEST(test_entry_that_needs_its_page_no_more_waits_no_more),
		TEST(test_feed_whose_pages_are_no_longer_wanted_asks_for_none),
		TEST(test_pages_of_a_clock_that_was_ahead_do_not_count),
		TEST(test_tries_count_among_the_pages_of_an_hour),
		TEST(test_changed_entries_count_among_the_pages_of_an_hour),
		TEST(test_p11_hosts_with_many_pages_do_not_starve_others),
		TEST(test_front_page_in_disguise_is_no_article),
		TEST(test_pages_are_kept_for_two_days_though_none_waits),
		TEST(test_entry_that_cannot_be_taken_in_holds_no_other_up),
		TEST(test_article_whose_commit_failed_is_taken_in_again),
		TEST(test_disk_that_fails_for_long_is_no_reason_to_ask_again_and_again),
	};

	log_open(LOG_CRIT);
	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
