/*
 * What topics are told and when, over a real store and with times that the test gives: the spread
 * of stories (docs/ALERTS.md A5), rates, digests and quiet hours (A7), across restarts and changes
 * of the configuration.  Every event is held against the schema.
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
#include <jansson.h>

#include "base/datetime.h"
#include "base/log.h"
#include "intake/alerting.h"
#include "model/entry.h"
#include "support/json_schema.h"
#include "support/scratch.h"
#include "watch/watch.h"

#define START ((usec)1793534400 * USEC_SEC) /* 1 November 2026, 12:00 UTC */

enum {
	EVENTS_MAX = 4096,
	MANY = 1000, /* alerts of a digest in parts */
	ARENA_BYTES = 64 * 1024 * 1024,
};

struct event {
	enum event_type type;
	json_t *data;
};

struct desk {
	char folder[SCRATCH_FOLDER_BYTES];
	usec now;
	struct arena *arena;
	json_t *schema;
	struct config *config;
	struct store *store;
	struct alerting *alerting;
	struct feed feed;
	struct feed_state state;
	/* What was sent to the hook, in order, by the deliveries' numbers. */
	struct event events[EVENTS_MAX];
	size_t event_count;
	struct story story; /* the newest */
};

static void load(struct desk *desk, const char *topic)
{
	struct config_errors errors = {0};
	struct matcher *matcher;
	usec since;
	char path[SCRATCH_PATH_BYTES];
	char text[512];

	(void)snprintf(text, sizeof(text),
		"[Daemon]\nJournal=no\nTimeZone=UTC\n"
		"[Webhook \"desk\"]\nURL=http://desk.example/\n%s%s",
		topic ? "[Topic \"t\"]\nQuery=fire\nNotify=desk\n" : "", topic ? topic : "");
	scratch_write(desk->folder, "wirewatch.conf", text);
	scratch_path(desk->folder, "wirewatch.conf", path);
	config_free(desk->config);
	if (config_load(path, &errors, &desk->config) < 0)
		fail_msg("%s", errors.lines[0]);
	assert_int_equal(
		watch_compile(desk->config->topics, desk->config->topic_count, &errors, &matcher),
		0);
	for (size_t i = 0; i < desk->config->topic_count; i++)
		assert_int_equal(store_topic_ensure(desk->store, desk->config->topics[i].name,
					 desk->now, &since),
			0);
	assert_int_equal(alerting_configure(desk->alerting, desk->config, matcher), 0);
}

static void open_desk(struct desk *desk)
{
	char *words = NULL;

	if (store_open(desk->folder, &desk->store, &words) < 0)
		fail_msg("%s", words);
	assert_int_equal(alerting_new(desk->store, &desk->alerting), 0);
}

static void start(struct desk *desk, const char *topic)
{
	open_desk(desk);
	load(desk, topic);
	assert_int_equal(store_feed_ensure(desk->store, "http://a.example/", desk->now, desk->arena,
				 &desk->state),
		0);
	desk->state.primed = true;
	assert_int_equal(store_commit(desk->store), 0);
}

static void close_desk(struct desk *desk)
{
	alerting_free(desk->alerting);
	store_close(desk->store);
}

/* kill -9 and a new start: what is not committed is lost. */
static void restart(struct desk *desk, const char *topic)
{
	close_desk(desk);
	open_desk(desk);
	load(desk, topic);
}

static int setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	scratch_make(desk->folder);
	desk->now = START;
	desk->feed = (struct feed){.name = "a", .url = "http://a.example/"};
	desk->schema = json_load_file(EVENT_SCHEMA, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(desk->schema);
	assert_int_equal(arena_new(ARENA_BYTES, &desk->arena), 0);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	close_desk(desk);
	config_free(desk->config);
	for (size_t i = 0; i < desk->event_count; i++)
		json_decref(desk->events[i].data);
	json_decref(desk->schema);
	arena_free(desk->arena);
	scratch_remove(desk->folder);
	free(desk);
	return 0;
}

/* ---- articles ---- */

static void begin_story(struct desk *desk, const char *name)
{
	struct digest what = digest_strings(&name, 1);

	desk->story = (struct story){
		.id = id_make(desk->now, &what),
		.title = "A fire",
		.first_seen = desk->now,
		.last_seen = desk->now,
	};
	assert_int_equal(store_story_add(desk->store, &desk->story), 0);
}

/* An article of the newest story comes from the site, as alerting is told by intake. */
static int tell(struct desk *desk, const char *site, const char *title, enum relation relation)
{
	struct verdict verdict = {.relation = relation, .material = true, .why = "because"};
	struct article article = {
		.id = "01KAJ4XG00ARTICLE000000001",
		.url = "http://a.example/1",
		.title = title,
		.text = "text",
		.published = DATE_NONE,
		.first_seen = desk->now,
	};
	struct news news = {
		.feed = &desk->feed,
		.state = &desk->state,
		.article = &article,
		.story = &desk->story,
		.sites_before = desk->story.site_count,
		.verdict = &verdict,
		.now = desk->now,
	};
	uint32_t *topics;
	size_t count;
	int alerts = 0;
	int r;

	arena_reset(desk->arena);
	assert_int_equal(store_story_count(desk->store, desk->story.key, site, NULL, desk->now), 0);
	assert_int_equal(
		store_story_get(desk->store, desk->story.key, desk->arena, &desk->story), 0);
	assert_int_equal(
		alerting_match(desk->alerting, &desk->feed, &article, desk->arena, &topics, &count),
		0);
	for (size_t i = 0; i < count; i++) {
		r = alerting_tell(desk->alerting, &news, topics[i]);
		assert_true(r >= 0);
		alerts += r;
	}
	r = alerting_spread(desk->alerting, &news, topics, count, desk->arena);
	assert_true(r >= 0);
	desk->story.title = "A fire";
	return alerts + r;
}

static void tell_new(struct desk *desk, unsigned number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "fire %u", number);
	begin_story(desk, name);
	(void)tell(desk, "a.example", name, RELATION_NEW);
}

/* The housekeeping, as long as something is due; then the commit. */
static void release(struct desk *desk)
{
	usec due;

	do {
		assert_true(alerting_release(desk->alerting, desk->now) >= 0);
		assert_int_equal(alerting_next_release(desk->alerting, &due), 0);
	} while (due <= desk->now);
	assert_int_equal(store_commit(desk->store), 0);
}

static void advance(struct desk *desk, usec duration)
{
	desk->now += duration;
	release(desk);
}

/* ---- what was sent ---- */

static int keep_event(const struct delivery *delivery, void *userdata)
{
	struct desk *desk = userdata;
	struct alert alert;
	json_t *event;
	char words[512];

	arena_reset(desk->arena);
	assert_int_equal(
		store_alert_get(desk->store, delivery->alert.text, desk->arena, &alert), 0);
	assert_true(strlen(alert.event) < EVENT_BYTES_MAX);
	event = json_loads(alert.event, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(event);
	if (json_schema_check(desk->schema, event, words, sizeof(words)) < 0)
		fail_msg("%s: %s", alert.event, words);
	assert_true(desk->event_count < EVENTS_MAX);
	/* They come newest first. */
	memmove(desk->events + 1, desk->events, desk->event_count * sizeof(desk->events[0]));
	desk->events[0] =
		(struct event){alert.type, json_deep_copy(json_object_get(event, "data"))};
	desk->event_count++;
	json_decref(event);
	return 0;
}

/* Reads all that was sent since the desk began. */
static void expect_events(struct desk *desk, size_t count)
{
	for (size_t i = 0; i < desk->event_count; i++)
		json_decref(desk->events[i].data);
	desk->event_count = 0;
	assert_int_equal(
		store_deliveries_each(desk->store, false, 0, EVENTS_MAX, keep_event, desk), 0);
	assert_int_equal(desk->event_count, count);
}

static json_int_t number_of(const struct desk *desk, size_t event, const char *name)
{
	return json_integer_value(json_object_get(desk->events[event].data, name));
}

static const char *listed(const struct desk *desk, size_t event, size_t i)
{
	return json_string_value(json_object_get(
		json_array_get(json_object_get(desk->events[event].data, "alerts"), i), "title"));
}

static size_t listed_count(const struct desk *desk, size_t event)
{
	return json_array_size(json_object_get(desk->events[event].data, "alerts"));
}

static void expect_digest(struct desk *desk, size_t event, size_t count, const char *first)
{
	assert_int_equal(desk->events[event].type, EVENT_DIGEST);
	assert_int_equal(listed_count(desk, event), count);
	assert_int_equal(number_of(desk, event, "count"), (json_int_t)count);
	assert_int_equal(number_of(desk, event, "remaining"), 0);
	assert_int_equal(number_of(desk, event, "part"), 1);
	assert_string_equal(listed(desk, event, 0), first);
}

/* ---- A5 ---- */

static void test_spread_counts_sites_across_restarts(void **state)
{
	struct desk *desk = *state;
	char site[32];

	start(desk, "Spread=3 5\n");
	begin_story(desk, "s");
	(void)tell(desk, "s0.example", "fire", RELATION_NEW);
	for (unsigned i = 1; i < 8; i++) {
		(void)snprintf(site, sizeof(site), "s%u.example", i);
		(void)tell(desk, "s0.example", "fire", RELATION_COPY); /* no new site */
		(void)tell(desk, site, "fire", RELATION_COPY);
		assert_int_equal(store_commit(desk->store), 0);
		restart(desk, "Spread=3 5\n");
	}
	expect_events(desk, 3);
	assert_int_equal(desk->events[0].type, EVENT_STORY_NEW);
	assert_int_equal(desk->events[1].type, EVENT_STORY_SPREAD);
	assert_int_equal(number_of(desk, 1, "threshold"), 3);
	assert_int_equal(desk->events[2].type, EVENT_STORY_SPREAD);
	assert_int_equal(number_of(desk, 2, "threshold"), 5);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(desk->events[2].data, "story"), "site_count")),
		5);
}

static void test_spread_by_a_copy_that_does_not_match_is_told(void **state)
{
	struct desk *desk = *state;

	start(desk, "Spread=2\n");
	begin_story(desk, "s");
	(void)tell(desk, "a.example", "fire", RELATION_NEW);
	(void)tell(desk, "b.example", "a blaze", RELATION_COPY);
	expect_events(desk, 2);
	assert_int_equal(desk->events[1].type, EVENT_STORY_SPREAD);
	assert_int_equal(json_array_size(json_object_get(desk->events[1].data, "match")), 0);
}

static void test_topic_that_hears_late_is_told_the_highest_threshold(void **state)
{
	struct desk *desk = *state;
	char site[32];

	start(desk, "Spread=2 3 10\n");
	begin_story(desk, "s");
	for (unsigned i = 0; i < 4; i++) {
		(void)snprintf(site, sizeof(site), "s%u.example", i);
		(void)tell(desk, site, "a blaze", RELATION_COPY);
	}
	expect_events(desk, 0);
	(void)tell(desk, "late.example", "fire", RELATION_COPY);
	expect_events(desk, 2);
	assert_int_equal(desk->events[0].type, EVENT_STORY_NEW);
	assert_int_equal(desk->events[1].type, EVENT_STORY_SPREAD);
	assert_int_equal(number_of(desk, 1, "threshold"), 3);
}

static void test_spread_by_a_copy_that_matches_is_told_once(void **state)
{
	struct desk *desk = *state;

	start(desk, "Spread=2\n");
	begin_story(desk, "s");
	(void)tell(desk, "a.example", "fire", RELATION_NEW);
	(void)tell(desk, "b.example", "fire", RELATION_COPY);
	expect_events(desk, 2);
	assert_int_equal(desk->events[1].type, EVENT_STORY_SPREAD);
}

static void test_spread_of_what_was_primed_is_silent(void **state)
{
	struct desk *desk = *state;

	start(desk, "Spread=2\n");
	begin_story(desk, "s");
	desk->state.primed = false;
	(void)tell(desk, "a.example", "fire", RELATION_NEW);
	desk->state.primed = true;
	(void)tell(desk, "b.example", "fire", RELATION_COPY);
	expect_events(desk, 0);
}

/* ---- A7 ---- */

static void test_rate_sends_the_rest_of_the_window_as_one_digest(void **state)
{
	struct desk *desk = *state;

	start(desk, "MaxRate=2/1h\n");
	for (unsigned i = 1; i <= 5; i++) {
		tell_new(desk, i);
		advance(desk, USEC_MINUTE);
	}
	expect_events(desk, 2);
	advance(desk, USEC_HOUR - 5 * USEC_MINUTE - 1);
	expect_events(desk, 2);
	advance(desk, 1);
	expect_events(desk, 3);
	expect_digest(desk, 2, 3, "fire 3");
	assert_string_equal(listed(desk, 2, 2), "fire 5");
	/* A new window. */
	tell_new(desk, 6);
	tell_new(desk, 7);
	tell_new(desk, 8);
	expect_events(desk, 5);
	advance(desk, USEC_HOUR);
	expect_events(desk, 6);
	expect_digest(desk, 5, 1, "fire 8");
	advance(desk, 10 * USEC_HOUR);
	expect_events(desk, 6);
}

static void test_window_of_a_rate_is_no_longer_though_the_clock_is_set_back(void **state)
{
	struct desk *desk = *state;

	start(desk, "MaxRate=2/1h\n");
	tell_new(desk, 1);
	tell_new(desk, 2);
	tell_new(desk, 3);
	advance(desk, 50 * USEC_MINUTE);
	desk->now -= 30 * USEC_MINUTE;
	release(desk);
	expect_events(desk, 2);
	advance(desk, 10 * USEC_MINUTE);
	expect_events(desk, 3);
	expect_digest(desk, 2, 1, "fire 3");
}

static void test_digest_comes_at_its_time_across_restarts(void **state)
{
	static const char topic[] = "Digest=daily 07:00 13:00\nAlert=new update\n";
	struct desk *desk = *state;

	start(desk, topic);
	tell_new(desk, 1);
	assert_int_equal(store_commit(desk->store), 0);
	tell_new(desk, 2); /* never committed */
	restart(desk, topic);
	tell_new(desk, 3);
	release(desk);
	restart(desk, topic);
	advance(desk, USEC_HOUR - USEC_SEC);
	expect_events(desk, 0);
	/* It is off when the digest is due. */
	desk->now += USEC_DAY / 2;
	restart(desk, topic);
	release(desk);
	expect_events(desk, 1);
	expect_digest(desk, 0, 2, "fire 1");
	assert_string_equal(listed(desk, 0, 1), "fire 3");
	/* A crash between making it and the commit: it is made again, once. */
	tell_new(desk, 4);
	assert_int_equal(store_commit(desk->store), 0);
	desk->now += USEC_DAY;
	assert_true(alerting_release(desk->alerting, desk->now) > 0);
	restart(desk, topic);
	release(desk);
	expect_events(desk, 2);
	expect_digest(desk, 1, 1, "fire 4");
}

static void test_quiet_hours_gather_and_end(void **state)
{
	struct desk *desk = *state;

	start(desk, "Quiet=22:00-06:00\n");
	tell_new(desk, 1);
	advance(desk, 10 * USEC_HOUR); /* 22:00 */
	tell_new(desk, 2);
	advance(desk, 8 * USEC_HOUR - USEC_SEC);
	tell_new(desk, 3);
	release(desk);
	expect_events(desk, 1);
	advance(desk, USEC_SEC);
	expect_events(desk, 2);
	expect_digest(desk, 1, 2, "fire 2");
	tell_new(desk, 4);
	expect_events(desk, 3);
	assert_int_equal(desk->events[2].type, EVENT_STORY_NEW);
}

static void test_what_comes_when_a_digest_is_due_joins_it(void **state)
{
	struct desk *desk = *state;

	start(desk, "Quiet=22:00-06:00\n");
	advance(desk, 10 * USEC_HOUR);
	tell_new(desk, 1);
	desk->now += 8 * USEC_HOUR; /* quiet is over, and nobody has looked yet */
	tell_new(desk, 2);
	expect_events(desk, 0);
	release(desk);
	expect_events(desk, 1);
	expect_digest(desk, 0, 2, "fire 1");
}

static void test_topic_that_gathers_no_more_lets_go(void **state)
{
	struct desk *desk = *state;

	start(desk, "Digest=weekly Mon 07:00\n");
	tell_new(desk, 1);
	release(desk);
	expect_events(desk, 0);
	load(desk, "Digest=hourly\n"); /* sooner, too */
	release(desk);
	expect_events(desk, 0);
	advance(desk, USEC_HOUR);
	expect_events(desk, 1);
	expect_digest(desk, 0, 1, "fire 1");
	tell_new(desk, 2);
	load(desk, "");
	release(desk);
	expect_events(desk, 2);
	expect_digest(desk, 1, 1, "fire 2");
	tell_new(desk, 3);
	expect_events(desk, 3);
}

static void test_what_comes_when_a_digest_is_due_does_not_put_it_off(void **state)
{
	struct desk *desk = *state;

	start(desk, "Digest=hourly\n");
	tell_new(desk, 1);
	desk->now += USEC_HOUR;
	tell_new(desk, 2);
	release(desk);
	expect_events(desk, 1);
	expect_digest(desk, 0, 2, "fire 1");
	/* The next one begins anew. */
	tell_new(desk, 3);
	advance(desk, USEC_HOUR);
	expect_events(desk, 2);
	expect_digest(desk, 1, 1, "fire 3");
}

static void test_topic_that_is_gone_is_forgotten_when_due(void **state)
{
	struct desk *desk = *state;
	usec due;

	start(desk, "Digest=hourly\n");
	tell_new(desk, 1);
	load(desk, NULL);
	release(desk);
	load(desk, "Digest=hourly\n"); /* back in time */
	tell_new(desk, 2);
	load(desk, NULL);
	advance(desk, USEC_HOUR);
	expect_events(desk, 0);
	assert_int_equal(alerting_next_release(desk->alerting, &due), 0);
	assert_true(due == USEC_INFINITY);
}

static void test_clock_that_was_wrong_delays_no_digest(void **state)
{
	struct desk *desk = *state;

	start(desk, "Digest=hourly\n");
	desk->now += 400 * USEC_DAY;
	tell_new(desk, 1);
	release(desk);
	desk->now = START + USEC_MINUTE;
	release(desk);
	expect_events(desk, 0);
	advance(desk, USEC_HOUR);
	expect_events(desk, 1);
}

static void test_clock_set_back_while_it_was_off_holds_no_update_for_longer(void **state)
{
	struct desk *desk = *state;

	start(desk, "Alert=new update\n");
	tell_new(desk, 1);
	assert_int_equal(tell(desk, "a.example", "fire grows", RELATION_UPDATE), 1);
	desk->now += USEC_MINUTE;
	assert_int_equal(tell(desk, "a.example", "fire is out", RELATION_UPDATE), 0);
	assert_int_equal(store_commit(desk->store), 0);
	desk->now = START - 30 * USEC_DAY;
	restart(desk, "Alert=new update\n");
	release(desk);
	expect_events(desk, 3);
}

static int keep_newest(const struct delivery *delivery, void *userdata)
{
	struct delivery *newest = userdata;

	*newest = *delivery;
	return 1;
}

static void test_update_that_waits_is_overtaken_by_one_that_need_not(void **state)
{
	struct desk *desk = *state;

	start(desk, "Alert=new update\n");
	tell_new(desk, 1);
	assert_int_equal(tell(desk, "a.example", "fire grows", RELATION_UPDATE), 1);
	assert_int_equal(tell(desk, "a.example", "fire grows more", RELATION_UPDATE), 0);
	desk->now += USEC_HOUR; /* not released yet */
	assert_int_equal(tell(desk, "a.example", "fire is out", RELATION_UPDATE), 1);
	release(desk);
	advance(desk, USEC_DAY);
	expect_events(desk, 3);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(desk->events[2].data, "article"), "title")),
		"fire is out");
}

static void test_update_that_was_held_is_of_when_it_is_told(void **state)
{
	struct desk *desk = *state;
	struct delivery newest;

	start(desk, "Alert=new update\n");
	tell_new(desk, 1);
	assert_int_equal(tell(desk, "a.example", "fire grows", RELATION_UPDATE), 1);
	assert_int_equal(tell(desk, "a.example", "fire is out", RELATION_UPDATE), 0);
	advance(desk, USEC_HOUR);
	expect_events(desk, 3);
	(void)store_deliveries_each(desk->store, false, 0, 1, keep_newest, &newest);
	assert_true(newest.created == desk->now);
}

/* The clock is right again before anybody has looked. */
static void test_what_comes_while_the_clock_is_ahead_for_a_moment_is_not_put_off(void **state)
{
	struct desk *desk = *state;

	start(desk, "Digest=daily 13:00\n");
	release(desk);
	desk->now += 5 * USEC_DAY;
	tell_new(desk, 1);
	desk->now -= 5 * USEC_DAY;
	advance(desk, USEC_SEC);
	advance(desk, USEC_HOUR);
	expect_events(desk, 1);
	expect_digest(desk, 0, 1, "fire 1");
}

static void test_update_is_held_no_longer_though_the_clock_is_set_back(void **state)
{
	struct desk *desk = *state;

	start(desk, "Alert=new update\n");
	tell_new(desk, 1);
	assert_int_equal(tell(desk, "a.example", "fire grows", RELATION_UPDATE), 1);
	advance(desk, 10 * USEC_MINUTE);
	assert_int_equal(tell(desk, "a.example", "fire is out", RELATION_UPDATE), 0);
	advance(desk, 30 * USEC_MINUTE);
	desk->now -= 25 * USEC_MINUTE;
	release(desk);
	expect_events(desk, 2);
	advance(desk, 20 * USEC_MINUTE);
	expect_events(desk, 3);
}

static void test_update_that_was_held_is_not_told_where_none_are_wanted_any_more(void **state)
{
	struct desk *desk = *state;

	start(desk, "Alert=new update\n");
	tell_new(desk, 1);
	assert_int_equal(tell(desk, "a.example", "fire grows", RELATION_UPDATE), 1);
	assert_int_equal(tell(desk, "a.example", "fire is out", RELATION_UPDATE), 0);
	load(desk, "Alert=new\n");
	advance(desk, USEC_HOUR);
	expect_events(desk, 2);
	load(desk, "Alert=new update\n");
	advance(desk, USEC_HOUR);
	expect_events(desk, 2);
}

static void test_digest_that_does_not_fit_comes_in_parts(void **state)
{
	struct desk *desk = *state;
	size_t alerts = 0;

	start(desk, "Digest=hourly\n");
	for (unsigned i = 0; i < MANY; i++)
		tell_new(desk, i);
	assert_int_equal(store_commit(desk->store), 0);
	advance(desk, USEC_HOUR);
	assert_int_equal(
		store_deliveries_each(desk->store, false, 0, EVENTS_MAX, keep_event, desk), 0);
	for (size_t i = 0; i < desk->event_count; i++) {
		assert_int_equal(desk->events[i].type, EVENT_DIGEST);
		assert_int_equal(number_of(desk, i, "part"), (json_int_t)i + 1);
		for (size_t j = 0; j < listed_count(desk, i); j++) {
			char title[32];

			(void)snprintf(title, sizeof(title), "fire %zu", alerts++);
			assert_string_equal(listed(desk, i, j), title);
		}
		assert_int_equal(number_of(desk, i, "remaining"), (json_int_t)(MANY - alerts));
	}
	assert_int_equal(alerts, MANY);
	assert_true(desk->event_count > 1 && desk->event_count < MANY / 20);
}

static void test_the_same_news_make_the_same_alerts(void **state)
{
	static const char topic[] = "Digest=hourly\nSpread=2\n";
	struct desk *desk = *state;
	char *first = NULL;

	for (unsigned run = 0; run < 2; run++) {
		char command[96];
		char *text;

		desk->now = START;
		start(desk, topic);
		tell_new(desk, 1);
		(void)tell(desk, "b.example", "fire", RELATION_COPY);
		advance(desk, USEC_HOUR);
		expect_events(desk, 1);
		expect_digest(desk, 0, 2, "fire 1");
		text = json_dumps(desk->events[0].data, JSON_SORT_KEYS);
		if (run == 1)
			assert_string_equal(text, first);
		free(first);
		first = text;
		if (run == 1)
			break;
		close_desk(desk);
		(void)snprintf(command, sizeof(command), "rm -f %s/*", desk->folder);
		assert_int_equal(system(command), 0); /* NOLINT(bugprone-command-processor) */
	}
	free(first);
}

static void test_retention_leaves_what_waits(void **state)
{
	struct desk *desk = *state;
	const usec ever = INT64_MAX;
	struct store_retention all = {ever, ever, ever, ever};

	start(desk, "Digest=weekly Mon 07:00\n");
	tell_new(desk, 1);
	assert_int_equal(store_commit(desk->store), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_true(store_prune(desk->store, &all, 100) >= 0);
	advance(desk, 7 * USEC_DAY);
	expect_events(desk, 1);
	expect_digest(desk, 0, 1, "fire 1");
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(test_spread_counts_sites_across_restarts),
		AT_DESK(test_spread_by_a_copy_that_does_not_match_is_told),
		AT_DESK(test_topic_that_hears_late_is_told_the_highest_threshold),
		AT_DESK(test_spread_of_what_was_primed_is_silent),
		AT_DESK(test_rate_sends_the_rest_of_the_window_as_one_digest),
		AT_DESK(test_window_of_a_rate_is_no_longer_though_the_clock_is_set_back),
		AT_DESK(test_digest_comes_at_its_time_across_restarts),
		AT_DESK(test_quiet_hours_gather_and_end),
		AT_DESK(test_what_comes_when_a_digest_is_due_joins_it),
		AT_DESK(test_topic_that_gathers_no_more_lets_go),
		AT_DESK(test_what_comes_when_a_digest_is_due_does_not_put_it_off),
		AT_DESK(test_update_that_waits_is_overtaken_by_one_that_need_not),
		AT_DESK(test_spread_by_a_copy_that_matches_is_told_once),
		AT_DESK(test_topic_that_is_gone_is_forgotten_when_due),
		AT_DESK(test_clock_that_was_wrong_delays_no_digest),
		AT_DESK(test_clock_set_back_while_it_was_off_holds_no_update_for_longer),
		AT_DESK(test_update_that_was_held_is_of_when_it_is_told),
		AT_DESK(test_what_comes_while_the_clock_is_ahead_for_a_moment_is_not_put_off),
		AT_DESK(test_update_is_held_no_longer_though_the_clock_is_set_back),
		AT_DESK(test_update_that_was_held_is_not_told_where_none_are_wanted_any_more),
		AT_DESK(test_digest_that_does_not_fit_comes_in_parts),
		AT_DESK(test_the_same_news_make_the_same_alerts),
		AT_DESK(test_retention_leaves_what_waits),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
