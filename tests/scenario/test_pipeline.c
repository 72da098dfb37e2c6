/*
 * From due feeds to stored alerts, on a false clock: what is told, when, and what is not
 * (docs/ALERTS.md A1 to A6, docs/ARCHITECTURE.md 3 and 4).  The rooms are the real ones but for
 * the network and the readers' processes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/datetime.h"
#include "base/log.h"
#include "news_world.h"
#include "support/fake_clock.h"
#include "support/fake_pool.h"
#include "support/rooms.h"
#include "unit/store/faulty_disk.h"

enum {
	MANY_TOPICS = 12000,
	PRUNED_ARTICLES = 150, /* of each of three feeds: together more than two steps forget */
};

static void test_story_is_told_once_across_feeds(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	PUBLISH(world, "gazette", {"9", "Fire: live", world_fire},
		{"8", "Fire drill in Dunmore", world_drill});
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	world_poll(world, "herald");
	world_expect_alerts(world, 1);
	world_poll(world, "gazette");
	world_expect_last(world, 2, EVENT_STORY_NEW, "Fire drill in Dunmore");
}

static void test_entry_that_changes_after_it_was_forgotten_is_news(void **state)
{
	struct world *world = *state;

	world_start_primed(world, "Keep=1h\nRemember=2h\n" THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	world_expect_alerts(world, 1);
	fake_clock_advance(world->rooms.clock, 4 * USEC_HOUR); /* but the newest alert is kept */
	PUBLISH(world, "agency", {"1", "One dead as plant burns", world_fire_grows});
	world_poll(world, "agency");
	world_expect_last(world, 2, EVENT_STORY_NEW, "One dead as plant burns");
}

static void test_first_poll_is_silent_and_what_it_brought_is_known(void **state)
{
	struct world *world = *state;

	world_start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	PUBLISH(world, "herald", {"old", "Herring quota unchanged", "All as it was."});
	PUBLISH(world, "gazette", {"old", "Herring quota unchanged", "All as it was."});
	world_poll(world, "agency");
	world_poll(world, "herald");
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	world_poll(world, "herald");
	world_expect_alerts(world, 0);
}

static void test_backfill_tells_what_is_younger(void **state)
{
	struct world *world = *state;
	struct page *page;
	char young[DATETIME_SIZE];
	char old[DATETIME_SIZE];

	world_start(world,
		"[Feed \"agency\"]\nURL=http://agency.example/feed\nBackfill=1d\n" FIRE_TOPIC);
	(void)datetime_format((int64_t)(ROOMS_START / USEC_SEC) - 3600, young);
	(void)datetime_format((int64_t)(ROOMS_START / USEC_SEC) - 7 * 86400, old);
	page = world_find_page(world, "http://agency.example/feed");
	(void)snprintf(page->body, BODY_MAX,
		"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>a</id>"
		"<updated>%s</updated>"
		"<entry><id>2</id><title>Plant "
		"burns</title><updated>%s</updated><content>%s</content>"
		"</entry><entry><id>1</id><title>Fire drill</title><updated>%s</updated>"
		"<content>%s</content></entry></feed>",
		young, young, world_fire, old, world_drill);
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns");
}

static void test_update_is_told_at_once_then_held_for_an_hour(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	PUBLISH(world, "agency", {"1", "One dead in Northgate fire", world_fire_grows});
	world_poll(world, "agency");
	world_expect_last(world, 2, EVENT_STORY_UPDATE, "One dead in Northgate fire");
	PUBLISH(world, "agency", {"1", "Northgate fire is out", world_fire_is_out});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	fake_clock_advance(world->rooms.clock, USEC_HOUR + USEC_MINUTE);
	world_expect_last(world, 3, EVENT_STORY_UPDATE, "Northgate fire is out");
}

static void test_change_that_is_not_material_makes_no_update(void **state)
{
	struct world *world = *state;
	char text[2048];

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	(void)snprintf(text, sizeof(text), "%s Share this article.", world_fire);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", text});
	world_poll(world, "agency");
	world_expect_alerts(world, 1);
}

static const char one_wire[] = "[Feed \"agency\"]\nURL=http://agency.example/feed\nTags=wire\n"
			       "[Feed \"herald\"]\nURL=http://herald.example/feed\n"
			       "[Topic \"wires\"]\nQuery=fire\nFeeds=tag:wire\nNotify=\n";

static void test_topic_hears_only_of_its_feeds(void **state)
{
	struct world *world = *state;

	world_start_primed(world, one_wire);
	PUBLISH(world, "herald", {"88", "Hundreds flee", world_fire});
	world_poll(world, "herald");
	world_expect_alerts(world, 0);
	/* A2: the copy matches where the first article of the story did not. */
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

/* The story began after the clock was set back, before the topic was asked of any. */
static void test_a2_holds_of_the_first_story_after_the_clock_was_set_back(void **state)
{
	struct world *world = *state;

	world_start_primed(world, one_wire);
	fake_clock_step(world->rooms.clock, -(int64_t)(5 * USEC_DAY));
	PUBLISH(world, "herald", {"88", "Hundreds flee", world_fire});
	world_poll(world, "herald");
	world_expect_alerts(world, 0);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_reader_that_dies_costs_one_poll(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	(void)strcpy(world_find_page(world, "http://agency.example/feed")->body, "crash");
	world_find_page(world, "http://agency.example/feed")->version++;
	world_poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_FAILING);
	assert_non_null(strstr(feed->error, "signal 11"));
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
	world_expect_alerts(world, 1);
}

static void test_poll_without_a_document_that_tells_of_health_is_one_like_others(void **state)
{
	struct world *world = *state;
	struct page *page;

	world_start_primed(world,
		"Notify=desk\n[Webhook \"desk\"]\nURL=" DESK_URL "\n" THREE_FEEDS FIRE_TOPIC);
	page = world_find_page(world, "http://agency.example/feed");
	page->gone = true;
	world_poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_GONE);
	world_expect_alerts(world, 1);
	assert_int_equal(world->alerts[0].type, EVENT_FEED_GONE);
	page->gone = false;
	world_poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
}

static void test_document_on_which_the_reader_died_is_read_again(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	(void)strcpy(world_find_page(world, "http://agency.example/feed")->body, "crash");
	world_find_page(world, "http://agency.example/feed")->version++;
	world_poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_FAILING);
	/* The reader has learnt to read it: to the server it is the same document. */
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_find_page(world, "http://agency.example/feed")->version--;
	world_poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
	world_expect_alerts(world, 1);
}

static void test_document_that_is_damaged_costs_one_poll_and_no_validator(void **state)
{
	struct world *world = *state;
	struct page *page;
	const struct feed_state *feed;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	page = world_find_page(world, "http://agency.example/feed");
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	page->encoding = "Content-Encoding: gzip";
	world_poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_FAILING);
	assert_int_equal(feed->failures, 1);
	assert_non_null(strstr(feed->error, "its gzip is damaged or cut off"));
	assert_string_equal(feed->validators.etag, "\"1\"");
	page->encoding = NULL;
	world_poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_OK);
	assert_string_equal(feed->validators.etag, "\"2\"");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_document_for_which_there_is_no_reader_comes_again(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	fake_pool_starve(world->rooms.pool, true);
	world_poll(world, "agency");
	world_expect_alerts(world, 0);
	fake_pool_starve(world->rooms.pool, false);
	fake_clock_advance(world->rooms.clock, 11 * USEC_MINUTE);
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_restart_forgets_nothing(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	rooms_stop(&world->rooms);
	world_start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	world_poll(world, "agency");
	world_poll(world, "herald");
	world_expect_alerts(world, 1);
}

static void test_new_topic_takes_stored_stories_as_known(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	rooms_stop(&world->rooms);
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	world_start(world, THREE_FEEDS FIRE_TOPIC "[Topic \"plants\"]\nQuery=plant\nNotify=\n");
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	world_poll(world, "herald");
	world_expect_alerts(world, 1);
}

static void test_article_may_match_any_number_of_topics(void **state)
{
	struct world *world = *state;
	char *config = NULL;
	size_t length;
	FILE *file = open_memstream(&config, &length);

	(void)fputs(THREE_FEEDS, file);
	for (unsigned i = 0; i < MANY_TOPICS; i++)
		(void)fprintf(file, "[Topic \"fires %u\"]\nQuery=fire\nNotify=\n", i);
	assert_int_equal(fclose(file), 0);
	world_start_primed(world, config);
	free(config);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	assert_int_equal(rooms_figures(&world->rooms).alerts, MANY_TOPICS);
}

/* Runs SQL beside the daemon, which has the database to itself otherwise. */
static void meddle(struct world *world, const char *config, const char *sql)
{
	char path[96];
	sqlite3 *db;

	rooms_stop(&world->rooms);
	(void)snprintf(path, sizeof(path), "%s/state/wirewatch.db", world->rooms.folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	world_start(world, config);
}

static void test_document_that_cannot_be_taken_in_costs_no_other_feed(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	meddle(world, THREE_FEEDS FIRE_TOPIC,
		"CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN NEW.title = 'Refused' "
		"BEGIN SELECT RAISE(ABORT, 'refused'); END");
	PUBLISH(world, "agency", {"2", "Refused", world_fire_grows},
		{"1", "Fire drill", world_drill});
	PUBLISH(world, "herald", {"88", "Plant burns in Northgate", world_fire});
	assert_int_equal(poller_poll_now(world->rooms.poller, "agency"), 0);
	world_poll(world, "herald");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	/* Its validators were not kept: the same document comes again, and all of it is told. */
	meddle(world, THREE_FEEDS FIRE_TOPIC, "DROP TRIGGER refuse");
	PUBLISH(world, "gazette", {"9", "Hundreds flee", world_fire});
	world_find_page(world, "http://agency.example/feed")->version--;
	PUBLISH(world, "agency", {"2", "Refused", world_fire_grows},
		{"1", "Fire drill", world_drill});
	world_poll(world, "agency");
	world_expect_alerts(world, 3);
	world_poll(world, "gazette");
	world_expect_alerts(world, 3);
}

static void test_held_update_that_is_due_is_told_at_start(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	PUBLISH(world, "agency", {"1", "One dead in Northgate fire", world_fire_grows});
	world_poll(world, "agency");
	PUBLISH(world, "agency", {"1", "Northgate fire is out", world_fire_is_out});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	rooms_stop(&world->rooms);
	fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
	world_start(world, THREE_FEEDS FIRE_TOPIC);
	/* As --once does, which ends as soon as nothing is left to do. */
	for (unsigned i = 0; i < 100 && !pipeline_idle(world->rooms.pipeline); i++)
		fake_clock_advance(world->rooms.clock, 20 * USEC_MSEC);
	world_expect_last(world, 3, EVENT_STORY_UPDATE, "Northgate fire is out");
}

static void publish_many(struct world *world, const char *feed)
{
	static char ids[PRUNED_ARTICLES][16];
	static struct item items[PRUNED_ARTICLES];

	for (size_t i = 0; i < PRUNED_ARTICLES; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "%s%zu", feed, i);
		items[i] = (struct item){ids[i], ids[i], "", "http://a/"};
	}
	world_publish(world, feed, items, PRUNED_ARTICLES);
	world_poll(world, feed);
}

static void test_forgetting_keeps_up_with_what_came(void **state)
{
	struct world *world = *state;

	world_start_primed(world, "Keep=1h\nRemember=2h\n" THREE_FEEDS FIRE_TOPIC);
	publish_many(world, "agency");
	publish_many(world, "herald");
	publish_many(world, "gazette");
	assert_true(rooms_figures(&world->rooms).articles > 3 * PRUNED_ARTICLES);
	fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR + USEC_MINUTE + 10 * USEC_SEC);
	assert_int_equal(rooms_figures(&world->rooms).articles, 0);
}

static void test_nothing_is_forgotten_while_the_clock_leaps_ahead_and_comes_back(void **state)
{
	struct world *world = *state;

	world_start_primed(world, "Keep=1d\nRemember=2d\n" THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	world_poll(world, "agency");
	fake_clock_step(world->rooms.clock, (int64_t)(5 * USEC_DAY));
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	fake_clock_step(world->rooms.clock, -(int64_t)(5 * USEC_DAY));
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	world_poll(world, "herald");
	world_expect_alerts(world, 1);
	/* A clock that stays where it was set to is believed in the end. */
	fake_clock_step(world->rooms.clock, (int64_t)(5 * USEC_DAY));
	fake_clock_advance(world->rooms.clock, USEC_DAY + USEC_HOUR);
	assert_int_equal(rooms_figures(&world->rooms).articles, 0);
}

/* A feed that pins an entry above much news, for longer than anything is remembered. */
static void test_entry_that_stands_for_long_does_not_come_again(void **state)
{
	enum {
		DAYS = 9,
		ITEMS = 120, /* a day: more than the 500 entries that are kept whatever their age */
	};
	static char ids[ITEMS][16];
	static struct item items[ITEMS + 1];
	struct world *world = *state;

	world_start_primed(world, "Keep=30d\nRemember=3d\n" THREE_FEEDS FIRE_TOPIC);
	items[0] = (struct item){"pinned", "Plant burns in Northgate", world_fire, NULL};
	for (size_t day = 0; day < DAYS; day++) {
		for (size_t i = 0; i < ITEMS; i++) {
			(void)snprintf(ids[i], sizeof(ids[i]), "%zu-%zu", day, i);
			items[1 + i] = (struct item){ids[i], ids[i], "", "http://a/"};
		}
		world_publish(world, "agency", items, ITEMS + 1);
		world_poll(world, "agency");
		world_expect_alerts(world, 1);
		fake_clock_advance(world->rooms.clock, USEC_DAY);
	}
}

/* A long document gives way between its entries; a crash there loses none and doubles none. */
static void test_crash_between_the_slices_of_a_document_loses_nothing(void **state)
{
	struct world *world = *state;
	struct store_figures figures = {0};

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire},
		{"2", "Fire drill in Dunmore", world_drill},
		{"3", "Library opens on Sundays", "The Dunmore library opens on Sundays now."},
		{"4", "Tram line 4 runs again", "Trams run from Castle Square on Monday."});
	fake_clock_set_cost(world->rooms.clock, 4 * USEC_MSEC);
	assert_int_equal(poller_poll_now(world->rooms.poller, "agency"), 0);
	for (unsigned i = 0; i < 1000 && figures.articles < 5; i++) {
		assert_true(fake_clock_next(world->rooms.clock, USEC_MINUTE));
		assert_int_equal(store_figures(world->rooms.store, &figures), 0);
	}
	assert_in_range(figures.articles, 4, 6); /* one was there before */
	assert_false(pipeline_idle(world->rooms.pipeline));
	fake_clock_set_cost(world->rooms.clock, 0);
	rooms_stop(&world->rooms);
	world_start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire},
		{"2", "Fire drill in Dunmore", world_drill},
		{"3", "Library opens on Sundays", "The Dunmore library opens on Sundays now."},
		{"4", "Tram line 4 runs again", "Trams run from Castle Square on Monday."});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	assert_int_equal(store_figures(world->rooms.store, &figures), 0);
	assert_int_equal(figures.articles, 5 + 2);
}

/* The disk fails in the middle of a commit: asked again, the feed brings it for the first time. */
static void test_what_a_failed_commit_took_back_is_news_again(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", world_fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", world_fire});
	faulty_disk = (struct faulty_disk){.fail_at = 1, .error = SQLITE_IOERR_WRITE};
	world_poll(world, "agency");
	faulty_disk.fail_at = 0;
	world_expect_alerts(world, 0);
	assert_int_equal(pipeline_abandoned(world->rooms.pipeline), 1);
	fake_clock_advance(world->rooms.clock, 2 * USEC_MINUTE);
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	world_poll(world, "herald");
	world_expect_alerts(world, 1);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_story_is_told_once_across_feeds),
		IN_WORLD(test_entry_that_changes_after_it_was_forgotten_is_news),
		IN_WORLD(test_first_poll_is_silent_and_what_it_brought_is_known),
		IN_WORLD(test_backfill_tells_what_is_younger),
		IN_WORLD(test_update_is_told_at_once_then_held_for_an_hour),
		IN_WORLD(test_change_that_is_not_material_makes_no_update),
		IN_WORLD(test_topic_hears_only_of_its_feeds),
		IN_WORLD(test_a2_holds_of_the_first_story_after_the_clock_was_set_back),
		IN_WORLD(test_reader_that_dies_costs_one_poll),
		IN_WORLD(test_poll_without_a_document_that_tells_of_health_is_one_like_others),
		IN_WORLD(test_document_on_which_the_reader_died_is_read_again),
		IN_WORLD(test_document_that_is_damaged_costs_one_poll_and_no_validator),
		IN_WORLD(test_document_for_which_there_is_no_reader_comes_again),
		IN_WORLD(test_restart_forgets_nothing),
		IN_WORLD(test_new_topic_takes_stored_stories_as_known),
		IN_WORLD(test_crash_between_the_slices_of_a_document_loses_nothing),
		IN_WORLD(test_article_may_match_any_number_of_topics),
		IN_WORLD(test_document_that_cannot_be_taken_in_costs_no_other_feed),
		IN_WORLD(test_held_update_that_is_due_is_told_at_start),
		IN_WORLD(test_forgetting_keeps_up_with_what_came),
		IN_WORLD(test_nothing_is_forgotten_while_the_clock_leaps_ahead_and_comes_back),
		IN_WORLD(test_entry_that_stands_for_long_does_not_come_again),
		IN_WORLD(test_what_a_failed_commit_took_back_is_news_again),
	};

	log_open(LOG_CRIT);
	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
