#include "room.h"

static const char *const desk[] = {"desk", NULL};
static const char *const both[] = {"desk", "log", NULL};

static void add(struct room *room, const char *letters, const char *const *hooks)
{
	struct alert alert = make_alert(letters, NULL, NOW);

	assert_int_equal(store_alert_add(room->store, &alert, hooks), 0);
}

static void expect(struct room *room, unsigned at_desk, unsigned at_log)
{
	struct store_figures figures;
	uint64_t count;

	assert_int_equal(store_deliveries_pending(room->store, "desk", &count), 0);
	assert_int_equal(count, at_desk);
	assert_int_equal(store_deliveries_pending(room->store, "log", &count), 0);
	assert_int_equal(count, at_log);
	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.pending, at_desk + at_log);
}

static int note_id(const struct delivery *delivery, void *userdata)
{
	int64_t *id = userdata;

	*id = delivery->id;
	return 0;
}

static void conclude(struct room *room, int64_t id, enum delivery_state state)
{
	const struct delivery delivery = {.id = id, .state = state, .next_attempt = NOW};

	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
}

static int64_t oldest(struct room *room)
{
	int64_t id = 0;

	assert_int_equal(store_deliveries_oldest(room->store, "desk", 1, note_id, &id), 0);
	return id;
}

static void test_count_follows_what_comes_and_goes(void **state)
{
	struct room *room = *state;
	int64_t first;

	expect(room, 0, 0);
	add(room, "A", both);
	add(room, "B", desk);
	expect(room, 2, 1);
	first = oldest(room);
	conclude(room, first, DELIVERY_DELIVERED);
	expect(room, 1, 1);
	conclude(room, oldest(room), DELIVERY_DEAD);
	expect(room, 0, 1);
	/* An operator sends it again; it is not counted twice when it is written twice. */
	conclude(room, first, DELIVERY_PENDING);
	conclude(room, first, DELIVERY_PENDING);
	expect(room, 1, 1);
}

static int note_hook(const char *hook, uint64_t count, void *userdata)
{
	char *text = userdata;

	(void)sprintf(text + strlen(text), "%s %u;", hook, (unsigned)count);
	return 0;
}

static void test_hooks_are_told_while_something_waits_for_them(void **state)
{
	struct room *room = *state;
	char text[64] = "";

	expect(room, 0, 0);
	add(room, "A", both);
	add(room, "B", desk);
	conclude(room, oldest(room), DELIVERY_DELIVERED);
	conclude(room, oldest(room), DELIVERY_DELIVERED);
	assert_int_equal(store_deliveries_waiting(room->store, note_hook, text), 0);
	assert_string_equal(text, "log 1;");
}

static void test_what_is_taken_back_is_not_counted(void **state)
{
	struct room *room = *state;

	add(room, "A", both);
	assert_int_equal(store_commit(room->store), 0);
	expect(room, 1, 1);
	add(room, "B", both);
	expect(room, 2, 2);
	store_rollback(room->store);
	expect(room, 1, 1);
	assert_int_equal(store_savepoint(room->store), 0);
	add(room, "C", both);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	expect(room, 1, 1);
}

static void test_count_is_that_of_the_store_after_a_restart(void **state)
{
	struct room *room = *state;

	add(room, "A", both);
	add(room, "B", desk);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	expect(room, 2, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_count_follows_what_comes_and_goes),
		IN_ROOM(test_hooks_are_told_while_something_waits_for_them),
		IN_ROOM(test_what_is_taken_back_is_not_counted),
		IN_ROOM(test_count_is_that_of_the_store_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
