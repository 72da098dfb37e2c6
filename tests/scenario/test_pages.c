/*
 * FullText= over hours: entries wait in the store for their pages, robots.txt is kept to, hosts are
 * left alone when they ask for it, and no article is lost or late.  The rooms are the real ones but
 * for the network and the readers' processes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "base/log.h"
#include "extract/robots.h"
#include "page_world.h"
#include "pipeline/page_fetch.h"
#include "support/fake_clock.h"

static void test_robots_txt_is_asked_for_once_a_day(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /3\n";
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "page");
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "robots.txt");
	assert_int_equal(world->robots_requests, 1);
	assert_int_equal(world->page_requests, 1);
	world_pass(world, USEC_DAY);
	world->robots = "";
	world_poll(world, 4, 20 * USEC_SEC);
	world_expect_text(world, "page");
	assert_int_equal(world->robots_requests, 2);
	/* The topic's word stands in pages alone. */
	assert_int_equal(rooms_figures(&world->rooms).alerts, 2);
}

static void test_site_whose_robots_txt_fails_is_asked_for_no_page(void **state)
{
	struct world *world = *state;

	world->robots = "";
	world->robots_status = 503;
	world_poll(world, 2, PAGES_WAIT + USEC_MINUTE);
	world_expect_text(world, "server error");
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_site_whose_robots_txt_comes_damaged_is_asked_for_no_page(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /nothing\n";
	world->robots_header = "Content-Encoding: gzip";
	world_poll(world, 2, PAGES_WAIT + USEC_MINUTE);
	world_expect_text(world, "not reached");
	assert_int_equal(world->page_requests, 0);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	world->robots_header = NULL;
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "page");
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
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "robots.txt");
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "page");
	world->robots = text;
	world->robots_length = 0;
	world->robots_header = NULL;
	world_pass(world, USEC_DAY);
	world_poll(world, 4, 20 * USEC_SEC);
	world_expect_text(world, "robots.txt");
	assert_int_equal(world->robots_requests, 2);
}

static void test_article_waits_for_its_page_for_a_bounded_time(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_TIMEOUT;
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world_pass(world, PAGES_WAIT);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
	world_expect_text(world, "not reached");
	assert_in_range(world->page_requests, 2, 3);
}

static void test_page_that_comes_at_the_second_try_is_used(void **state)
{
	struct world *world = *state;

	world->page_status = 502;
	world_poll(world, 2, 20 * USEC_SEC);
	world->page_status = 200;
	world_pass(world, 3 * USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(pages_figures(world->rooms.pages).used, 1);
}

/* As one that broke off on its way: not the page is at fault. */
static void test_page_that_comes_damaged_is_asked_for_again(void **state)
{
	struct world *world = *state;

	world->page_header = "Content-Encoding: zstd";
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world_pass(world, PAGES_WAIT);
	world_expect_text(world, "not reached");
	world_poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world->page_header = NULL;
	world_pass(world, 3 * USEC_MINUTE);
	world_expect_text(world, "page");
}

static void test_restart_during_the_wait_loses_nothing(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	rooms_stop(&world->rooms);
	world->page_failure = HTTP_OK;
	rooms_start(&world->rooms, CONFIG);
	world_pass(world, 4 * USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	/* The feed shows it still: it is known. */
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(world->robots_requests, 1);
}

static void test_clock_set_back_during_the_wait_delays_nothing(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(30 * USEC_DAY));
	rooms_start(&world->rooms, CONFIG);
	world_pass(world, USEC_MINUTE);
	assert_int_equal(world->page_requests, 2);
	world->page_failure = HTTP_OK;
	fake_clock_step(world->rooms.clock, -(int64_t)(30 * USEC_DAY));
	world_pass(world, USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_clock_set_forward_during_the_wait_gives_no_page_up(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	world->page_failure = HTTP_OK;
	fake_clock_step(world->rooms.clock, (int64_t)(5 * USEC_DAY));
	world_pass(world, 3 * USEC_MINUTE);
	world_expect_text(world, "page");
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
		world_poll(world, entries++, 20 * USEC_SEC);
		assert_in_range(blocked_for(world), hours[i] * USEC_HOUR - USEC_MINUTE,
			hours[i] * USEC_HOUR);
		rooms_stop(&world->rooms);
		rooms_start(&world->rooms, CONFIG);
		world_pass(world, hours[i] * USEC_HOUR + USEC_HOUR / 2);
	}
	/* P7: right after a 429 it is another one. */
	world->page_status = 403;
	world_poll(world, entries++, 20 * USEC_SEC);
	assert_true(blocked_for(world) > 7 * USEC_HOUR);
	world_pass(world, 9 * USEC_HOUR);
	world->page_status = 200;
	world_poll(world, entries++, 20 * USEC_SEC);
	world_expect_text(world, "page");
	world->page_status = 429;
	world_poll(world, entries, 20 * USEC_SEC);
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
	world_poll(world, 2, 20 * USEC_SEC);
	assert_in_range(blocked_for(world), USEC_HOUR - USEC_MINUTE, USEC_HOUR);
	world_pass(world, USEC_HOUR + USEC_HOUR / 2);
	sitemap.started = clock_now(world->rooms.clock);
	assert_int_equal(
		store_page_request_add(world->rooms.store, "http://site.example/feed", &sitemap),
		0);
	world_poll(world, 3, 20 * USEC_SEC);
	assert_in_range(blocked_for(world), 2 * USEC_HOUR - USEC_MINUTE, 2 * USEC_HOUR);
}

/* As long as it asked for, and no longer, whatever the clock does. */
static void test_p7_a_site_is_left_alone_as_long_as_it_asked_though_the_clock_is_set_back(
	void **state)
{
	static const usec steps[] = {USEC_HOUR, 5 * USEC_DAY, 365 * USEC_DAY};
	struct world *world = *state;
	unsigned entries = 2;

	world->page_header = "Retry-After: 7200";
	for (size_t i = 0; i < 2 * ARRAY_SIZE(steps); i++) {
		world->page_status = 429;
		world_poll(world, entries++, 20 * USEC_SEC);
		world_expect_text(world, "its host asks to wait");
		assert_in_range(blocked_for(world), 2 * USEC_HOUR - USEC_MINUTE, 2 * USEC_HOUR);
		if (i % 2 == 0)
			rooms_stop(&world->rooms);
		fake_clock_step(world->rooms.clock, -(int64_t)steps[i / 2]);
		if (i % 2 == 0)
			rooms_start(&world->rooms, CONFIG);
		/* While it runs the clock is looked at when something waits. */
		world->page_status = 200;
		world_pass(world, 3 * USEC_HOUR);
		world_poll(world, entries++, USEC_MINUTE);
		world_expect_text(world, "page");
		assert_int_equal(blocked_for(world), 0);
	}
}

static void test_p17_rules_are_kept_no_longer_though_the_clock_is_set_back(void **state)
{
	struct world *world = *state;

	world->robots = "User-agent: *\nDisallow: /3\n";
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "page");
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(365 * USEC_DAY));
	world->robots = "";
	rooms_start(&world->rooms, CONFIG);
	world_pass(world, 25 * USEC_HOUR);
	world_poll(world, 3, USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(world->robots_requests, 2);
}

static void test_page_that_asks_to_wait_holds_the_hosts_feed_back(void **state)
{
	struct world *world = *state;
	unsigned feed_requests;

	world->page_status = 429;
	world->page_header = "Retry-After: 7200";
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "its host asks to wait");
	feed_requests = world->feed_requests;
	/* Over a restart too. */
	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, CONFIG);
	world_poll(world, 2, USEC_HOUR);
	assert_int_equal(world->feed_requests, feed_requests);
	world_pass(world, 2 * USEC_HOUR);
	assert_in_range(world->feed_requests, feed_requests + 1, feed_requests + 2);
	assert_int_equal(world->page_requests, 1);
}

static void test_pages_of_a_host_are_bounded_in_an_hour(void **state)
{
	struct world *world = *state;
	const unsigned extra = 5;

	world_poll(world, 1 + PAGES_HOST_HOUR_MAX + extra, PAGES_WAIT + 2 * USEC_MINUTE);
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
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "robots.txt");
	assert_int_equal(world->page_requests, 1);
	world->page_header = "Location: //other.example/3";
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "page");
	/* A circle ends at once, a long way after ten steps. */
	world->page_header = "Location: http://site.example/4";
	world->page_requests = 0;
	world_poll(world, 4, 40 * USEC_SEC);
	world_expect_text(world, "too many redirects");
	assert_int_equal(world->page_requests, 1);
	world->page_requests = 0;
	world->leads_on = true;
	world_poll(world, 5, 40 * USEC_SEC);
	world_expect_text(world, "too many redirects");
	assert_int_equal(world->page_requests, 1 + PAGE_REDIRECTS_MAX);
}

/* RFC 9309 section 2.3.1.2: it is as if there were none. */
static void test_p17_robots_txt_behind_too_many_redirects_forbids_nothing(void **state)
{
	struct world *world = *state;

	world->robots_failure = HTTP_TOO_MANY_REDIRECTS;
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "page");
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "page");
	assert_int_equal(world->robots_requests, 1);
}

static void test_page_that_leads_to_a_front_page_is_no_article(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->page_status = 302;
	world->page_header = "Location: http://other.example/";
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "front page");
}

static void test_entry_is_asked_for_once_and_told_when_gone(void **state)
{
	struct world *world = *state;

	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	/* The same entry is no reason to ask. */
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->page_status = 404;
	world_poll(world, 3, 20 * USEC_SEC);
	world_expect_text(world, "gone");
	assert_int_equal(world->page_requests, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
		TEST(test_robots_txt_is_asked_for_once_a_day),
		TEST(test_site_whose_robots_txt_fails_is_asked_for_no_page),
		TEST(test_site_whose_robots_txt_comes_damaged_is_asked_for_no_page),
		TEST(test_p17_a_long_robots_txt_counts_by_its_beginning),
		TEST(test_article_waits_for_its_page_for_a_bounded_time),
		TEST(test_page_that_comes_at_the_second_try_is_used),
		TEST(test_page_that_comes_damaged_is_asked_for_again),
		TEST(test_restart_during_the_wait_loses_nothing),
		TEST(test_clock_set_back_during_the_wait_delays_nothing),
		TEST(test_clock_set_forward_during_the_wait_gives_no_page_up),
		TEST(test_p7_pages_that_are_not_welcome_are_asked_for_ever_less_often),
		TEST(test_p7_a_sitemap_between_them_does_not_make_pages_welcome),
		TEST(test_p7_a_site_is_left_alone_as_long_as_it_asked_though_the_clock_is_set_back),
		TEST(test_p17_rules_are_kept_no_longer_though_the_clock_is_set_back),
		TEST(test_page_that_asks_to_wait_holds_the_hosts_feed_back),
		TEST(test_pages_of_a_host_are_bounded_in_an_hour),
		TEST(test_each_hop_is_asked_for_by_its_own_robots_txt),
		TEST(test_p17_robots_txt_behind_too_many_redirects_forbids_nothing),
		TEST(test_page_that_leads_to_a_front_page_is_no_article),
		TEST(test_entry_is_asked_for_once_and_told_when_gone),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
