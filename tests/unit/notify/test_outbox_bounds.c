/*
 * What an outbox holds at most, what becomes of a hook that wants no more, and that a long backlog
 * of one hook keeps no other waiting; over a real store.
 */
#include "outbox_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "notify/lane.h"

static void test_backlog_ends_at_its_bound_with_the_oldest(void **state)
{
	struct room *room = *state;

	room->hooks[0].max_backlog = 100;
	room_set_hooks(room);
	for (unsigned i = 0; i < 100; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(room_figures(room).pending, 100);
	assert_int_equal(room_figures(room).dead, 0);
	assert_int_equal(room->failing, 0);
	/* Two hang at the receiver; the oldest behind them goes. */
	for (unsigned i = 0; i < 3; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(room_figures(room).pending, 100);
	assert_int_equal(room_figures(room).dead, 3);
	assert_int_equal(room->failing, 1);
	assert_non_null(strstr(room->words, "MaxBacklog="));
	/* Told once as long as it is full. */
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(room_figures(room).dead, 4);
	assert_int_equal(room->failing, 1);
	for (unsigned i = 0; i < 60; i++) {
		receiver_answer_all(200);
		room_turn(room);
	}
	assert_int_equal(room_figures(room).pending, 0);
	/* Of 104 those four were not sent: from the third on. */
	assert_int_equal(receiver_count(), 100);
	assert_string_equal(receiver_request(2)->body, "{\"number\":7}");
}

static void test_backlog_far_beyond_its_bound_is_trimmed_in_steps(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 5 * LANE_RECORDING_MAX; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(room_figures(room).pending, 5 * LANE_RECORDING_MAX);
	room->hooks[0].max_backlog = 10; /* a reload */
	room_set_hooks(room);
	for (unsigned i = 0; i < 10; i++)
		room_turn(room);
	assert_int_equal(room_figures(room).pending, 10);
	assert_int_equal(room_figures(room).dead, 5 * LANE_RECORDING_MAX - 10);
	assert_int_equal(room->failing, 1);
}

static void test_bound_of_one_hook_is_none_of_anothers(void **state)
{
	static const char *const both[] = {"desk", "other", NULL};
	struct room *room = *state;

	room->hooks[0].max_backlog = 5;
	room_set_hooks(room);
	for (unsigned i = 0; i < 50; i++)
		room_add_for(room, NULL, both);
	room_commit_and_wake(room);
	assert_int_equal(room_figures(room).pending, 5 + 50);
	assert_int_equal(room_figures(room).dead, 45);
}

static void test_410_is_known_after_a_restart(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 410, NULL, NULL);
	room_turn(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 1);
	room_close(room);
	room_open(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 1);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(room_figures(room).dead, 2);
	/* One is sent again: the hook is enabled, across restarts too. */
	assert_int_equal(outbox_retry(room->outbox, 1), 0);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(outbox_figures(room->outbox).disabled, 0);
	room_close(room);
	room_open(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 0);
}

static void test_410_ends_where_the_hook_leads_elsewhere(void **state)
{
	static const unsigned char secret[] = "0123456789abcdef01234567";
	struct room *room = *state;

	for (unsigned i = 0; i < 2; i++) {
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer_all(410);
		room_turn(room);
		assert_int_equal(outbox_figures(room->outbox).disabled, 1);
		/* A reload without a change keeps it. */
		room_set_hooks(room);
		assert_int_equal(outbox_figures(room->outbox).disabled, 1);
		room_close(room);
		if (i == 0) {
			room->hooks[0].url = "https://new.example/";
		} else {
			room->hooks[0].secret = secret;
			room->hooks[0].secret_length = sizeof(secret) - 1;
		}
		room_open(room);
		assert_int_equal(outbox_figures(room->outbox).disabled, 0);
	}
}

/* Ten thousand wait for a hook that hangs: another one's goes in the turn in which it came. */
static void test_deep_backlog_of_one_hook_delays_no_other(void **state)
{
	static const char *const other[] = {"other", NULL};
	struct room *room = *state;

	for (unsigned i = 0; i < 10000; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(receiver_waiting(), 2);
	for (unsigned i = 0; i < 50; i++) {
		size_t before = receiver_count();

		room_add_for(room, NULL, other);
		assert_int_equal(store_commit(room->store), 0);
		outbox_wake(room->outbox);
		assert_int_equal(receiver_count(), before + 1);
		assert_non_null(strstr(receiver_request(before)->url, "other"));
		receiver_answer(before, 200, NULL, NULL);
		room_turn(room);
	}
	assert_int_equal(receiver_waiting(), 2);
	assert_int_equal(room_figures(room).pending, 10000);
}

static size_t count_to(const char *host)
{
	size_t count = 0;

	for (size_t i = 0; i < receiver_count(); i++)
		count += strstr(receiver_request(i)->url, host) != NULL;
	return count;
}

/* Each commit brings more than its bound holds: what is given up is written each time. */
static void test_backlog_that_overflows_at_each_commit_ends_no_hooks_turn(void **state)
{
	static const char *const other[] = {"other", NULL};
	static const char *const both[] = {"desk", "other", NULL};
	struct room *room = *state;

	room->hooks[1].max_backlog = 10;
	room_set_hooks(room);
	for (unsigned i = 0; i < 20; i++)
		room_add_for(room, NULL, other);
	room_commit_and_wake(room);
	for (unsigned i = 1; i <= 20; i++) {
		size_t before = count_to("other");

		receiver_answer_all(200);
		for (unsigned j = 0; j < 5; j++)
			room_add_for(room, NULL, j == 0 ? both : other);
		assert_int_equal(store_commit(room->store), 0);
		outbox_wake(room->outbox);
		assert_true(count_to("desk") + 1 >= i); /* with the next commit at the latest */
		assert_int_equal(count_to("other"), before + 2);
	}
	assert_true(room_figures(room).dead > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_backlog_ends_at_its_bound_with_the_oldest),
		ROOM_TEST(test_backlog_far_beyond_its_bound_is_trimmed_in_steps),
		ROOM_TEST(test_bound_of_one_hook_is_none_of_anothers),
		ROOM_TEST(test_410_is_known_after_a_restart),
		ROOM_TEST(test_410_ends_where_the_hook_leads_elsewhere),
		ROOM_TEST(test_deep_backlog_of_one_hook_delays_no_other),
		ROOM_TEST(test_backlog_that_overflows_at_each_commit_ends_no_hooks_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
