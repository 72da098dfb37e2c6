/*
 * What makes two entries of a feed the same (model/identity.h, intake/passage.h): ids that change,
 * that several entries share, that stand for versions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/datetime.h"
#include "base/log.h"
#include "news_world.h"
#include "support/fake_clock.h"

static void test_changed_ids_with_the_same_links_bring_no_alert(void **state)
{
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns", world_fire, "http://agency.example/a"},
		{"2", "Fire drill", world_drill, "http://agency.example/b"});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	PUBLISH(world, "agency",
		{"urn:x1", "Plant burns", world_fire, "http://agency.example/a?utm_source=x"},
		{"urn:x2", "Fire drill", world_drill, "http://agency.example/b?utm_source=x"});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	PUBLISH(world, "agency",
		{"urn:y1", "Plant burns", world_fire, "http://agency.example/new/a"},
		{"urn:y2", "Fire drill", world_drill, "http://agency.example/new/b"});
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
}

/* Publishers do that: nothing of it is told again and again, and nothing is lost. */
static void test_entries_of_one_id_with_links_of_their_own_are_entries_of_their_own(void **state)
{
	struct world *world = *state;
	const struct item burns = {"0", "Plant burns", world_fire, "http://agency.example/a"};
	const struct item drilled = {"0", "Fire drill", world_drill, "http://agency.example/b"};
	const struct item other = {
		"0", "Herring quota", "All as it was.", "http://agency.example/c"};
	const struct item late = {"0", "Fire at sea",
		"A ferry with 212 passengers burned off Cape Lorn; all were saved, the coast guard "
		"said on Monday after a search of nine hours with four ships.",
		"http://agency.example/d"};

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", drilled, burns);
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	PUBLISH(world, "agency", other, drilled, burns);
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
	PUBLISH(world, "agency", late, other, drilled, burns);
	world_poll(world, "agency");
	world_expect_last(world, 3, EVENT_STORY_NEW, "Fire at sea");
	PUBLISH(world, "agency", late, drilled, burns);
	fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
	world_poll(world, "agency");
	world_expect_alerts(world, 3);
}

/* Of a feed whose entries all have one id and lead to one page; nothing new is lost. */
static void test_entries_of_one_id_and_link_with_titles_of_their_own_are_told(void **state)
{
	static const char page[] = "http://agency.example/";
	struct world *world = *state;
	const struct item other = {"0", "Herring quota", "All as it was.", page};
	const struct item burns = {"0", "Plant burns", world_fire, page};
	const struct item drilled = {"0", "Fire drill", world_drill, page};

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", other);
	world_poll(world, "agency");
	PUBLISH(world, "agency", burns, other);
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns");
	PUBLISH(world, "agency", drilled, burns, other);
	world_poll(world, "agency");
	world_expect_last(world, 2, EVENT_STORY_NEW, "Fire drill");
	fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
	PUBLISH(world, "agency", drilled, burns);
	world_poll(world, "agency");
	world_expect_alerts(world, 2);
}

static void test_of_entries_of_one_id_and_link_one_counts(void **state)
{
	struct world *world = *state;
	const struct item burns = {"1", "Plant burns", world_fire};
	const struct item grows = {"1", "Plant burns", world_fire_grows};

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", grows, burns);
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns");
	for (int i = 0; i < 4; i++) {
		fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
		if (i % 2 == 0)
			PUBLISH(world, "agency", {"2", "Herring quota", "All as it was."}, grows,
				burns);
		else
			PUBLISH(world, "agency", grows, burns);
		world_poll(world, "agency");
	}
	world_expect_alerts(world, 1);
}

struct version {
	int64_t updated; /* seconds after the first one */
	const char *title;
	const char *text;
};

/* An Atom feed of one entry in several versions. */
static void publish_versions(struct world *world, const struct version *versions, size_t count)
{
	struct page *page = world_find_page(world, "http://agency.example/feed");
	size_t used;

	page->version++;
	used = (size_t)snprintf(page->body, BODY_MAX,
		"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>v%u</title>", page->version);
	for (size_t i = 0; i < count; i++) {
		char date[DATETIME_SIZE];

		(void)datetime_format(
			(int64_t)(ROOMS_START / USEC_SEC) + versions[i].updated, date);
		used += (size_t)snprintf(page->body + used, BODY_MAX - used,
			"<entry><id>1</id><title>%s</title>"
			"<link href=\"http://agency.example/1\"/><updated>%s</updated>"
			"<content>%s</content></entry>",
			versions[i].title, date, versions[i].text);
	}
	(void)snprintf(page->body + used, BODY_MAX - used, "</feed>");
}

static void test_of_the_versions_of_an_entry_in_one_document_the_newest_counts(void **state)
{
	static const struct version versions[] = {
		{7200, "One dead as plant burns", world_fire_grows},
		{0, "Plant burns", world_fire}};
	struct world *world = *state;

	world_start_primed(world, THREE_FEEDS FIRE_TOPIC);
	publish_versions(world, versions + 1, 1);
	world_poll(world, "agency");
	world_expect_last(world, 1, EVENT_STORY_NEW, "Plant burns");
	for (int i = 0; i < 3; i++) {
		fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
		publish_versions(world, versions, 2);
		world_poll(world, "agency");
		world_expect_last(world, 2, EVENT_STORY_UPDATE, "One dead as plant burns");
	}
}

static void test_first_document_that_repeats_itself_is_one_article(void **state)
{
	struct world *world = *state;
	struct store_figures figures;

	world_start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns", world_fire, "http://agency.example/1"},
		{"2", "Fire drill", world_drill, "http://agency.example/2"},
		{"3", "Plant burns", world_fire, "http://agency.example/3"},
		{"1", "Plant burns", world_fire, "http://agency.example/1"},
		{"4", "Fire drill", world_fire_grows, "http://agency.example/2"});
	world_poll(world, "agency");
	assert_int_equal(store_figures(world->rooms.store, &figures), 0);
	assert_int_equal(figures.articles, 2);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_changed_ids_with_the_same_links_bring_no_alert),
		IN_WORLD(test_entries_of_one_id_with_links_of_their_own_are_entries_of_their_own),
		IN_WORLD(test_entries_of_one_id_and_link_with_titles_of_their_own_are_told),
		IN_WORLD(test_of_entries_of_one_id_and_link_one_counts),
		IN_WORLD(test_of_the_versions_of_an_entry_in_one_document_the_newest_counts),
		IN_WORLD(test_first_document_that_repeats_itself_is_one_article),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
