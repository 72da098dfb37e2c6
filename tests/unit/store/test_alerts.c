#include "room.h"

#include <errno.h>

static const char *const desk[] = {"desk", NULL};
static const char *const both[] = {"desk", "log", NULL};

enum {
	FOUND_MAX = 16,
};

struct found {
	size_t count;
	struct delivery deliveries[FOUND_MAX];
	char letters[FOUND_MAX + 1]; /* the first of each one's alert */
};

static int note_delivery(const struct delivery *delivery, void *userdata)
{
	struct found *found = userdata;

	assert_true(found->count < FOUND_MAX);
	found->letters[found->count] = delivery->alert.text[0];
	found->deliveries[found->count++] = *delivery;
	return 0;
}

static void add(
	struct room *room, const char *id, const char *story, usec time, const char *const *hooks)
{
	struct alert alert = make_alert(id, story, time);

	assert_int_equal(store_alert_add(room->store, &alert, hooks), 0);
}

static struct found due(struct room *room, const char *hook, usec now)
{
	struct found found = {0};

	assert_int_equal(
		store_deliveries_due(room->store, hook, now, FOUND_MAX, note_delivery, &found), 0);
	return found;
}

static usec next(struct room *room, const char *hook, usec after)
{
	usec next_attempt;

	assert_int_equal(store_deliveries_next(room->store, hook, after, &next_attempt), 0);
	return next_attempt;
}

/* The outcome of an attempt at the first delivery that is due. */
static void conclude(
	struct room *room, const char *hook, usec now, enum delivery_state state, usec next_attempt)
{
	struct found found = due(room, hook, now);

	assert_true(found.count > 0);
	found.deliveries[0].state = state;
	found.deliveries[0].attempts++;
	found.deliveries[0].last_attempt = now;
	found.deliveries[0].next_attempt = next_attempt;
	found.deliveries[0].error = state == DELIVERY_DELIVERED ? NULL : "503";
	assert_int_equal(store_delivery_save(room->store, &found.deliveries[0]), 0);
}

static void test_all_of_an_alert_comes_back(void **state)
{
	struct room *room = *state;
	struct alert alert = make_alert("A", "S", NOW);
	struct alert read;

	alert.type = EVENT_STORY_UPDATE;
	alert.url = "https://example.org/";
	alert.feed = "wire";
	alert.relation = "update";
	assert_int_equal(store_alert_add(room->store, &alert, desk), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_alert_get(room->store, alert.id.text, room->arena, &read), 0);
	assert_string_equal(read.id.text, alert.id.text);
	assert_int_equal(read.type, alert.type);
	assert_int_equal(read.time, alert.time);
	assert_string_equal(read.topic, alert.topic);
	assert_string_equal(read.story, alert.story);
	assert_string_equal(read.title, alert.title);
	assert_string_equal(read.url, alert.url);
	assert_string_equal(read.feed, alert.feed);
	assert_string_equal(read.relation, alert.relation);
	assert_string_equal(read.event, alert.event);
	assert_int_equal(store_alert_get(room->store, "none", room->arena, &read), -ENOENT);
}

static void test_alert_with_a_known_id_is_told_and_harms_nothing(void **state)
{
	struct room *room = *state;
	struct alert alert = make_alert("A", "S", NOW);
	struct store_figures figures;

	add(room, "A", "S", NOW, desk);
	assert_int_equal(store_alert_add(room->store, &alert, both), -EEXIST);
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.alerts, 1);
	assert_int_equal(figures.pending, 1);
}

static void test_alert_without_hooks_has_no_deliveries(void **state)
{
	struct room *room = *state;
	struct store_figures figures;

	add(room, "A", "S", NOW, NULL);
	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.alerts, 1);
	assert_int_equal(figures.pending, 0);
}

static void test_hook_named_twice_gets_one_delivery(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, (const char *const[]){"desk", "desk", NULL});
	assert_int_equal(due(room, "desk", NOW).count, 1);
}

static void test_delivery_is_due_at_once_for_its_own_hook(void **state)
{
	struct room *room = *state;
	struct found found;

	add(room, "A", "S", NOW, both);
	assert_int_equal(due(room, "desk", NOW - 1).count, 0);
	found = due(room, "desk", NOW);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.deliveries[0].state, DELIVERY_PENDING);
	assert_int_equal(found.deliveries[0].attempts, 0);
	assert_int_equal(found.deliveries[0].created, NOW);
	assert_int_equal(found.deliveries[0].next_attempt, NOW);
	assert_int_equal(found.deliveries[0].last_attempt, 0);
	conclude(room, "desk", NOW, DELIVERY_DELIVERED, NOW);
	assert_int_equal(due(room, "desk", NOW).count, 0);
	assert_int_equal(due(room, "log", NOW).count, 1);
	assert_int_equal(due(room, "none", NOW).count, 0);
}

static void test_due_ones_come_oldest_first_and_within_the_limit(void **state)
{
	struct room *room = *state;
	struct found found = {0};

	add(room, "A", "1", NOW, desk);
	add(room, "B", "2", NOW, desk);
	add(room, "C", NULL, NOW, desk);
	add(room, "D", NULL, NOW + 1, desk);
	assert_string_equal(due(room, "desk", NOW).letters, "ABC");
	assert_string_equal(due(room, "desk", NOW + 1).letters, "ABCD");
	assert_int_equal(
		store_deliveries_due(room->store, "desk", NOW, 2, note_delivery, &found), 0);
	assert_string_equal(found.letters, "AB");
}

static void test_later_alert_of_a_story_waits_for_the_earlier(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, both);
	add(room, "B", "S", NOW + 1, both);
	add(room, "C", "S", NOW + 2, both);
	add(room, "D", "T", NOW + 3, desk);
	assert_string_equal(due(room, "desk", NOW + 9).letters, "AD");
	/* A failed attempt holds its story back, and no other. */
	conclude(room, "desk", NOW + 9, DELIVERY_PENDING, NOW + USEC_HOUR);
	assert_string_equal(due(room, "desk", NOW + 9).letters, "D");
	assert_string_equal(due(room, "desk", NOW + USEC_HOUR).letters, "DA");
	assert_string_equal(due(room, "log", NOW + 9).letters, "A");
	conclude(room, "log", NOW + 9, DELIVERY_DELIVERED, NOW);
	assert_string_equal(due(room, "log", NOW + 9).letters, "B");
	conclude(room, "log", NOW + 9, DELIVERY_DEAD, NOW);
	assert_string_equal(due(room, "log", NOW + 9).letters, "C");
	conclude(room, "log", NOW + 9, DELIVERY_DROPPED, NOW);
	assert_int_equal(due(room, "log", NOW + 9).count, 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_string_equal(due(room, "desk", NOW + USEC_HOUR).letters, "DA");
}

static void test_new_alert_of_a_story_with_nothing_pending_is_due(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_DELIVERED, NOW);
	add(room, "B", "S", NOW, desk);
	assert_string_equal(due(room, "desk", NOW).letters, "B");
}

static void test_alerts_without_a_story_wait_for_nothing(void **state)
{
	struct room *room = *state;

	add(room, "A", NULL, NOW, desk);
	add(room, "B", NULL, NOW, desk);
	assert_string_equal(due(room, "desk", NOW).letters, "AB");
}

static void test_waiting_delivery_can_not_be_hurried_past_the_earlier(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	add(room, "A", "S", NOW, desk);
	add(room, "B", "S", NOW, desk);
	assert_int_equal(store_delivery_get(room->store, 2, room->arena, &delivery), 0);
	assert_true(delivery.next_attempt == USEC_INFINITY);
	delivery.next_attempt = NOW;
	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
	assert_string_equal(due(room, "desk", NOW).letters, "A");
	/* A waiting one that is dropped leaves the order as it is. */
	delivery.state = DELIVERY_DROPPED;
	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
	assert_string_equal(due(room, "desk", NOW).letters, "A");
	conclude(room, "desk", NOW, DELIVERY_DELIVERED, NOW);
	assert_int_equal(due(room, "desk", NOW).count, 0);
}

static void test_dead_letter_sent_again_is_due_and_holds_back_later_ones(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	add(room, "A", "S", NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_DEAD, NOW);
	assert_int_equal(store_delivery_get(room->store, 1, room->arena, &delivery), 0);
	assert_int_equal(delivery.state, DELIVERY_DEAD);
	assert_string_equal(delivery.error, "503");
	assert_int_equal(delivery.attempts, 1);
	assert_int_equal(delivery.last_attempt, NOW);
	delivery.state = DELIVERY_PENDING;
	delivery.next_attempt = NOW + 5;
	assert_int_equal(store_delivery_save(room->store, &delivery), 0);
	add(room, "B", "S", NOW, desk);
	assert_string_equal(due(room, "desk", NOW + 5).letters, "A");
}

static void test_next_leaves_out_what_is_due_already(void **state)
{
	struct room *room = *state;

	assert_true(next(room, "desk", 0) == USEC_INFINITY);
	add(room, "A", "S", NOW, desk);
	add(room, "B", "S", NOW + 1, desk);
	add(room, "C", "T", NOW + 2, desk);
	assert_int_equal(next(room, "desk", NOW - 1), NOW);
	assert_int_equal(next(room, "desk", NOW), NOW + 2);
	assert_true(next(room, "desk", NOW + 2) == USEC_INFINITY);
	assert_true(next(room, "log", 0) == USEC_INFINITY);
}

static void test_times_of_a_fast_clock_are_hastened(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	add(room, "B", "S", NOW + USEC_DAY, desk);
	add(room, "C", "T", NOW + USEC_DAY, desk);
	assert_int_equal(store_deliveries_hasten(room->store, NOW + 1, USEC_INFINITY), 0);
	assert_string_equal(due(room, "desk", NOW + 1).letters, "AC");
	assert_int_equal(due(room, "desk", NOW + 1).deliveries[0].next_attempt, NOW);
	/* B waits behind A, and no longer than for it. */
	conclude(room, "desk", NOW + 1, DELIVERY_DELIVERED, 0);
	assert_string_equal(due(room, "desk", NOW + 1).letters, "BC");
}

static void test_delivery_that_was_tried_in_the_future_is_hastened(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	conclude(room, "desk", NOW + USEC_HOUR, DELIVERY_PENDING, NOW + 2 * USEC_HOUR);
	assert_int_equal(store_deliveries_hasten(room->store, NOW, USEC_INFINITY), 0);
	assert_int_equal(next(room, "desk", 0), NOW);
}

static void test_delivery_that_waits_by_the_present_clock_waits_as_long_as_is_allowed(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_PENDING, NOW + 2 * USEC_HOUR);
	assert_int_equal(store_deliveries_hasten(room->store, NOW, NOW + 2 * USEC_HOUR), 0);
	assert_int_equal(next(room, "desk", 0), NOW + 2 * USEC_HOUR);
	assert_int_equal(store_deliveries_hasten(room->store, NOW, NOW + USEC_HOUR), 0);
	assert_int_equal(next(room, "desk", 0), NOW + USEC_HOUR);
}

static void test_deliveries_wait_as_long_though_the_clock_is_set_back(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	add(room, "B", "S", NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_PENDING, NOW + 2 * USEC_HOUR);
	/* An hour is over; B waits behind A. */
	assert_int_equal(
		store_deliveries_set_back(room->store, NOW - 4 * USEC_HOUR, 5 * USEC_HOUR), 0);
	assert_int_equal(next(room, "desk", 0), NOW - 3 * USEC_HOUR);
	conclude(room, "desk", NOW - 3 * USEC_HOUR, DELIVERY_DELIVERED, 0);
	assert_string_equal(due(room, "desk", NOW - 3 * USEC_HOUR).letters, "B");
}

static void test_deliveries_are_no_older_though_the_clock_is_set_forward(void **state)
{
	struct room *room = *state;

	add(room, "A", "S", NOW, desk);
	add(room, "B", "T", NOW + USEC_HOUR, desk);
	assert_int_equal(store_deliveries_set_forward(room->store, NOW + USEC_HOUR, USEC_HOUR), 0);
	assert_int_equal(due(room, "desk", NOW + USEC_HOUR).deliveries[0].created, NOW + USEC_HOUR);
	/* What was made since is as old as it says. */
	assert_int_equal(due(room, "desk", NOW + USEC_HOUR).deliveries[1].created, NOW + USEC_HOUR);
}

static void test_unknown_delivery_is_told(void **state)
{
	struct room *room = *state;
	struct delivery delivery = {.id = 9, .state = DELIVERY_DELIVERED};

	assert_int_equal(store_delivery_save(room->store, &delivery), -ENOENT);
	assert_int_equal(store_delivery_get(room->store, 9, room->arena, &delivery), -ENOENT);
}

static void test_deliveries_come_newest_first_and_dead_ones_alone(void **state)
{
	struct room *room = *state;
	struct found found = {0};

	add(room, "A", NULL, NOW, desk);
	add(room, "B", NULL, NOW + 1, desk);
	add(room, "C", NULL, NOW + 2, desk);
	conclude(room, "desk", NOW, DELIVERY_DEAD, NOW);
	assert_int_equal(store_deliveries_each(room->store, false, 0, 2, note_delivery, &found), 0);
	assert_string_equal(found.letters, "CB");
	found = (struct found){0};
	assert_int_equal(
		store_deliveries_each(room->store, false, NOW + 2, 9, note_delivery, &found), 0);
	assert_string_equal(found.letters, "C");
	found = (struct found){0};
	assert_int_equal(
		store_deliveries_each(room->store, true, 0, SIZE_MAX, note_delivery, &found), 0);
	assert_string_equal(found.letters, "A");
}

/* Sends a dead letter again, as `wirewatch deliveries retry --all` does. */
static int send_again(const struct delivery *delivery, void *userdata)
{
	struct room *room = userdata;
	struct delivery again = *delivery;

	again.state = DELIVERY_PENDING;
	again.next_attempt = NOW;
	return store_delivery_save(room->store, &again);
}

static void test_callback_may_write_what_it_is_shown(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 10; i++) {
		char id[2] = {(char)('A' + i), '\0'};

		add(room, id, NULL, NOW + i, desk);
	}
	for (unsigned i = 0; i < 10; i++)
		conclude(room, "desk", NOW + 99, DELIVERY_DEAD, NOW);
	assert_int_equal(due(room, "desk", NOW + 99).count, 0);
	assert_int_equal(
		store_deliveries_each(room->store, true, 0, SIZE_MAX, send_again, room), 0);
	assert_string_equal(due(room, "desk", NOW).letters, "ABCDEFGHIJ");
}

struct letters {
	size_t count;
	char letters[FOUND_MAX];
};

static int note_alert(const struct alert *alert, void *userdata)
{
	struct letters *list = userdata;

	list->letters[list->count++] = alert->id.text[0];
	return 0;
}

static void test_alerts_come_newest_first_by_topic_and_time(void **state)
{
	struct room *room = *state;
	struct alert health = make_alert("D", NULL, NOW + 3);
	struct alert other = make_alert("C", "S", NOW + 2);
	struct letters list = {0};

	add(room, "A", "S", NOW, NULL);
	add(room, "B", "S", NOW + 1, NULL);
	other.topic = "ports";
	assert_int_equal(store_alert_add(room->store, &other, NULL), 0);
	health.topic = NULL;
	assert_int_equal(store_alert_add(room->store, &health, NULL), 0);
	assert_int_equal(store_alerts_each(room->store, NULL, 0, 3, note_alert, &list), 0);
	assert_string_equal(list.letters, "DCB");
	list = (struct letters){0};
	assert_int_equal(store_alerts_each(room->store, "bridges", 0, 9, note_alert, &list), 0);
	assert_string_equal(list.letters, "BA");
	list = (struct letters){0};
	assert_int_equal(
		store_alerts_each(room->store, "bridges", NOW + 1, 9, note_alert, &list), 0);
	assert_string_equal(list.letters, "B");
}

static void test_digests_of_a_topic_keep_their_order(void **state)
{
	static const char *const topics[] = {"bridges", "roads", "bridges", NULL};
	struct room *room = *state;

	for (unsigned i = 0; topics[i]; i++) {
		struct alert alert = make_alert((char[]){(char)('A' + i), '\0'}, NULL, NOW + i);

		alert.type = EVENT_DIGEST;
		alert.topic = topics[i];
		assert_int_equal(store_alert_add(room->store, &alert, desk), 0);
	}
	assert_string_equal(due(room, "desk", NOW + 9).letters, "AB");
	conclude(room, "desk", NOW + 9, DELIVERY_DELIVERED, 0);
	assert_string_equal(due(room, "desk", NOW + 9).letters, "BC");
}

static void test_dead_letters_come_oldest_first_by_hook(void **state)
{
	struct room *room = *state;
	struct found found = {0};
	int64_t first;

	add(room, "A", NULL, NOW, both);
	add(room, "B", NULL, NOW, both);
	add(room, "C", NULL, NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_DEAD, 0);
	conclude(room, "desk", NOW, DELIVERY_DELIVERED, 0);
	conclude(room, "desk", NOW, DELIVERY_DEAD, 0);
	conclude(room, "log", NOW, DELIVERY_DEAD, 0);
	assert_int_equal(
		store_deliveries_dead(room->store, "desk", 0, FOUND_MAX, note_delivery, &found), 0);
	assert_string_equal(found.letters, "AC");
	found = (struct found){0};
	assert_int_equal(
		store_deliveries_dead(room->store, NULL, 0, FOUND_MAX, note_delivery, &found), 0);
	assert_string_equal(found.letters, "AAC");
	found = (struct found){0};
	assert_int_equal(store_deliveries_dead(room->store, NULL, 0, 1, note_delivery, &found), 0);
	assert_string_equal(found.letters, "A");
	first = found.deliveries[0].id;
	found = (struct found){0};
	assert_int_equal(
		store_deliveries_dead(room->store, "desk", first, 1, note_delivery, &found), 0);
	assert_string_equal(found.letters, "C");
}

static int note_count(const char *hook, enum delivery_state state, uint64_t count, void *userdata)
{
	char *text = userdata;

	(void)sprintf(text + strlen(text), "%s %s %u;", hook, delivery_state_to_string(state),
		(unsigned)count);
	return 0;
}

static void test_deliveries_are_counted_by_hook(void **state)
{
	struct room *room = *state;
	char text[256] = "";

	assert_int_equal(store_deliveries_count(room->store, note_count, text), 0);
	assert_string_equal(text, "");
	add(room, "A", NULL, NOW, both);
	add(room, "B", NULL, NOW, both);
	add(room, "C", NULL, NOW, desk);
	conclude(room, "desk", NOW, DELIVERY_DEAD, 0);
	conclude(room, "log", NOW, DELIVERY_DELIVERED, 0);
	assert_int_equal(store_deliveries_count(room->store, note_count, text), 0);
	assert_string_equal(text, "desk pending 2;log pending 1;desk dead 1;");
}

struct passage {
	char letters[FOUND_MAX + 1];
	int64_t key;
	size_t most;
};

static int note_passage(int64_t key, const struct alert *alert, void *userdata)
{
	struct passage *passage = userdata;
	size_t length = strlen(passage->letters);

	assert_true(key > passage->key);
	passage->key = key;
	passage->letters[length] = alert->id.text[0];
	return length + 1 == passage->most;
}

static const char *alerts_after(
	struct room *room, const char *topic, int64_t key, size_t limit, size_t most)
{
	static struct passage passage;

	passage = (struct passage){.most = most};
	assert_int_equal(
		store_alerts_after(room->store, topic, key, limit, note_passage, &passage), 0);
	return passage.letters;
}

static void test_alerts_are_gone_through_by_their_keys(void **state)
{
	struct room *room = *state;
	struct alert other = make_alert("C", NULL, NOW + 2);
	int64_t key;
	int64_t first;

	assert_int_equal(store_alerts_start(room->store, 0, &key), 0);
	assert_int_equal(key, 0);
	add(room, "A", NULL, NOW, NULL);
	add(room, "B", NULL, NOW + 1, NULL);
	other.topic = "another";
	assert_int_equal(store_alert_add(room->store, &other, NULL), 0);
	add(room, "D", NULL, NOW + 3, NULL);
	assert_string_equal(alerts_after(room, NULL, 0, FOUND_MAX, 0), "ABCD");
	assert_string_equal(alerts_after(room, NULL, 0, 2, 0), "AB");
	assert_string_equal(alerts_after(room, NULL, 0, FOUND_MAX, 3), "ABC");
	assert_string_equal(alerts_after(room, "another", 0, FOUND_MAX, 0), "C");
	assert_int_equal(store_alert_key(room->store, make_alert("B", NULL, NOW).id.text, &key), 0);
	assert_string_equal(alerts_after(room, NULL, key, FOUND_MAX, 0), "CD");
	assert_int_equal(store_alert_key(room->store, "none", &key), -ENOENT);
	assert_int_equal(store_alerts_start(room->store, NOW + 1, &first), 0);
	assert_string_equal(alerts_after(room, NULL, first, FOUND_MAX, 0), "BCD");
	assert_int_equal(store_alerts_start(room->store, 0, &first), 0);
	assert_string_equal(alerts_after(room, NULL, first, FOUND_MAX, 0), "");
	assert_int_equal(store_alerts_start(room->store, NOW + USEC_DAY, &first), 0);
	assert_string_equal(alerts_after(room, NULL, first, FOUND_MAX, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_all_of_an_alert_comes_back),
		IN_ROOM(test_alert_with_a_known_id_is_told_and_harms_nothing),
		IN_ROOM(test_alert_without_hooks_has_no_deliveries),
		IN_ROOM(test_hook_named_twice_gets_one_delivery),
		IN_ROOM(test_delivery_is_due_at_once_for_its_own_hook),
		IN_ROOM(test_due_ones_come_oldest_first_and_within_the_limit),
		IN_ROOM(test_later_alert_of_a_story_waits_for_the_earlier),
		IN_ROOM(test_new_alert_of_a_story_with_nothing_pending_is_due),
		IN_ROOM(test_alerts_without_a_story_wait_for_nothing),
		IN_ROOM(test_waiting_delivery_can_not_be_hurried_past_the_earlier),
		IN_ROOM(test_dead_letter_sent_again_is_due_and_holds_back_later_ones),
		IN_ROOM(test_next_leaves_out_what_is_due_already),
		IN_ROOM(test_times_of_a_fast_clock_are_hastened),
		IN_ROOM(test_delivery_that_was_tried_in_the_future_is_hastened),
		IN_ROOM(test_delivery_that_waits_by_the_present_clock_waits_as_long_as_is_allowed),
		IN_ROOM(test_deliveries_wait_as_long_though_the_clock_is_set_back),
		IN_ROOM(test_deliveries_are_no_older_though_the_clock_is_set_forward),
		IN_ROOM(test_unknown_delivery_is_told),
		IN_ROOM(test_deliveries_come_newest_first_and_dead_ones_alone),
		IN_ROOM(test_callback_may_write_what_it_is_shown),
		IN_ROOM(test_alerts_come_newest_first_by_topic_and_time),
		IN_ROOM(test_digests_of_a_topic_keep_their_order),
		IN_ROOM(test_dead_letters_come_oldest_first_by_hook),
		IN_ROOM(test_deliveries_are_counted_by_hook),
		IN_ROOM(test_alerts_are_gone_through_by_their_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
