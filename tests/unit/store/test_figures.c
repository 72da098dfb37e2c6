#include "room.h"

#include <sqlite3.h>

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

static uint64_t count_rows(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	uint64_t count;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = (uint64_t)sqlite3_column_int64(statement, 0);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	return count;
}

/* The figures, before and after a restart, are what a count of the rows finds. */
static void expect_counted(struct room *room)
{
	struct store_figures value = figures(room);
	sqlite3 *db;

	store_close(room->store);
	room->store = NULL;
	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	assert_int_equal(value.articles, count_rows(db, "SELECT count(*) FROM articles"));
	assert_int_equal(value.stories, count_rows(db, "SELECT count(*) FROM stories"));
	assert_int_equal(value.alerts, count_rows(db, "SELECT count(*) FROM alerts"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	room_open(room);
	assert_int_equal(figures(room).articles, value.articles);
	assert_int_equal(figures(room).stories, value.stories);
	assert_int_equal(figures(room).alerts, value.alerts);
}

/* What is kept up must be what a count finds, whatever is undone in between. */
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
		expect_counted(room);
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
