#include "room.h"

static const char *const desk[] = {"desk", NULL};

static struct store_figures figures(struct room *room)
{
	struct store_figures value;

	assert_int_equal(store_figures(room->store, &value), 0);
	return value;
}

static void test_new_store_is_empty(void **state)
{
	struct store_figures value = figures(*state);

	assert_int_equal(value.articles, 0);
	assert_int_equal(value.stories, 0);
	assert_int_equal(value.alerts, 0);
	assert_int_equal(value.pending, 0);
	assert_int_equal(value.dead, 0);
	assert_true(value.bytes > 0);
}

static void test_deliveries_are_counted_by_state(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	for (unsigned i = 0; i < 3; i++) {
		char id[2] = {(char)('A' + i), '\0'};
		struct alert alert = make_alert(id, NULL, NOW);

		assert_int_equal(store_alert_add(room->store, &alert, desk), 0);
	}
	assert_int_equal(store_delivery_get(room->store, 1, room->arena, &delivery), 0);
	delivery.state = DELIVERY_DEAD;
	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
	assert_int_equal(figures(room).pending, 2);
	assert_int_equal(figures(room).dead, 1);
}

static void add_some(struct room *room, unsigned number, int64_t feed)
{
	char name[16];
	struct alert alert;
	int64_t story;

	(void)snprintf(name, sizeof(name), "%u.", number);
	story = make_story(room, name, NOW + number);
	for (long i = random() % 4; i > 0; i--) {
		char id[32];

		(void)snprintf(id, sizeof(id), "%u.%ld", number, i);
		(void)make_article(room, id, feed, story, NOW + number);
	}
	alert = make_alert(name, NULL, NOW + number);
	assert_int_equal(store_alert_add(room->store, &alert, NULL), 0);
}

/* What is kept up in memory must be what a count finds, whatever is undone in between. */
static void test_figures_follow_whatever_is_added_removed_and_undone(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/feed");

	assert_int_equal(store_commit(room->store), 0);
	srandom(1);
	for (unsigned i = 1; i < 400; i++) {
		struct store_retention retention = {
			.fingerprint_before = NOW + i / 2, .alert_before = NOW + i / 2};
		bool within = random() % 3 == 0;
		struct store_figures before;
		struct store_figures after;

		if (within)
			assert_int_equal(store_savepoint(room->store), 0);
		add_some(room, i, feed);
		if (random() % 4 == 0)
			assert_true(store_prune(room->store, &retention, 5) >= 0);
		if (within)
			assert_int_equal(random() % 2 == 0 ? store_savepoint_rollback(room->store)
							   : store_savepoint_release(room->store),
				0);
		if (random() % 4 == 0)
			store_rollback(room->store);
		else
			assert_int_equal(store_commit(room->store), 0);
		if (random() % 4 != 0)
			continue;
		before = figures(room);
		room_reopen(room);
		after = figures(room);
		assert_int_equal(before.articles, after.articles);
		assert_int_equal(before.stories, after.stories);
		assert_int_equal(before.alerts, after.alerts);
	}
	assert_true(figures(room).articles > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_new_store_is_empty),
		IN_ROOM(test_deliveries_are_counted_by_state),
		IN_ROOM(test_figures_follow_whatever_is_added_removed_and_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
