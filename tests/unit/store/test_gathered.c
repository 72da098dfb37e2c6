#include "room.h"

#include <errno.h>

#define FOUND_MAX 8

static struct id add(struct room *room, const char *letters)
{
	struct alert alert = make_alert(letters, "STORY", NOW);

	assert_int_equal(store_alert_add(room->store, &alert, NULL), 0);
	return alert.id;
}

static struct id gather(struct room *room, const char *topic, const char *letters)
{
	struct id id = add(room, letters);

	assert_int_equal(store_gathered_add(room->store, topic, &id), 0);
	return id;
}

static void expect(struct room *room, const char *topic, const struct id *ids, size_t count)
{
	struct alert found[FOUND_MAX];
	size_t found_count;
	uint64_t counted;

	assert_int_equal(store_gathered_each(
				 room->store, topic, FOUND_MAX, room->arena, found, &found_count),
		0);
	assert_int_equal(found_count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(found[i].id.text, ids[i].text);
	assert_int_equal(store_gathered_count(room->store, topic, &counted), 0);
	assert_int_equal(counted, count);
}

static void ensure(struct room *room, const char *topic)
{
	usec since;

	assert_int_equal(store_topic_ensure(room->store, topic, NOW, &since), 0);
}

static void wait_until(struct room *room, const char *topic, usec due)
{
	const struct topic_gathering state = {.due = due};

	ensure(room, topic);
	assert_int_equal(store_gathering_put(room->store, topic, &state), 0);
}

static void test_alerts_wait_in_order_each_for_its_topic(void **state)
{
	struct room *room = *state;
	struct id roads[1];
	struct id bridges[2];

	/* The order is that of making, not of the ids. */
	bridges[0] = gather(room, "bridges", "C");
	roads[0] = gather(room, "roads", "B");
	bridges[1] = gather(room, "bridges", "A");
	expect(room, "bridges", bridges, 2);
	expect(room, "roads", roads, 1);
	expect(room, "rivers", NULL, 0);
}

static void test_at_most_so_many_are_read(void **state)
{
	struct room *room = *state;
	struct alert found[1];
	struct id first = gather(room, "bridges", "A");
	size_t count;

	(void)gather(room, "bridges", "B");
	assert_int_equal(
		store_gathered_each(room->store, "bridges", 1, room->arena, found, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(found[0].id.text, first.text);
}

static void test_what_was_told_waits_no_more_up_to_the_last(void **state)
{
	struct room *room = *state;
	struct id ids[3] = {gather(room, "bridges", "A"), gather(room, "bridges", "B"),
		gather(room, "bridges", "C")};
	struct id other = gather(room, "roads", "D");

	assert_int_equal(store_gathered_has(room->store, &ids[1]), 1);
	assert_int_equal(store_gathered_remove(room->store, "bridges", &ids[1]), 2);
	assert_int_equal(store_gathered_has(room->store, &ids[1]), 0);
	expect(room, "bridges", &ids[2], 1);
	expect(room, "roads", &other, 1);
}

static void test_what_waits_survives_a_restart(void **state)
{
	struct room *room = *state;
	struct id id = gather(room, "bridges", "A");

	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	expect(room, "bridges", &id, 1);
}

static void test_all_of_a_gathering_comes_back(void **state)
{
	struct room *room = *state;
	const struct topic_gathering put = {
		.window_start = NOW, .window_count = 7, .parts = 2, .due = NOW + 1};
	struct topic_gathering got;

	assert_int_equal(store_gathering_get(room->store, "bridges", &got), -ENOENT);
	ensure(room, "bridges");
	assert_int_equal(store_gathering_get(room->store, "bridges", &got), 0);
	assert_true(got.due == USEC_INFINITY);
	assert_int_equal(store_gathering_put(room->store, "bridges", &put), 0);
	assert_int_equal(store_gathering_get(room->store, "bridges", &got), 0);
	assert_int_equal(got.window_start, put.window_start);
	assert_int_equal(got.window_count, put.window_count);
	assert_int_equal(got.parts, put.parts);
	assert_int_equal(got.due, put.due);
}

static void test_the_first_that_is_due_comes_first(void **state)
{
	struct room *room = *state;
	const char *topic;
	usec due;

	assert_int_equal(store_gathering_next(room->store, room->arena, &topic, &due), -ENOENT);
	wait_until(room, "bridges", NOW + 2);
	wait_until(room, "roads", NOW + 1);
	wait_until(room, "rivers", USEC_INFINITY);
	assert_int_equal(store_gathering_next(room->store, room->arena, &topic, &due), 0);
	assert_string_equal(topic, "roads");
	assert_int_equal(due, NOW + 1);
}

static void test_topics_for_which_something_waits_come_by_name(void **state)
{
	struct room *room = *state;
	const char *topic;

	wait_until(room, "roads", NOW + 1);
	wait_until(room, "rivers", USEC_INFINITY);
	wait_until(room, "bridges", NOW + 2);
	assert_int_equal(store_gathering_after(room->store, "", room->arena, &topic), 0);
	assert_string_equal(topic, "bridges");
	assert_int_equal(store_gathering_after(room->store, topic, room->arena, &topic), 0);
	assert_string_equal(topic, "roads");
	assert_int_equal(store_gathering_after(room->store, topic, room->arena, &topic), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_alerts_wait_in_order_each_for_its_topic),
		IN_ROOM(test_at_most_so_many_are_read),
		IN_ROOM(test_what_was_told_waits_no_more_up_to_the_last),
		IN_ROOM(test_what_waits_survives_a_restart),
		IN_ROOM(test_all_of_a_gathering_comes_back),
		IN_ROOM(test_the_first_that_is_due_comes_first),
		IN_ROOM(test_topics_for_which_something_waits_come_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
