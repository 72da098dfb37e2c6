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
#include "support/fake_clock.h"
#include "support/fake_http.h"
#include "support/fake_pool.h"
#include "support/rooms.h"
#include "unit/store/faulty_disk.h"

enum {
	FEEDS_MAX = 4,
	BODY_MAX = 32 * 1024,
	ALERTS_MAX = 16,
	MANY_TOPICS = 12000,
	PRUNED_ARTICLES = 150, /* of each of three feeds: together more than two steps forget */
};

static const char fire[] =
	"A fire at the Halvorsen Cells plant on the edge of Northgate forced about 1,200 residents "
	"from their homes early on Saturday, the regional fire service said. The blaze began "
	"shortly "
	"after 2 a.m. in a hall where finished lithium cells are stored, said Ingrid Solheim, the "
	"deputy chief of the Ost Valley fire service. Forty-one firefighters from six stations "
	"were "
	"at the scene by dawn. Two workers were treated for smoke and released, according to "
	"Northgate General Hospital. The police closed Route 18 in both directions.";
static const char fire_grows[] =
	"Firefighters found the body of a 34-year-old electrician at the burning Halvorsen Cells "
	"plant "
	"on Saturday, as the number of people taken from their homes in Northgate rose to 2,600. "
	"The "
	"man had been let in for a repair at midnight. A fire at the Halvorsen Cells plant on the "
	"edge "
	"of Northgate forced residents from their homes, the regional fire service said. The blaze "
	"began shortly after 2 a.m. in a hall where finished lithium cells are stored, said Ingrid "
	"Solheim, the deputy chief of the Ost Valley fire service. Forty-one firefighters from six "
	"stations were at the scene by dawn.";
static const char fire_is_out[] = "The fire at the Halvorsen Cells plant in Northgate was out on "
				  "Sunday evening after 40 hours, and "
				  "all 2,600 residents may go home, Mayor Anna Lindqvist said. "
				  "Inspectors found that a charger of "
				  "the wrong type had been used in hall 3 since 14 October. The "
				  "blaze began shortly after 2 a.m. "
				  "in a hall where finished lithium cells are stored, said Ingrid "
				  "Solheim, the deputy chief of "
				  "the Ost Valley fire service. Forty-one firefighters from six "
				  "stations were at the scene by "
				  "dawn.";
static const char drill[] =
	"The fire brigade of Dunmore trained for tunnel accidents on Tuesday with 60 volunteers "
	"and two "
	"old trams, Captain Petra Vance said. The exercise under Castle Hill lasted five hours and "
	"showed that radios fail beyond the second bend; new ones cost 380,000 crowns.";

struct page {
	char url[64];
	char body[BODY_MAX];
	unsigned version;     /* makes the ETag */
	const char *encoding; /* a header, or NULL */
	bool gone;            /* answered with 410 */
};

struct world {
	struct rooms rooms;
	struct page pages[FEEDS_MAX];
	size_t page_count;
	struct arena *arena;
	struct alert alerts[ALERTS_MAX]; /* oldest first */
	size_t alert_count;
};

/* ---- the publishers ---- */

#define DESK_URL "http://desk.example/hook" /* and one who is told */

static struct page *find_page(struct world *world, const char *url)
{
	for (size_t i = 0; i < world->page_count; i++)
		if (strcmp(world->pages[i].url, url) == 0)
			return &world->pages[i];
	fail_msg("nobody publishes %s", url);
	return NULL;
}

static void on_request(const struct fake_request *request, struct fake_answer *ret, void *userdata)
{
	static char etag[32];
	struct page *page;

	if (strcmp(request->url, DESK_URL) == 0) {
		ret->status = 204;
		return;
	}
	page = find_page(userdata, request->url);
	(void)snprintf(etag, sizeof(etag), "ETag: \"%u\"", page->version);
	ret->takes = 50 * USEC_MSEC;
	ret->headers[0] = etag;
	ret->headers[1] = page->encoding;
	ret->status =
		request->if_none_match && strcmp(request->if_none_match, etag + 6) == 0 ? 304 : 200;
	if (page->gone)
		ret->status = 410;
	if (ret->status == 200) {
		ret->body = page->body;
		ret->length = strlen(page->body);
	}
}

/* Replaces the feed's document by one with so many items, newest first. */
struct item {
	const char *id;
	const char *title;
	const char *text;
	const char *link; /* NULL: made from the id */
};

static void publish(struct world *world, const char *feed, const struct item *items, size_t count)
{
	char url[64];
	struct page *page;
	size_t used;

	(void)snprintf(url, sizeof(url), "http://%s.example/feed", feed);
	page = find_page(world, url);
	page->version++;
	used = (size_t)snprintf(page->body, BODY_MAX,
		"<rss version=\"2.0\"><channel><title>%s</title><link>http://%s.example/</link>"
		"<description>d</description>",
		feed, feed);
	for (size_t i = 0; i < count; i++) {
		char link[64];

		(void)snprintf(link, sizeof(link), "http://%s.example/%s", feed, items[i].id);
		used += (size_t)snprintf(page->body + used, BODY_MAX - used,
			"<item><guid "
			"isPermaLink=\"false\">%s</guid><link>%s</link><title>%s</title>"
			"<description>%s</description></item>",
			items[i].id, items[i].link ? items[i].link : link, items[i].title,
			items[i].text);
	}
	used += (size_t)snprintf(page->body + used, BODY_MAX - used, "</channel></rss>");
	assert_true(used < BODY_MAX);
}

#define PUBLISH(world, feed, ...)                                                                  \
	publish(world, feed, (const struct item[]){__VA_ARGS__},                                   \
		ARRAY_SIZE(((const struct item[]){__VA_ARGS__})))

static void start(struct world *world, const char *config)
{
	rooms_start(&world->rooms, config);
	world->page_count = world->rooms.config->feed_count;
	assert_true(world->page_count <= FEEDS_MAX);
	for (size_t i = 0; i < world->page_count; i++)
		(void)snprintf(world->pages[i].url, sizeof(world->pages[i].url), "%s",
			world->rooms.config->feeds[i].url);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	assert_int_equal(arena_new(1024 * 1024, &world->arena), 0);
	fake_http_script(on_request, NULL, world);
	rooms_open(&world->rooms);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	rooms_close(&world->rooms);
	arena_free(world->arena);
	free(world);
	return 0;
}

/* ---- what happened ---- */

/* Polls the feed and lets all that follows happen. */
static void poll(struct world *world, const char *feed)
{
	assert_int_equal(poller_poll_now(world->rooms.poller, feed), 0);
	fake_clock_advance(world->rooms.clock, 10 * USEC_SEC);
	rooms_settle(&world->rooms); /* other feeds too */
}

static int keep_alert(const struct alert *alert, void *userdata)
{
	struct world *world = userdata;

	assert_true(world->alert_count < ALERTS_MAX);
	memmove(world->alerts + 1, world->alerts, world->alert_count * sizeof(*alert));
	world->alerts[0] = (struct alert){
		.id = alert->id,
		.type = alert->type,
		.time = alert->time,
		.topic = arena_strdup(world->arena, alert->topic),
		.title = arena_strdup(world->arena, alert->title),
	};
	world->alert_count++;
	return 0;
}

/* Reads all alerts and expects so many. */
static void expect_alerts(struct world *world, size_t count)
{
	world->alert_count = 0;
	arena_reset(world->arena);
	assert_int_equal(
		store_alerts_each(world->rooms.store, NULL, 0, ALERTS_MAX, keep_alert, world), 0);
	assert_int_equal(world->alert_count, count);
}

static void expect_last(struct world *world, size_t count, enum event_type type, const char *title)
{
	expect_alerts(world, count);
	assert_int_equal(world->alerts[count - 1].type, type);
	assert_string_equal(world->alerts[count - 1].title, title);
}

#define THREE_FEEDS                                                                                \
	"[Feed \"agency\"]\nURL=http://agency.example/feed\n"                                      \
	"[Feed \"herald\"]\nURL=http://herald.example/feed\n"                                      \
	"[Feed \"gazette\"]\nURL=http://gazette.example/feed\n"
#define FIRE_TOPIC "[Topic \"fires\"]\nQuery=fire\nAlert=new update\nNotify=\n"

/* Three feeds that were polled once, with nothing on the topic in them. */
static void start_primed(struct world *world, const char *config)
{
	start(world, config);
	for (size_t i = 0; i < world->rooms.config->feed_count; i++) {
		PUBLISH(world, world->rooms.config->feeds[i].name,
			{"old", "Herring quota unchanged",
				"The ministers left the quota as it was."});
		poll(world, world->rooms.config->feeds[i].name);
	}
	expect_alerts(world, 0);
}

static void test_story_is_told_once_across_feeds(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	PUBLISH(world, "gazette", {"9", "Fire: live", fire}, {"8", "Fire drill in Dunmore", drill});
	poll(world, "agency");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	poll(world, "herald");
	expect_alerts(world, 1);
	poll(world, "gazette");
	expect_last(world, 2, EVENT_STORY_NEW, "Fire drill in Dunmore");
}

static void test_entry_that_changes_after_it_was_forgotten_is_news(void **state)
{
	struct world *world = *state;

	start_primed(world, "Keep=1h\nRemember=2h\n" THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	expect_alerts(world, 1);
	fake_clock_advance(world->rooms.clock, 4 * USEC_HOUR); /* but the newest alert is kept */
	PUBLISH(world, "agency", {"1", "One dead as plant burns", fire_grows});
	poll(world, "agency");
	expect_last(world, 2, EVENT_STORY_NEW, "One dead as plant burns");
}

static void test_first_poll_is_silent_and_what_it_brought_is_known(void **state)
{
	struct world *world = *state;

	start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	PUBLISH(world, "herald", {"old", "Herring quota unchanged", "All as it was."});
	PUBLISH(world, "gazette", {"old", "Herring quota unchanged", "All as it was."});
	poll(world, "agency");
	poll(world, "herald");
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	poll(world, "herald");
	expect_alerts(world, 0);
}

static void test_backfill_tells_what_is_younger(void **state)
{
	struct world *world = *state;
	struct page *page;
	char young[DATETIME_SIZE];
	char old[DATETIME_SIZE];

	start(world, "[Feed \"agency\"]\nURL=http://agency.example/feed\nBackfill=1d\n" FIRE_TOPIC);
	(void)datetime_format((int64_t)(ROOMS_START / USEC_SEC) - 3600, young);
	(void)datetime_format((int64_t)(ROOMS_START / USEC_SEC) - 7 * 86400, old);
	page = find_page(world, "http://agency.example/feed");
	(void)snprintf(page->body, BODY_MAX,
		"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>a</id>"
		"<updated>%s</updated>"
		"<entry><id>2</id><title>Plant "
		"burns</title><updated>%s</updated><content>%s</content>"
		"</entry><entry><id>1</id><title>Fire drill</title><updated>%s</updated>"
		"<content>%s</content></entry></feed>",
		young, young, fire, old, drill);
	poll(world, "agency");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns");
}

static void test_changed_ids_with_the_same_links_bring_no_alert(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns", fire, "http://agency.example/a"},
		{"2", "Fire drill", drill, "http://agency.example/b"});
	poll(world, "agency");
	expect_alerts(world, 2);
	PUBLISH(world, "agency",
		{"urn:x1", "Plant burns", fire, "http://agency.example/a?utm_source=x"},
		{"urn:x2", "Fire drill", drill, "http://agency.example/b?utm_source=x"});
	poll(world, "agency");
	expect_alerts(world, 2);
	PUBLISH(world, "agency", {"urn:y1", "Plant burns", fire, "http://agency.example/new/a"},
		{"urn:y2", "Fire drill", drill, "http://agency.example/new/b"});
	poll(world, "agency");
	expect_alerts(world, 2);
}

static void test_update_is_told_at_once_then_held_for_an_hour(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	PUBLISH(world, "agency", {"1", "One dead in Northgate fire", fire_grows});
	poll(world, "agency");
	expect_last(world, 2, EVENT_STORY_UPDATE, "One dead in Northgate fire");
	PUBLISH(world, "agency", {"1", "Northgate fire is out", fire_is_out});
	poll(world, "agency");
	expect_alerts(world, 2);
	fake_clock_advance(world->rooms.clock, USEC_HOUR + USEC_MINUTE);
	expect_last(world, 3, EVENT_STORY_UPDATE, "Northgate fire is out");
}

static void test_change_that_is_not_material_makes_no_update(void **state)
{
	struct world *world = *state;
	char text[2048];

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	(void)snprintf(text, sizeof(text), "%s Share this article.", fire);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", text});
	poll(world, "agency");
	expect_alerts(world, 1);
}

static const char one_wire[] = "[Feed \"agency\"]\nURL=http://agency.example/feed\nTags=wire\n"
			       "[Feed \"herald\"]\nURL=http://herald.example/feed\n"
			       "[Topic \"wires\"]\nQuery=fire\nFeeds=tag:wire\nNotify=\n";

static void test_topic_hears_only_of_its_feeds(void **state)
{
	struct world *world = *state;

	start_primed(world, one_wire);
	PUBLISH(world, "herald", {"88", "Hundreds flee", fire});
	poll(world, "herald");
	expect_alerts(world, 0);
	/* A2: the copy matches where the first article of the story did not. */
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

/* The story began after the clock was set back, before the topic was asked of any. */
static void test_a2_holds_of_the_first_story_after_the_clock_was_set_back(void **state)
{
	struct world *world = *state;

	start_primed(world, one_wire);
	fake_clock_step(world->rooms.clock, -(int64_t)(5 * USEC_DAY));
	PUBLISH(world, "herald", {"88", "Hundreds flee", fire});
	poll(world, "herald");
	expect_alerts(world, 0);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_reader_that_dies_costs_one_poll(void **state)
{
	struct world *world = *state;
	const struct feed_state *feed;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	(void)strcpy(find_page(world, "http://agency.example/feed")->body, "crash");
	find_page(world, "http://agency.example/feed")->version++;
	poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_FAILING);
	assert_non_null(strstr(feed->error, "signal 11"));
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
	expect_alerts(world, 1);
}

static void test_poll_without_a_document_that_tells_of_health_is_one_like_others(void **state)
{
	struct world *world = *state;
	struct page *page;

	start_primed(world,
		"Notify=desk\n[Webhook \"desk\"]\nURL=" DESK_URL "\n" THREE_FEEDS FIRE_TOPIC);
	page = find_page(world, "http://agency.example/feed");
	page->gone = true;
	poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_GONE);
	expect_alerts(world, 1);
	assert_int_equal(world->alerts[0].type, EVENT_FEED_GONE);
	page->gone = false;
	poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
}

static void test_document_on_which_the_reader_died_is_read_again(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	(void)strcpy(find_page(world, "http://agency.example/feed")->body, "crash");
	find_page(world, "http://agency.example/feed")->version++;
	poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_FAILING);
	/* The reader has learnt to read it: to the server it is the same document. */
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	find_page(world, "http://agency.example/feed")->version--;
	poll(world, "agency");
	assert_int_equal(poller_feed_state(world->rooms.poller, "agency")->health, FEED_OK);
	expect_alerts(world, 1);
}

static void test_document_that_is_damaged_costs_one_poll_and_no_validator(void **state)
{
	struct world *world = *state;
	struct page *page;
	const struct feed_state *feed;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	page = find_page(world, "http://agency.example/feed");
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	page->encoding = "Content-Encoding: gzip";
	poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_FAILING);
	assert_int_equal(feed->failures, 1);
	assert_non_null(strstr(feed->error, "its gzip is damaged or cut off"));
	assert_string_equal(feed->validators.etag, "\"1\"");
	page->encoding = NULL;
	poll(world, "agency");
	feed = poller_feed_state(world->rooms.poller, "agency");
	assert_int_equal(feed->health, FEED_OK);
	assert_string_equal(feed->validators.etag, "\"2\"");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_document_for_which_there_is_no_reader_comes_again(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	fake_pool_starve(world->rooms.pool, true);
	poll(world, "agency");
	expect_alerts(world, 0);
	fake_pool_starve(world->rooms.pool, false);
	fake_clock_advance(world->rooms.clock, 11 * USEC_MINUTE);
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
}

static void test_restart_forgets_nothing(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	rooms_stop(&world->rooms);
	start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	poll(world, "agency");
	poll(world, "herald");
	expect_alerts(world, 1);
}

static void test_new_topic_takes_stored_stories_as_known(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	rooms_stop(&world->rooms);
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	start(world, THREE_FEEDS FIRE_TOPIC "[Topic \"plants\"]\nQuery=plant\nNotify=\n");
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	poll(world, "herald");
	expect_alerts(world, 1);
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
	start_primed(world, config);
	free(config);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
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
	start(world, config);
}

static void test_document_that_cannot_be_taken_in_costs_no_other_feed(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	meddle(world, THREE_FEEDS FIRE_TOPIC,
		"CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN NEW.title = 'Refused' "
		"BEGIN SELECT RAISE(ABORT, 'refused'); END");
	PUBLISH(world, "agency", {"2", "Refused", fire_grows}, {"1", "Fire drill", drill});
	PUBLISH(world, "herald", {"88", "Plant burns in Northgate", fire});
	assert_int_equal(poller_poll_now(world->rooms.poller, "agency"), 0);
	poll(world, "herald");
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	/* Its validators were not kept: the same document comes again, and all of it is told. */
	meddle(world, THREE_FEEDS FIRE_TOPIC, "DROP TRIGGER refuse");
	PUBLISH(world, "gazette", {"9", "Hundreds flee", fire});
	find_page(world, "http://agency.example/feed")->version--;
	PUBLISH(world, "agency", {"2", "Refused", fire_grows}, {"1", "Fire drill", drill});
	poll(world, "agency");
	expect_alerts(world, 3);
	poll(world, "gazette");
	expect_alerts(world, 3);
}

static void test_held_update_that_is_due_is_told_at_start(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	PUBLISH(world, "agency", {"1", "One dead in Northgate fire", fire_grows});
	poll(world, "agency");
	PUBLISH(world, "agency", {"1", "Northgate fire is out", fire_is_out});
	poll(world, "agency");
	expect_alerts(world, 2);
	rooms_stop(&world->rooms);
	fake_clock_advance(world->rooms.clock, 2 * USEC_HOUR);
	start(world, THREE_FEEDS FIRE_TOPIC);
	/* As --once does, which ends as soon as nothing is left to do. */
	for (unsigned i = 0; i < 100 && !pipeline_idle(world->rooms.pipeline); i++)
		fake_clock_advance(world->rooms.clock, 20 * USEC_MSEC);
	expect_last(world, 3, EVENT_STORY_UPDATE, "Northgate fire is out");
}

static void publish_many(struct world *world, const char *feed)
{
	static char ids[PRUNED_ARTICLES][16];
	static struct item items[PRUNED_ARTICLES];

	for (size_t i = 0; i < PRUNED_ARTICLES; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "%s%zu", feed, i);
		items[i] = (struct item){ids[i], ids[i], "", "http://a/"};
	}
	publish(world, feed, items, PRUNED_ARTICLES);
	poll(world, feed);
}

static void test_forgetting_keeps_up_with_what_came(void **state)
{
	struct world *world = *state;

	start_primed(world, "Keep=1h\nRemember=2h\n" THREE_FEEDS FIRE_TOPIC);
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

	start_primed(world, "Keep=1d\nRemember=2d\n" THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	poll(world, "agency");
	fake_clock_step(world->rooms.clock, (int64_t)(5 * USEC_DAY));
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	fake_clock_step(world->rooms.clock, -(int64_t)(5 * USEC_DAY));
	fake_clock_advance(world->rooms.clock, USEC_HOUR);
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	poll(world, "herald");
	expect_alerts(world, 1);
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

	start_primed(world, "Keep=30d\nRemember=3d\n" THREE_FEEDS FIRE_TOPIC);
	items[0] = (struct item){"pinned", "Plant burns in Northgate", fire, NULL};
	for (size_t day = 0; day < DAYS; day++) {
		for (size_t i = 0; i < ITEMS; i++) {
			(void)snprintf(ids[i], sizeof(ids[i]), "%zu-%zu", day, i);
			items[1 + i] = (struct item){ids[i], ids[i], "", "http://a/"};
		}
		publish(world, "agency", items, ITEMS + 1);
		poll(world, "agency");
		expect_alerts(world, 1);
		fake_clock_advance(world->rooms.clock, USEC_DAY);
	}
}

/* A long document gives way between its entries; a crash there loses none and doubles none. */
static void test_crash_between_the_slices_of_a_document_loses_nothing(void **state)
{
	struct world *world = *state;
	struct store_figures figures = {0};

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire},
		{"2", "Fire drill in Dunmore", drill},
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
	start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire},
		{"2", "Fire drill in Dunmore", drill},
		{"3", "Library opens on Sundays", "The Dunmore library opens on Sundays now."},
		{"4", "Tram line 4 runs again", "Trams run from Castle Square on Monday."});
	poll(world, "agency");
	expect_alerts(world, 2);
	assert_int_equal(store_figures(world->rooms.store, &figures), 0);
	assert_int_equal(figures.articles, 5 + 2);
}

/* The disk fails in the middle of a commit: asked again, the feed brings it for the first time. */
static void test_what_a_failed_commit_took_back_is_news_again(void **state)
{
	struct world *world = *state;

	start_primed(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns in Northgate", fire});
	PUBLISH(world, "herald", {"88", "Hundreds flee - The Herald", fire});
	faulty_disk = (struct faulty_disk){.fail_at = 1, .error = SQLITE_IOERR_WRITE};
	poll(world, "agency");
	faulty_disk.fail_at = 0;
	expect_alerts(world, 0);
	assert_int_equal(pipeline_abandoned(world->rooms.pipeline), 1);
	fake_clock_advance(world->rooms.clock, 2 * USEC_MINUTE);
	expect_last(world, 1, EVENT_STORY_NEW, "Plant burns in Northgate");
	poll(world, "herald");
	expect_alerts(world, 1);
}

static void test_first_document_that_repeats_itself_is_one_article(void **state)
{
	struct world *world = *state;
	struct store_figures figures;

	start(world, THREE_FEEDS FIRE_TOPIC);
	PUBLISH(world, "agency", {"1", "Plant burns", fire, "http://agency.example/1"},
		{"2", "Fire drill", drill, "http://agency.example/2"},
		{"3", "Plant burns", fire, "http://agency.example/3"},
		{"1", "Plant burns", fire, "http://agency.example/1"},
		{"4", "Fire drill", fire_grows, "http://agency.example/2"});
	poll(world, "agency");
	assert_int_equal(store_figures(world->rooms.store, &figures), 0);
	assert_int_equal(figures.articles, 2);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(test_story_is_told_once_across_feeds),
		IN_WORLD(test_entry_that_changes_after_it_was_forgotten_is_news),
		IN_WORLD(test_first_poll_is_silent_and_what_it_brought_is_known),
		IN_WORLD(test_backfill_tells_what_is_younger),
		IN_WORLD(test_changed_ids_with_the_same_links_bring_no_alert),
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
		IN_WORLD(test_first_document_that_repeats_itself_is_one_article),
	};

	log_open(LOG_CRIT);
	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
