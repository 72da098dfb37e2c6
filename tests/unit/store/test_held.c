#include "room.h"

#include <errno.h>

static void hold(struct room *room, int64_t story, const char *id, usec due)
{
	struct alert alert = make_alert(id, "STORY", NOW);

	assert_int_equal(store_held_put(room->store, story, &alert, due), 0);
}

static int next(struct room *room, usec now, int64_t *ret_story, struct alert *ret)
{
	arena_reset(room->arena);
	return store_held_next(room->store, now, room->arena, ret_story, ret);
}

static void test_held_alert_comes_when_due_and_not_before(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	struct id id = make_id("A");
	struct alert alert;
	int64_t found;

	hold(room, story, "A", NOW + USEC_HOUR);
	assert_int_equal(next(room, NOW + USEC_HOUR - 1, &found, &alert), -ENOENT);
	assert_int_equal(next(room, NOW + USEC_HOUR, &found, &alert), 0);
	assert_int_equal(found, story);
	assert_string_equal(alert.id.text, id.text);
	assert_int_equal(store_held_remove(room->store, story, alert.topic), 0);
	assert_int_equal(next(room, NOW + USEC_HOUR, &found, &alert), -ENOENT);
}

static void test_last_version_held_wins(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	struct id last = make_id("B");
	struct alert alert;
	int64_t found;

	hold(room, story, "A", NOW);
	hold(room, story, "B", NOW);
	assert_int_equal(next(room, NOW, &found, &alert), 0);
	assert_string_equal(alert.id.text, last.text);
	assert_int_equal(store_held_remove(room->store, story, alert.topic), 0);
	assert_int_equal(next(room, NOW, &found, &alert), -ENOENT);
}

static void test_held_alert_is_found_by_story_and_topic(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	struct id id = make_id("A");
	struct alert alert;
	usec due;

	hold(room, story, "A", NOW + USEC_HOUR);
	assert_int_equal(
		store_held_next(room->store, USEC_INFINITY, room->arena, &story, &alert), 0);
	assert_int_equal(
		store_held_get(room->store, story, alert.topic, room->arena, &alert, &due), 0);
	assert_string_equal(alert.id.text, id.text);
	assert_int_equal(due, NOW + USEC_HOUR);
	assert_int_equal(
		store_held_get(room->store, story, "other", room->arena, &alert, &due), -ENOENT);
	assert_int_equal(
		store_held_get(room->store, story + 1, alert.topic, room->arena, &alert, &due),
		-ENOENT);
}

static void test_held_alert_survives_a_restart(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	struct alert alert;
	int64_t found;

	hold(room, story, "A", NOW);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(next(room, NOW, &found, &alert), 0);
	assert_int_equal(found, story);
}

static void test_alert_that_is_held_longer_than_any_is_due(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	usec due;

	hold(room, story, "A", NOW + USEC_HOUR);
	assert_int_equal(store_held_hasten(room->store, NOW, NOW + USEC_HOUR), 0);
	assert_int_equal(store_held_due(room->store, &due), 0);
	assert_int_equal(due, NOW + USEC_HOUR);
	assert_int_equal(store_held_hasten(room->store, NOW, NOW + USEC_HOUR - 1), 0);
	assert_int_equal(store_held_due(room->store, &due), 0);
	assert_int_equal(due, NOW);
}

/* By a clock that was ahead by less than anything is held. */
static void test_alert_that_was_held_in_the_future_is_due(void **state)
{
	struct room *room = *state;
	int64_t story = make_story(room, "STORY", NOW);
	usec due;

	hold(room, story, "A", NOW + USEC_MINUTE);
	assert_int_equal(
		store_held_hasten(room->store, NOW - 50 * USEC_MINUTE, NOW + 10 * USEC_MINUTE), 0);
	assert_int_equal(store_held_due(room->store, &due), 0);
	assert_int_equal(due, NOW - 50 * USEC_MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_held_alert_comes_when_due_and_not_before),
		IN_ROOM(test_last_version_held_wins),
		IN_ROOM(test_held_alert_is_found_by_story_and_topic),
		IN_ROOM(test_held_alert_survives_a_restart),
		IN_ROOM(test_alert_that_is_held_longer_than_any_is_due),
		IN_ROOM(test_alert_that_was_held_in_the_future_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
