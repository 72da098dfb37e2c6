/*
 * FullText= where something changes or fails meanwhile: what a page says of its address, entries
 * and configurations that change, the bounds of an hour, a disk that fails.
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
#include <sqlite3.h>

#include "base/log.h"
#include "base/url.h"
#include "page_world.h"
#include "support/fake_clock.h"
#include "unit/store/faulty_disk.h"

static unsigned pages_used(struct world *world)
{
	return (unsigned)pages_figures(world->rooms.pages).used;
}

static void test_page_is_known_by_its_own_word_for_its_address(void **state)
{
	struct world *world = *state;

	world->canonical = "<link rel='canonical' href='http://site.example/77'>";
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->newest_link = "http://site.example/77";
	world_poll(world, 3, 20 * USEC_SEC);
	assert_int_equal(pages_used(world), 2);
	assert_int_equal(world->page_requests, 1);
}

/* Otherwise any site could say what another's article says. */
static void test_page_has_no_word_for_what_another_site_says(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->canonical = "<link rel='canonical' href='http://other.example/50'>";
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 1);
	world->canonical = NULL;
	world->newest_link = "http://other.example/50";
	world_poll(world, 3, 20 * USEC_SEC);
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
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(world->page_requests, 2);
	world->newest_link = "http://other.example/50";
	world_poll(world, 3, 20 * USEC_SEC);
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
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	world->newest_text = text;
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
	world_pass(world, PAGES_WAIT);
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	assert_int_equal(store_article_before(world->rooms.store, INT64_MAX, arena, &record), 0);
	assert_true(strlen(record.article.text) > 1200);
}

static void test_feed_whose_pages_are_no_longer_wanted_asks_for_none(void **state)
{
	struct world *world = *state;
	unsigned requests;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	requests = world->page_requests;
	rooms_stop(&world->rooms);
	rooms_start(&world->rooms, PLAIN_CONFIG);
	world_pass(world, 3 * USEC_MINUTE);
	assert_int_equal(world->page_requests, requests);
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
}

static void test_pages_of_a_clock_that_was_ahead_do_not_count(void **state)
{
	struct world *world = *state;

	fake_clock_step(world->rooms.clock, 365 * USEC_DAY);
	world_poll(world, 1 + PAGES_HOST_HOUR_MAX, 5 * USEC_MINUTE);
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
	rooms_stop(&world->rooms);
	fake_clock_step(world->rooms.clock, -(int64_t)(365 * USEC_DAY));
	rooms_start(&world->rooms, CONFIG);
	world->newest_link = "http://site.example/2?utm_source=feed";
	world_poll(world, 2 + PAGES_HOST_HOUR_MAX, USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX + 1);
}

static void test_tries_count_among_the_pages_of_an_hour(void **state)
{
	struct world *world = *state;

	world->page_status = 502;
	world_poll(world, 1 + PAGES_HOST_HOUR_MAX / 2, PAGES_WAIT + 2 * USEC_MINUTE);
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
	assert_int_equal(rooms_figures(&world->rooms).articles, 1 + PAGES_HOST_HOUR_MAX / 2);
}

static void test_changed_entries_count_among_the_pages_of_an_hour(void **state)
{
	static const char *const texts[] = {" One.", " Two."};
	struct world *world = *state;

	for (unsigned i = 0; i < PAGES_HOST_HOUR_MAX + 5; i++) {
		world->newest_text = texts[i % 2];
		world_poll(world, 2, 10 * USEC_SEC);
	}
	assert_int_equal(world->page_requests, PAGES_HOST_HOUR_MAX);
}

static void test_p11_hosts_with_many_pages_do_not_starve_others(void **state)
{
	struct world *world = *state;

	world->many_hosts = true;
	world_poll(world, 20 * HOSTS, 2 * USEC_MINUTE);
	for (unsigned i = 0; i < HOSTS; i++)
		assert_in_range(world->host_requests[i], 1, 20);
}

static void test_entries_that_waited_too_long_are_all_taken_in_at_once(void **state)
{
	struct world *world = *state;

	world_poll(world, 1 + 2 * PAGES_HOST_HOUR_MAX, PAGES_WAIT + USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
	assert_int_equal(pages_figures(world->rooms.pages).fallback, PAGES_HOST_HOUR_MAX);
}

static void test_front_page_in_disguise_is_no_article(void **state)
{
	struct world *world = *state;

	world->robots_elsewhere = "";
	world->page_status = 302;
	world->page_header = "Location: http://other.example/index.html?utm_source=gone";
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "front page");
}

static void test_pages_are_kept_for_two_days_though_none_waits(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct world *world = *state;
	struct stored_page page;
	const char *key;

	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	key = url_canonical_key("http://site.example/2", arena);
	assert_int_equal(
		store_page_get(world->rooms.store, key, 0, USEC_INFINITY, arena, &page), 0);
	world_pass(world, PAGES_KEPT + 3 * USEC_HOUR);
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
	world_poll(world, 2, USEC_MINUTE);
	world_poll(world, 4, USEC_MINUTE);
	assert_int_equal(rooms_figures(&world->rooms).articles, 3);
	world_pass(world, PAGES_WAIT);
	world_poll(world, 5, USEC_MINUTE);
	assert_int_equal(rooms_figures(&world->rooms).articles, 4);
	assert_true(pages_idle(world->rooms.pages));
	assert_int_equal(world->page_requests, 4);
	/* It is not lost. */
	meddle(world, "DROP TRIGGER refuse");
	world_pass(world, 2 * USEC_HOUR);
	assert_int_equal(rooms_figures(&world->rooms).articles, 5);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
}

/* The disk fails when the article and what its page brought are committed. */
static void test_article_whose_commit_failed_is_taken_in_again(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 1);
	world->page_failure = HTTP_OK;
	faulty_disk = (struct faulty_disk){.fail_at = 1, .error = SQLITE_IOERR_WRITE};
	world_pass(world, 5 * USEC_MINUTE);
	faulty_disk.fail_at = 0;
	world_expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).alerts, 1);
}

static void test_disk_that_fails_for_long_is_no_reason_to_ask_again_and_again(void **state)
{
	struct world *world = *state;

	world->robots = "";
	world->page_failure = HTTP_CONNECT;
	world_poll(world, 3, 20 * USEC_SEC);
	world->page_failure = HTTP_OK;
	world->page_requests = 0;
	faulty_disk =
		(struct faulty_disk){.fail_at = 1, .lasting = true, .error = SQLITE_IOERR_WRITE};
	world_pass(world, 10 * USEC_MINUTE);
	assert_in_range(world->page_requests, 1, 20);
	faulty_disk.fail_at = 0;
	world_pass(world, 2 * USEC_MINUTE);
	world_expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).articles, 3);
}

static void test_entry_that_changes_waits_no_longer_for_it(void **state)
{
	static const char *const texts[] = {" One.", " Two."};
	struct world *world = *state;

	world->page_failure = HTTP_CONNECT;
	world_poll(world, 2, 20 * USEC_SEC);
	for (unsigned i = 0; i < 4; i++) {
		world->newest_text = texts[i % 2];
		world_poll(world, 2, 4 * USEC_MINUTE);
	}
	assert_int_equal(rooms_figures(&world->rooms).articles, 2);
	assert_int_equal(pages_figures(world->rooms.pages).waiting, 0);
}

/* The text that came from the page stays, and a feed's words are no news beside it. */
static void test_page_that_is_gone_after_a_change_is_no_update(void **state)
{
	struct world *world = *state;

	world_poll(world, 2, 20 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).alerts, 1);
	world->page_status = 404;
	world->newest_text =
		" The fire spread to the old shipyard on Tuesday, where four people died. The "
		"minister of the interior sent two hundred soldiers and six aircraft to the coast. "
		"Trains between the capital and the port stand still until Friday at least.";
	world_poll(world, 2, 2 * USEC_HOUR);
	world_expect_text(world, "page");
	assert_int_equal(rooms_figures(&world->rooms).alerts, 1);
}

static void test_page_at_a_refused_address_is_not_tried_again(void **state)
{
	struct world *world = *state;

	world->page_failure = HTTP_REFUSED_ADDRESS;
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "refused address");
	assert_int_equal(world->page_requests, 1);
}

static void test_page_with_less_than_the_feed_has_is_not_used(void **state)
{
	struct world *world = *state;
	char text[1500];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	world->newest_text = text;
	world_poll(world, 2, 20 * USEC_SEC);
	world_expect_text(world, "less than the feed's");
	assert_int_equal(world->page_requests, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
		TEST(test_page_is_known_by_its_own_word_for_its_address),
		TEST(test_page_has_no_word_for_what_another_site_says),
		TEST(test_page_behind_a_redirect_is_known_by_its_word_too),
		TEST(test_entry_that_needs_its_page_no_more_waits_no_more),
		TEST(test_feed_whose_pages_are_no_longer_wanted_asks_for_none),
		TEST(test_pages_of_a_clock_that_was_ahead_do_not_count),
		TEST(test_tries_count_among_the_pages_of_an_hour),
		TEST(test_changed_entries_count_among_the_pages_of_an_hour),
		TEST(test_p11_hosts_with_many_pages_do_not_starve_others),
		TEST(test_entries_that_waited_too_long_are_all_taken_in_at_once),
		TEST(test_front_page_in_disguise_is_no_article),
		TEST(test_pages_are_kept_for_two_days_though_none_waits),
		TEST(test_entry_that_cannot_be_taken_in_holds_no_other_up),
		TEST(test_entry_that_changes_waits_no_longer_for_it),
		TEST(test_page_that_is_gone_after_a_change_is_no_update),
		TEST(test_page_at_a_refused_address_is_not_tried_again),
		TEST(test_page_with_less_than_the_feed_has_is_not_used),
		TEST(test_article_whose_commit_failed_is_taken_in_again),
		TEST(test_disk_that_fails_for_long_is_no_reason_to_ask_again_and_again),
	};

	log_open(LOG_CRIT);
	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
