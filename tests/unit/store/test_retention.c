#include "room.h"

#include <errno.h>

static const char *const desk[] = {"desk", NULL};

static struct store_figures figures(struct room *room)
{
	struct store_figures value;

	assert_int_equal(store_figures(room->store, &value), 0);
	return value;
}

static int64_t add_article(struct room *room, const char *id, int64_t story, usec first_seen)
{
	return make_article(
		room, id, make_feed(room, "https://example.org/feed"), story, first_seen);
}

static void test_text_goes_before_the_article(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.text_before = NOW + 1};
	int64_t story = make_story(room, "S", NOW);
	int64_t old = add_article(room, "old", story, NOW);
	int64_t young = add_article(room, "young", story, NOW + USEC_HOUR);
	struct article_record record;

	assert_int_equal(store_prune(room->store, &retention, 100), 1);
	assert_int_equal(store_article_get(room->store, old, room->arena, &record), 0);
	assert_null(record.article.text);
	assert_non_null(record.fingerprint);
	assert_int_equal(store_article_get(room->store, young, room->arena, &record), 0);
	assert_non_null(record.article.text);
	assert_int_equal(store_prune(room->store, &retention, 100), 0);
}

static void test_story_goes_with_its_last_article(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	struct story_topic told = {.told = NOW};
	int64_t one = make_story(room, "1", NOW);
	int64_t two = make_story(room, "2", NOW);
	struct article_record record;
	struct story_topic value;
	struct story story;
	int64_t article;
	int64_t key;

	article = add_article(room, "a", one, NOW);
	(void)add_article(room, "b", two, NOW);
	(void)add_article(room, "c", two, NOW + 1);
	assert_int_equal(store_story_topic_put(room->store, one, "x", &told), 0);
	assert_int_equal(store_prune(room->store, &retention, 100), 2);
	assert_int_equal(store_article_get(room->store, article, room->arena, &record), -ENOENT);
	assert_int_equal(store_story_get(room->store, one, room->arena, &story), -ENOENT);
	assert_int_equal(store_story_get(room->store, two, room->arena, &story), 0);
	assert_int_equal(store_story_topic_get(room->store, one, "x", &value), 0);
	assert_false(value.known);
	assert_int_equal(figures(room).articles, 1);
	/* Even when all are gone, no key comes a second time. */
	retention.fingerprint_before = NOW + 2;
	assert_int_equal(store_prune(room->store, &retention, 100), 2); /* and the texts of all */
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_next_article_key(room->store, &key), 0);
	assert_int_equal(key, 6);
	assert_int_equal(make_story(room, "3", NOW), 6);
}

static void test_no_more_than_the_limit_goes_at_once(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	int64_t story = make_story(room, "S", NOW);

	for (unsigned i = 0; i < 10; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "%u", i);
		(void)add_article(room, id, story, NOW);
		assert_int_equal(store_commit(room->store), 0);
	}
	/* Articles, and the packets of their texts. */
	assert_int_equal(store_prune(room->store, &retention, 4), 8);
	assert_int_equal(store_prune(room->store, &retention, 4), 8);
	assert_int_equal(store_prune(room->store, &retention, 4), 4);
	assert_int_equal(store_prune(room->store, &retention, 4), 0);
}

/* The clock was wrong for a while. */
static void test_articles_from_the_future_do_not_hide_old_ones(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.text_before = NOW + 1, .fingerprint_before = NOW + 1};
	int64_t story = make_story(room, "S", NOW);
	int removed = 0;

	for (unsigned i = 0; i < 30; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "%u", i);
		(void)add_article(room, id, story,
			NOW +
				(i < 10                  ? 1000 * USEC_DAY
						: i < 20 ? 0
							 : USEC_HOUR));
	}
	for (unsigned i = 0; i < 20; i++) {
		int r = store_prune(room->store, &retention, 4);

		assert_in_range(r, 0, 8);
		removed += r;
	}
	assert_int_equal(removed, 11); /* ten articles, and the packet of their texts */
	assert_int_equal(figures(room).articles, 20);
}

static void deliver(struct room *room, int64_t id, enum delivery_state state)
{
	struct delivery delivery;

	assert_int_equal(store_delivery_get(room->store, id, room->arena, &delivery), 0);
	delivery.state = state;
	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
}

static void add_alert(struct room *room, const char *id, usec time)
{
	struct alert alert = make_alert(id, id, time);

	assert_int_equal(store_alert_add(room->store, &alert, desk), 0);
}

static void test_alert_goes_when_it_is_old_and_delivered(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.alert_before = NOW + 1};

	add_alert(room, "pending", NOW);
	add_alert(room, "delivered", NOW);
	add_alert(room, "Dropped", NOW);
	add_alert(room, "dead", NOW);
	add_alert(room, "young", NOW + 1);
	deliver(room, 2, DELIVERY_DELIVERED);
	deliver(room, 3, DELIVERY_DROPPED);
	deliver(room, 4, DELIVERY_DEAD);
	deliver(room, 5, DELIVERY_DELIVERED);
	assert_int_equal(store_prune(room->store, &retention, 100), 2);
	assert_int_equal(figures(room).alerts, 3);
	assert_int_equal(figures(room).pending, 1);
	assert_int_equal(figures(room).dead, 1);
	retention.dead_before = NOW + 1;
	while (store_prune(room->store, &retention, 100) == 0)
		;
	assert_int_equal(figures(room).dead, 0);
	assert_int_equal(figures(room).pending, 1);
}

static void test_the_newest_alert_stays_so_that_keys_only_grow(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.alert_before = NOW + 1};
	int64_t last;
	int64_t key;

	add_alert(room, "older", NOW);
	add_alert(room, "newest", NOW);
	deliver(room, 1, DELIVERY_DELIVERED);
	deliver(room, 2, DELIVERY_DELIVERED);
	assert_int_equal(store_alerts_start(room->store, 0, &last), 0);
	assert_int_equal(store_prune(room->store, &retention, 100), 1);
	assert_int_equal(store_prune(room->store, &retention, 100), 0);
	add_alert(room, "next", NOW + 1);
	assert_int_equal(store_alerts_start(room->store, 0, &key), 0);
	assert_true(key > last);
	assert_int_equal(store_prune(room->store, &retention, 100), 1);
}

static void test_alerts_that_stay_do_not_hide_those_that_go(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.alert_before = NOW + 1};
	int removed = 0;

	for (unsigned i = 0; i < 100; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "%u.", i);
		add_alert(room, id, NOW);
		if (i >= 50)
			deliver(room, i + 1, DELIVERY_DELIVERED);
	}
	add_alert(room, "young", NOW + 1);
	for (unsigned i = 0; i < 60; i++) {
		int r = store_prune(room->store, &retention, 3);

		assert_true(r >= 0 && r <= 3);
		removed += r;
	}
	assert_int_equal(removed, 50);
	assert_int_equal(figures(room).alerts, 51);
}

/* Twenty feeds, each with five old entries behind those that are kept. */
static void add_old_entries(struct room *room)
{
	for (unsigned feed = 0; feed < 20; feed++) {
		char url[64];
		int64_t key;

		(void)snprintf(url, sizeof(url), "https://example.org/%u", feed);
		key = make_feed(room, url);
		for (unsigned i = 0; i < 510; i++) {
			struct known_entry entry = {
				.identity = make_digest(i),
				.digest = make_digest(i),
			};

			assert_int_equal(store_entry_save(room->store, key, &entry,
						 i < 5 ? NOW : NOW + 5 * USEC_DAY),
				0);
		}
	}
}

static void test_old_entries_of_all_feeds_go_in_turn(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	int removed = 0;

	add_old_entries(room);
	for (unsigned i = 0; i < 6; i++) {
		int r = store_prune(room->store, &retention, 1000);

		assert_true(r >= 0);
		removed += r;
	}
	assert_int_equal(removed, 100);
}

static void test_old_entries_of_all_feeds_go_though_each_run_is_short(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	int removed = 0;

	add_old_entries(room);
	for (unsigned i = 0; removed < 100; i++) {
		int r = store_prune(room->store, &retention, 1000);

		assert_true(r >= 0);
		removed += r;
		assert_int_equal(store_commit(room->store), 0);
		room_reopen(room);
		assert_true(i < 500);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_text_goes_before_the_article),
		IN_ROOM(test_story_goes_with_its_last_article),
		IN_ROOM(test_no_more_than_the_limit_goes_at_once),
		IN_ROOM(test_articles_from_the_future_do_not_hide_old_ones),
		IN_ROOM(test_alert_goes_when_it_is_old_and_delivered),
		IN_ROOM(test_the_newest_alert_stays_so_that_keys_only_grow),
		IN_ROOM(test_alerts_that_stay_do_not_hide_those_that_go),
		IN_ROOM(test_old_entries_of_all_feeds_go_in_turn),
		IN_ROOM(test_old_entries_of_all_feeds_go_though_each_run_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
