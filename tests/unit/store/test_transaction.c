#include "room.h"

#include <errno.h>

struct calls {
	struct store *store;
	unsigned dirty;
	unsigned after;
	int result;
};

static void note_dirty(void *userdata)
{
	((struct calls *)userdata)->dirty++;
}

static void note_after(int result, void *userdata)
{
	struct calls *calls = userdata;

	calls->after++;
	calls->result = result;
}

static uint64_t count_stories(struct room *room)
{
	struct store_figures figures;

	assert_int_equal(store_figures(room->store, &figures), 0);
	return figures.stories;
}

/* The id is there already: the constraint makes the write fail. */
static void fail_a_write(struct room *room, const char *id)
{
	struct story story = {.id = make_id(id), .first_seen = NOW, .last_seen = NOW};

	assert_int_equal(store_story_add(room->store, &story), -EINVAL);
}

static void test_first_write_alone_tells_that_the_store_is_dirty(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	store_on_dirty(room->store, note_dirty, &calls);
	(void)count_stories(room);
	assert_int_equal(calls.dirty, 0);
	(void)make_story(room, "A", NOW);
	(void)make_story(room, "B", NOW);
	assert_int_equal(calls.dirty, 1);
	assert_int_equal(store_commit(room->store), 0);
	(void)make_story(room, "C", NOW);
	assert_int_equal(calls.dirty, 2);
}

static void test_who_comes_late_is_told_of_the_open_transaction(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	(void)make_story(room, "A", NOW);
	store_on_dirty(room->store, note_dirty, &calls);
	assert_int_equal(calls.dirty, 1);
	store_on_dirty(room->store, NULL, NULL);
	assert_int_equal(calls.dirty, 1);
}

static void test_known_feed_does_not_make_it_dirty(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	(void)make_feed(room, "https://example.org/feed");
	assert_int_equal(store_commit(room->store), 0);
	store_on_dirty(room->store, note_dirty, &calls);
	(void)make_feed(room, "https://example.org/feed");
	assert_int_equal(calls.dirty, 0);
}

static void test_commit_of_nothing_is_nothing(void **state)
{
	struct room *room = *state;

	assert_int_equal(store_commit(room->store), 0);
	store_rollback(room->store);
	assert_int_equal(store_commit(room->store), 0);
}

static void test_reads_see_the_open_transaction(void **state)
{
	struct room *room = *state;

	(void)make_story(room, "A", NOW);
	assert_int_equal(count_stories(room), 1);
	store_rollback(room->store);
	assert_int_equal(count_stories(room), 0);
}

static void test_after_commit_is_called_once_and_with_the_result(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	(void)make_story(room, "A", NOW);
	assert_int_equal(store_after_commit(room->store, note_after, &calls), 0);
	assert_int_equal(calls.after, 0);
	calls.result = 1;
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(calls.after, 1);
	assert_int_equal(calls.result, 0);
	(void)make_story(room, "B", NOW);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(calls.after, 1);
}

static void test_after_commit_with_nothing_open_waits_for_a_commit(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	store_on_dirty(room->store, note_dirty, &calls);
	assert_int_equal(store_after_commit(room->store, note_after, &calls), 0);
	assert_int_equal(calls.dirty, 1);
	assert_int_equal(calls.after, 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(calls.after, 1);
}

static void test_rollback_tells_those_who_wait(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	assert_int_equal(store_after_commit(room->store, note_after, &calls), 0);
	store_rollback(room->store);
	assert_int_equal(calls.after, 1);
	assert_int_equal(calls.result, -ECANCELED);
}

static void write_again(int result, void *userdata)
{
	struct calls *calls = userdata;
	struct story story = {.id = make_id("Again"), .first_seen = NOW, .last_seen = NOW};

	calls->after++;
	calls->result = result;
	assert_int_equal(store_story_add(calls->store, &story), 0);
	assert_int_equal(store_after_commit(calls->store, note_after, calls), 0);
}

static void test_callback_may_write_and_wait_again(void **state)
{
	struct room *room = *state;
	struct calls calls = {.store = room->store};

	store_on_dirty(room->store, note_dirty, &calls);
	assert_int_equal(store_after_commit(room->store, write_again, &calls), 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(calls.after, 1);
	assert_int_equal(calls.dirty, 2);
	store_rollback(room->store);
	assert_int_equal(calls.after, 2);
	assert_int_equal(calls.result, -ECANCELED);
	assert_int_equal(count_stories(room), 0);
}

static void test_many_may_wait(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(store_after_commit(room->store, note_after, &calls), 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(calls.after, 1000);
}

static void test_savepoint_opens_the_transaction(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};

	store_on_dirty(room->store, note_dirty, &calls);
	assert_int_equal(store_savepoint(room->store), 0);
	assert_int_equal(calls.dirty, 1);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_commit(room->store), 0);
}

static void test_savepoint_is_undone_alone(void **state)
{
	struct room *room = *state;
	struct calls before = {0};
	struct calls within = {0};

	(void)make_story(room, "A", NOW);
	assert_int_equal(store_after_commit(room->store, note_after, &before), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "B", NOW);
	assert_int_equal(store_after_commit(room->store, note_after, &within), 0);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "C", NOW);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(count_stories(room), 2);
	assert_int_equal(before.result, 0);
	assert_int_equal(within.after, 1);
	assert_int_equal(within.result, -ECANCELED);
}

static void test_savepoints_nest(void **state)
{
	struct room *room = *state;

	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "A", NOW);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "B", NOW);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "C", NOW);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(count_stories(room), 1);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(count_stories(room), 1);
}

static void test_failed_write_can_not_be_committed(void **state)
{
	struct room *room = *state;
	struct calls calls = {0};
	struct story story = {.id = make_id("B")};

	(void)make_story(room, "A", NOW);
	assert_int_equal(store_after_commit(room->store, note_after, &calls), 0);
	fail_a_write(room, "A");
	assert_non_null(strstr(store_error(room->store), "stories.id"));
	assert_int_equal(store_story_add(room->store, &story), -EINVAL);
	assert_int_equal(store_savepoint(room->store), -EINVAL);
	assert_int_equal(store_after_commit(room->store, note_after, &calls), -EINVAL);
	assert_int_equal(store_commit(room->store), -EINVAL);
	assert_int_equal(calls.after, 1);
	assert_int_equal(calls.result, -EINVAL);
	assert_int_equal(count_stories(room), 0);
	(void)make_story(room, "A", NOW);
	assert_int_equal(store_commit(room->store), 0);
}

static void test_failed_write_in_a_savepoint_spares_what_was_before(void **state)
{
	struct room *room = *state;

	(void)make_story(room, "A", NOW);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "B", NOW);
	fail_a_write(room, "A");
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	(void)make_story(room, "C", NOW);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(count_stories(room), 2);
}

static void test_release_after_a_failed_write_undoes(void **state)
{
	struct room *room = *state;

	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "A", NOW);
	assert_int_equal(store_savepoint(room->store), 0);
	(void)make_story(room, "B", NOW);
	fail_a_write(room, "A");
	assert_int_equal(store_savepoint_release(room->store), -EINVAL);
	assert_int_equal(store_savepoint_release(room->store), 0);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(count_stories(room), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_first_write_alone_tells_that_the_store_is_dirty),
		IN_ROOM(test_who_comes_late_is_told_of_the_open_transaction),
		IN_ROOM(test_known_feed_does_not_make_it_dirty),
		IN_ROOM(test_commit_of_nothing_is_nothing),
		IN_ROOM(test_reads_see_the_open_transaction),
		IN_ROOM(test_after_commit_is_called_once_and_with_the_result),
		IN_ROOM(test_after_commit_with_nothing_open_waits_for_a_commit),
		IN_ROOM(test_rollback_tells_those_who_wait),
		IN_ROOM(test_callback_may_write_and_wait_again),
		IN_ROOM(test_many_may_wait),
		IN_ROOM(test_savepoint_opens_the_transaction),
		IN_ROOM(test_savepoint_is_undone_alone),
		IN_ROOM(test_savepoints_nest),
		IN_ROOM(test_failed_write_can_not_be_committed),
		IN_ROOM(test_failed_write_in_a_savepoint_spares_what_was_before),
		IN_ROOM(test_release_after_a_failed_write_undoes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
