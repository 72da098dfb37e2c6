/* What is told of hooks that fail and work again, and what of that a restart and a reload keep. */
#include "outbox_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "notify/lane.h"

static void restart(struct room *room)
{
	room_close(room);
	room_open(room);
	room_turn(room);
}

/* The desk's state in words, as `wirewatch hooks` has it. */
static void note_desk(const struct outbox_hook *hook, void *userdata)
{
	char *text = userdata;

	if (strcmp(hook->name, "desk") == 0)
		(void)snprintf(text, WORDS_BYTES, "%s %s", hook->condition,
			hook->words ? hook->words : "");
}

static void assert_desk(struct room *room, const char *condition, const char *words)
{
	char text[WORDS_BYTES] = "";

	outbox_each_hook(room->outbox, note_desk, text);
	assert_int_equal(strncmp(text, condition, strlen(condition)), 0);
	assert_non_null(strstr(text, words));
}

/* So many alerts, of which each is answered so. */
static void answer_alerts(struct room *room, unsigned count, int status)
{
	for (unsigned i = 0; i < count; i++) {
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer_all(status);
		room_turn(room);
	}
}

static void test_hook_that_refuses_whatever_comes_is_told_once(void **state)
{
	struct room *room = *state;

	answer_alerts(room, LANE_REFUSALS_MAX - 1, 401);
	assert_int_equal(room->failing, 0);
	assert_desk(room, "working", "HTTP 401");
	answer_alerts(room, 1, 401);
	assert_int_equal(room->failing, 1);
	assert_non_null(strstr(room->words, "HTTP 401"));
	assert_desk(room, "refusing", "HTTP 401");
	answer_alerts(room, 20, 401);
	assert_int_equal(room->failing, 1);
	answer_alerts(room, 1, 200);
	assert_int_equal(room->recovered, 1);
	assert_desk(room, "working", "");
}

static void test_one_alert_that_is_refused_tells_nothing_while_others_go(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 30; i++) {
		receiver_answer_all(413);
		room_turn(room);
		answer_alerts(room, 1, 200);
		room_advance(room, 10 * USEC_MINUTE);
	}
	assert_true(receiver_count() > 30 + LANE_REFUSALS_MAX);
	assert_int_equal(room->failing, 0);
}

static void test_hook_that_takes_nothing_for_an_hour_is_told(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	while (clock_now(room->clock) < NOON + LANE_REFUSED_MAX) {
		receiver_answer_all(404);
		assert_int_equal(room->failing, 0);
		room_turn(room);
		(void)fake_clock_next(room->clock, USEC_DAY);
		room_turn(room);
	}
	receiver_answer_all(404);
	room_turn(room);
	assert_int_equal(room->failing, 1);
}

static void test_hook_that_fails_is_told_once_across_restarts(void **state)
{
	struct room *room = *state;

	answer_alerts(room, 2 * LANE_FAILURES_MAX, 500);
	assert_int_equal(room->failing, 1);
	for (unsigned i = 0; i < 3; i++) {
		restart(room);
		answer_alerts(room, 2 * LANE_FAILURES_MAX, 500);
	}
	assert_int_equal(room->failing, 1);
	restart(room);
	room_advance(room, USEC_HOUR);
	receiver_answer_all(200);
	room_turn(room);
	assert_int_equal(room->recovered, 1);
	restart(room);
	answer_alerts(room, 1, 200);
	assert_int_equal(room->recovered, 1);
}

static void test_hook_that_a_reload_mends_is_told_to_work_again(void **state)
{
	static const int statuses[] = {500, 401, 410};
	struct room *room = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(statuses); i++) {
		answer_alerts(room, 2 * LANE_FAILURES_MAX, statuses[i]);
		assert_int_equal(room->failing, i + 1);
		room->hooks[0].url = i % 2 ? "https://desk.example/" : "https://new.example/";
		room_set_hooks(room);
		room_turn(room);
		assert_desk(room, "working", "");
		answer_alerts(room, 1, 200);
		assert_int_equal(room->recovered, i + 1);
	}
}

static void test_retry_after_is_kept_by_a_restart_and_a_reload(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_add(room, NULL);
	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 429, "600", NULL);
	receiver_answer(1, 200, NULL, NULL);
	room_turn(room);
	room_set_hooks(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	room_advance(room, 300 * USEC_SEC);
	restart(room);
	room_advance(room, 299 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	assert_desk(room, "held", "");
	room_advance(room, USEC_SEC);
	assert_int_equal(receiver_count(), 4);
}

static void test_retry_after_ends_where_the_hook_leads_elsewhere(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 503, "600", NULL);
	room_turn(room);
	room->hooks[0].url = "https://new.example/";
	room_set_hooks(room);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 2);
}

/* As long as was asked for, but no longer, whatever the clock does while the daemon is down. */
static void test_retry_after_is_no_longer_where_the_clock_is_set_back(void **state)
{
	static const usec steps[] = {USEC_MINUTE, USEC_HOUR, 30 * USEC_DAY};
	struct room *room = *state;

	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer(receiver_count() - 1, 429, "10", NULL);
		room_turn(room);
		room_close(room);
		fake_clock_step(room->clock, -(int64_t)steps[i]);
		room_open(room);
		room_add(room, NULL);
		room_commit_and_wake(room);
		assert_int_equal(receiver_waiting(), 0);
		room_advance(room, 10 * USEC_SEC);
		assert_int_equal(receiver_waiting(), 2);
		receiver_answer_all(200);
		room_turn(room);
	}
}

/* ... nor does it begin anew at each reload or start, until the clock has come there again. */
static void test_retry_after_is_over_once_where_the_clock_is_set_back(void **state)
{
	struct room *room = *state;

	for (unsigned restart = 0; restart < 2; restart++) {
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer(receiver_count() - 1, 429, "10", NULL);
		room_turn(room);
		if (restart)
			room_close(room);
		fake_clock_step(room->clock, -(int64_t)(5 * USEC_DAY));
		if (restart)
			room_open(room);
		room_turn(room);
		room_advance(room, 10 * USEC_SEC);
		receiver_answer_all(200);
		room_turn(room);
		if (restart) {
			room_close(room);
			room_open(room);
		}
		room_set_hooks(room);
		room_add(room, NULL);
		room_commit_and_wake(room);
		assert_int_equal(receiver_waiting(), 1);
		receiver_answer_all(200);
		room_turn(room);
	}
}

static void test_new_rate_counts_from_the_reload_on(void **state)
{
	struct room *room = *state;

	room->hooks[0].rate = (struct rate){.count = 1, .span = USEC_DAY};
	room_set_hooks(room);
	room_add(room, NULL);
	room_add(room, NULL);
	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer_all(200);
	room_turn(room);
	assert_int_equal(receiver_count(), 1);
	/* The same once more gives no more. */
	room_set_hooks(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 1);
	room->hooks[0].rate = (struct rate){.count = 1, .span = USEC_MINUTE};
	room_set_hooks(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	receiver_answer_all(500);
	room_turn(room);
	/* Without any, what is tried again waits for its own time alone. */
	room->hooks[0].rate = (struct rate){0};
	room_set_hooks(room);
	room_turn(room);
	receiver_answer_all(200);
	room_turn(room);
	room_advance(room, 10 * USEC_SEC);
	assert_int_equal(receiver_count(), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_hook_that_refuses_whatever_comes_is_told_once),
		ROOM_TEST(test_one_alert_that_is_refused_tells_nothing_while_others_go),
		ROOM_TEST(test_hook_that_takes_nothing_for_an_hour_is_told),
		ROOM_TEST(test_hook_that_fails_is_told_once_across_restarts),
		ROOM_TEST(test_hook_that_a_reload_mends_is_told_to_work_again),
		ROOM_TEST(test_retry_after_is_kept_by_a_restart_and_a_reload),
		ROOM_TEST(test_retry_after_ends_where_the_hook_leads_elsewhere),
		ROOM_TEST(test_retry_after_is_no_longer_where_the_clock_is_set_back),
		ROOM_TEST(test_retry_after_is_over_once_where_the_clock_is_set_back),
		ROOM_TEST(test_new_rate_counts_from_the_reload_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
