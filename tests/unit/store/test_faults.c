/*
 * Whatever call to the disk fails, a turn's writes are there whole or not at all, the words name
 * the next step, and the store works on once the disk does.
 */
#include "room.h"

#include <errno.h>
#include <sqlite3.h>

#include "faulty_disk.h"

enum {
	TURNS = 60, /* enough for the WAL to be checkpointed within */
	TEXT_BYTES = 6000,
};

static char text[TEXT_BYTES + 1];
static unsigned failures;

/* One turn: a feed's state, an article and an alert, which must stay together. */
static int turn(struct room *room, unsigned number)
{
	struct article_record record = {.feed = 1, .relation = RELATION_NEW};
	struct feed_state feed;
	struct story story;
	struct alert alert;
	char name[32];
	int r;

	(void)snprintf(name, sizeof(name), "%u.", number);
	story = (struct story){.id = make_id(name), .first_seen = NOW, .last_seen = NOW};
	alert = make_alert(name, name, NOW);
	arena_reset(room->arena);
	r = store_feed_ensure(room->store, "https://example.org/feed", NOW, room->arena, &feed);
	if (r < 0)
		return r;
	feed.validators.etag = name;
	record.feed = feed.id;
	record.article = (struct article){.id = name, .text = text, .first_seen = NOW};
	r = store_savepoint(room->store);
	if (r < 0)
		return r;
	r = store_feed_save(room->store, &feed);
	if (r == 0)
		r = store_story_add(room->store, &story);
	record.story = story.key;
	if (r == 0)
		r = store_next_article_key(room->store, &record.key);
	if (r == 0)
		r = store_article_add(room->store, &record);
	if (r == 0)
		r = store_alert_add(
			room->store, &alert, (const char *const[]){"desk", "log", NULL});
	if (r < 0) {
		(void)store_savepoint_rollback(room->store);
		return r;
	}
	return store_savepoint_release(room->store);
}

/* A turn and its commit; what failed is rolled back. */
static int whole_turn(struct room *room, unsigned number)
{
	int first = turn(room, number);
	int second;

	if (first < 0)
		store_rollback(room->store);
	second = store_commit(room->store);
	return first < 0 ? first : second;
}

static int count_delivery(const struct delivery *delivery, void *userdata)
{
	(void)delivery;
	++*(unsigned *)userdata;
	return 0;
}

static void check_whole(struct room *room, const char *last_or_next[2], unsigned turns)
{
	struct store_figures figures;
	struct feed_state feed;
	unsigned deliveries = 0;

	assert_int_equal(store_figures(room->store, &figures), 0);
	room_expect_rows(room, figures.articles, figures.stories);
	assert_int_equal(figures.stories, figures.articles);
	assert_int_equal(figures.alerts, figures.articles);
	assert_int_equal(
		store_deliveries_each(room->store, false, 0, SIZE_MAX, count_delivery, &deliveries),
		0);
	assert_int_equal(deliveries, 2 * figures.alerts);
	assert_true(figures.articles == turns || figures.articles == turns + 1);
	assert_int_equal(
		store_feed_ensure(room->store, "https://example.org/feed", NOW, room->arena, &feed),
		0);
	if (figures.articles > 0)
		assert_string_equal(feed.validators.etag, last_or_next[figures.articles - turns]);
}

/*
 * Turns until the disk fails; then what was committed must be there, and the turn that failed may
 * be only where its very commit was on the disk already (a failing checkpoint).
 */
static void try_with(struct room *room, unsigned fail_at, int error, bool lasting, int expected)
{
	char last[32];
	char next[32];
	unsigned number;
	int r = 0;

	faulty_disk = (struct faulty_disk){.fail_at = fail_at, .lasting = lasting, .error = error};
	for (number = 1; number <= TURNS && r == 0; number++)
		r = whole_turn(room, number);
	number -= r < 0 ? 2 : 1;
	if (r < 0)
		assert_int_equal(r, expected);
	/* A checkpoint that fails leaves its work to the next one: that is no error. */
	failures += r < 0;
	(void)snprintf(last, sizeof(last), "%u.", number);
	(void)snprintf(next, sizeof(next), "%u.", number + 1);
	if (r == -ENOSPC) {
		assert_non_null(strstr(store_error(room->store), "free space in "));
		assert_non_null(strstr(store_error(room->store), room->folder));
	}
	faulty_disk.fail_at = 0;
	/* The next turn succeeds without a restart, unless it was done after all. */
	check_whole(room, (const char *[]){last, next}, number);
	room_reopen(room);
	check_whole(room, (const char *[]){last, next}, number);
	assert_int_equal(whole_turn(room, 1000000), 0);
}

static void try_each_call(int error, bool lasting, int expected)
{
	failures = 0;
	/* The first calls one by one, then at a stride that is coprime to the calls of a turn. */
	for (unsigned fail_at = 1; fail_at < 1500; fail_at += fail_at < 40 ? 1 : 37) {
		struct room *room;

		faulty_disk = (struct faulty_disk){0};
		assert_int_equal(room_setup((void **)&room), 0);
		try_with(room, fail_at, error, lasting, expected);
		assert_int_equal(room_teardown((void **)&room), 0);
	}
	assert_true(failures > 40);
}

static void test_full_disk_undoes_the_turn_and_says_to_free_space(void **state)
{
	(void)state;
	try_each_call(SQLITE_FULL, true, -ENOSPC);
}

static void test_one_failing_write_undoes_the_turn(void **state)
{
	(void)state;
	try_each_call(SQLITE_IOERR_WRITE, false, -EIO);
}

static void test_one_failing_sync_undoes_the_turn(void **state)
{
	(void)state;
	try_each_call(SQLITE_IOERR_FSYNC, false, -EIO);
}

static void test_disk_that_fails_while_a_store_is_made_leaves_nothing_half(void **state)
{
	struct room *room = *state;
	unsigned refused = 0;

	for (unsigned fail_at = 1; fail_at < 80; fail_at++) {
		char *words = NULL;
		int r;

		store_close(room->store);
		room->store = NULL;
		room_remove(room);
		faulty_disk = (struct faulty_disk){
			.fail_at = fail_at, .lasting = true, .error = SQLITE_FULL};
		r = store_open(room->folder, &room->store, &words);
		faulty_disk.fail_at = 0;
		if (r < 0) {
			assert_int_equal(r, -ENOSPC);
			assert_non_null(strstr(words, "the disk is full"));
			free(words);
			room_open(room);
			refused++;
		}
		assert_int_equal(whole_turn(room, 1), 0);
	}
	assert_true(refused > 20);
}

static void test_turns_go_on_when_the_disk_has_room_again(void **state)
{
	struct room *room = *state;

	assert_int_equal(whole_turn(room, 1), 0);
	faulty_disk = (struct faulty_disk){.fail_at = 1, .lasting = true, .error = SQLITE_FULL};
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(whole_turn(room, 2), -ENOSPC);
	faulty_disk.fail_at = 0;
	assert_int_equal(whole_turn(room, 2), 0);
	check_whole(room, (const char *[]){"2.", "3."}, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_disk_undoes_the_turn_and_says_to_free_space),
		cmocka_unit_test(test_one_failing_write_undoes_the_turn),
		cmocka_unit_test(test_one_failing_sync_undoes_the_turn),
		IN_ROOM(test_disk_that_fails_while_a_store_is_made_leaves_nothing_half),
		IN_ROOM(test_turns_go_on_when_the_disk_has_room_again),
	};

	/* Hard to compress, so that the file grows as with real texts. */
	for (unsigned i = 0; i < TEXT_BYTES; i++)
		text[i] = (char)('!' + hash_bytes(&i, sizeof(i)) % 90);
	faulty_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
