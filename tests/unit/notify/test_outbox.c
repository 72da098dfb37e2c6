/* What an outbox sends when, and what becomes of what fails; over a real store. */
#include "outbox_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "notify/lane.h"

static int keep_first(const struct delivery *delivery, void *userdata)
{
	struct delivery *first = userdata;

	*first = *delivery;
	first->error = delivery->error ? strdup(delivery->error) : NULL;
	return 1;
}

/* The newest delivery; its error is to be freed. */
static struct delivery newest(struct room *room)
{
	struct delivery delivery = {0};

	(void)store_deliveries_each(room->store, false, 0, 1, keep_first, &delivery);
	assert_true(delivery.id != 0);
	return delivery;
}

static void test_alert_is_delivered_once(void **state)
{
	struct room *room = *state;

	room_add(room, "s1");
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
	assert_string_equal(receiver_request(0)->body, "{\"number\":1}");
	assert_int_equal(outbox_idle(room->outbox), 0);
	assert_int_equal(outbox_figures(room->outbox).in_flight, 1);
	receiver_answer(0, 200, NULL, NULL);
	room_turn(room);
	room_advance(room, USEC_DAY);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
	assert_int_equal(outbox_figures(room->outbox).delivered, 1);
	assert_int_equal(room_figures(room).pending, 0);
}

static void test_failure_is_tried_again_with_the_same_id(void **state)
{
	struct room *room = *state;

	room_add(room, "s1");
	room_commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	assert_int_equal(outbox_idle(room->outbox), 1);
	room_advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->id, receiver_request(1)->id);
	receiver_fail(1, "connection refused");
	room_turn(room);
	room_advance(room, 10 * USEC_SEC);
	assert_int_equal(receiver_count(), 3);
	receiver_answer(2, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 0);
	assert_int_equal(outbox_figures(room->outbox).failed_attempts, 2);
}

static void test_what_falls_due_while_the_outbox_looks_is_not_passed_over(void **state)
{
	struct room *room = *state;

	room->hooks[0].retry_first = 100 * USEC_MSEC;
	room_set_hooks(room);
	fake_clock_set_cost(room->clock, 5 * USEC_MSEC);
	/* The retry comes at a random time: some fall into a turn of the outbox. */
	for (unsigned i = 0; i < 80; i++) {
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer_all(400);
		room_turn(room);
		room_advance(room, 300 * USEC_MSEC);
		assert_int_equal(receiver_count(), 2 * (i + 1));
		receiver_answer_all(200);
		room_turn(room);
	}
}

static void test_events_of_one_story_stay_in_order(void **state)
{
	struct room *room = *state;

	room_add(room, "s1");
	room_add(room, "s1");
	room_add(room, "s2");
	room_commit_and_wake(room);
	/* Two slots: the second event of s1 waits, that of s2 does not. */
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->body, "{\"number\":1}");
	assert_string_equal(receiver_request(1)->body, "{\"number\":3}");
	receiver_answer(1, 200, NULL, NULL);
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	room_advance(room, 5 * USEC_SEC);
	assert_string_equal(receiver_request(2)->body, "{\"number\":1}");
	receiver_answer(2, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(receiver_count(), 4);
	assert_string_equal(receiver_request(3)->body, "{\"number\":2}");
	receiver_answer(3, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 0);
}

static void test_order_is_kept_across_a_restart(void **state)
{
	struct room *room = *state;

	room_add(room, "s1");
	room_add(room, "s1");
	room_commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	room_turn(room);
	room_close(room);
	room_open(room);
	room_turn(room);
	room_advance(room, 5 * USEC_SEC);
	assert_string_equal(receiver_request(1)->body, "{\"number\":1}");
	assert_int_equal(receiver_count(), 2);
	receiver_answer(1, 200, NULL, NULL);
	room_turn(room);
	assert_string_equal(receiver_request(2)->body, "{\"number\":2}");
}

static void test_slow_hook_delays_no_other(void **state)
{
	static const char *const both[] = {"desk", "other", NULL};
	struct room *room = *state;
	size_t others = 0;

	for (unsigned i = 0; i < 200; i++)
		room_add_for(room, NULL, both);
	room_commit_and_wake(room);
	/* desk hangs; other answers. */
	for (unsigned i = 0; i < 200; i++) {
		for (size_t j = 0; j < receiver_count(); j++)
			if (strstr(receiver_request(j)->url, "other") &&
				!receiver_request(j)->answered) {
				receiver_answer(j, 200, NULL, NULL);
				others++;
			}
		room_turn(room);
	}
	assert_int_equal(others, 200);
	assert_int_equal(receiver_waiting(), 2);
	assert_int_equal(room_figures(room).pending, 200);
}

static void test_concurrency_is_bounded_and_used(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 300; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 150; i++) {
		assert_int_equal(receiver_waiting(), 2);
		receiver_answer_all(200);
		room_turn(room);
	}
	assert_int_equal(receiver_waiting(), 0);
	assert_int_equal(receiver_count(), 300);
	assert_int_equal(room_figures(room).pending, 0);
}

static void test_rate_lets_so_many_go_and_the_rest_in_time(void **state)
{
	struct room *room = *state;

	room->hooks[0].concurrency = 64;
	room->hooks[0].rate = (struct rate){.count = 3, .span = 3 * USEC_MINUTE};
	room_set_hooks(room);
	for (unsigned i = 0; i < 10; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 3);
	receiver_answer_all(200);
	room_turn(room);
	assert_int_equal(receiver_count(), 3);
	assert_int_equal(outbox_idle(room->outbox), 0);
	for (unsigned i = 4; i <= 10; i++) {
		room_advance(room, USEC_MINUTE - 1);
		assert_int_equal(receiver_count(), i - 1);
		room_advance(room, 1);
		assert_int_equal(receiver_count(), i);
		receiver_answer_all(200);
		room_turn(room);
	}
	assert_int_equal(outbox_idle(room->outbox), 1);
}

static void test_retry_after_holds_the_whole_hook_back(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_add(room, NULL);
	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 429, "600", NULL);
	receiver_answer(1, 200, NULL, NULL);
	room_turn(room);
	room_advance(room, 599 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(outbox_idle(room->outbox), 1);
	room_advance(room, USEC_SEC);
	assert_int_equal(receiver_count(), 4);
}

static void test_410_disables_the_hook_until_one_is_sent_again(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	for (unsigned i = 0; i < 10; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 410, NULL, NULL);
	receiver_answer(1, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(room_figures(room).pending, 0);
	assert_int_equal(room_figures(room).dead, 9);
	assert_int_equal(room->failing, 1);
	delivery = newest(room);
	assert_non_null(strstr(delivery.error, "disabled"));
	free((char *)delivery.error);
	room_set_hooks(room);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(receiver_count(), 3);
}

static void test_dead_letter_after_retry_for(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	room_add(room, "s1");
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 1000 && room_figures(room).pending > 0; i++) {
		receiver_answer_all(500);
		room_turn(room);
		(void)fake_clock_next(room->clock, USEC_DAY);
		room_turn(room);
	}
	assert_int_equal(room_figures(room).dead, 1);
	assert_true(clock_now(room->clock) >= NOON + 3 * USEC_DAY);
	assert_true(clock_now(room->clock) < NOON + 4 * USEC_DAY);
	assert_true(receiver_count() > 14);
	delivery = newest(room);
	assert_int_equal(delivery.state, DELIVERY_DEAD);
	assert_int_equal(delivery.attempts, receiver_count());
	assert_non_null(strstr(delivery.error, "HTTP 500"));
	free((char *)delivery.error);
}

static void test_failing_hook_is_probed_by_one_at_a_time(void **state)
{
	struct room *room = *state;
	size_t before;

	for (unsigned i = 0; i < 50; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 3; i++) {
		receiver_answer_all(502);
		room_turn(room);
	}
	assert_int_equal(room->failing, 1);
	assert_non_null(strstr(room->words, "HTTP 502"));
	assert_int_equal(receiver_waiting(), 0);
	before = receiver_count();
	room_advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), before + 1);
	receiver_answer_all(502);
	room_turn(room);
	room_advance(room, 10 * USEC_SEC - 1);
	assert_int_equal(receiver_count(), before + 1);
	room_advance(room, 1);
	assert_int_equal(receiver_count(), before + 2);
	receiver_answer_all(200);
	room_turn(room);
	assert_int_equal(room->recovered, 1);
	assert_int_equal(room->failing, 1);
	assert_int_equal(receiver_waiting(), 2);
}

static void test_what_may_go_again_while_the_outbox_looks_is_not_passed_over(void **state)
{
	struct room *room = *state;

	room->hooks[0].rate = (struct rate){.count = 1, .span = 100 * USEC_MSEC};
	room_set_hooks(room);
	fake_clock_set_cost(room->clock, USEC_MSEC);
	/* What wakes it comes at any time: once the pause ends between two looks. */
	for (unsigned i = 0; i < 120; i++) {
		room_add(room, NULL);
		room_add(room, NULL);
		room_commit_and_wake(room);
		receiver_answer_all(200);
		room_turn(room);
		room_advance(room, i * USEC_MSEC);
		outbox_wake(room->outbox);
		room_turn(room);
		for (unsigned k = 0; k < 3; k++) {
			receiver_answer_all(200);
			room_turn(room);
			room_advance(room, 200 * USEC_MSEC);
		}
		assert_int_equal(receiver_count(), 2 * (i + 1));
	}
}

static void test_probes_are_never_further_apart_than_the_bound(void **state)
{
	struct room *room = *state;
	size_t before;

	for (unsigned i = 0; i < 200; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 60; i++) {
		receiver_answer_all(500);
		room_turn(room);
		(void)fake_clock_next(room->clock, USEC_HOUR);
		room_turn(room);
	}
	receiver_answer_all(500);
	room_turn(room);
	before = receiver_count();
	room_advance(room, LANE_HELD_MAX);
	assert_true(receiver_count() > before);
}

static void test_backlog_of_a_dead_hook_ends_with_retry_for(void **state)
{
	struct room *room = *state;

	room->hooks[0].retry_for = USEC_HOUR;
	room_set_hooks(room);
	for (unsigned i = 0; i < 1500; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 500 && clock_now(room->clock) < NOON + USEC_HOUR; i++) {
		receiver_answer_all(500);
		room_turn(room);
		assert_int_equal(room_figures(room).dead, 0);
		(void)fake_clock_next(room->clock, USEC_HOUR);
		room_turn(room);
	}
	room_advance(room, LANE_HELD_MAX);
	receiver_answer_all(500);
	room_turn(room);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 0);
	assert_int_equal(room_figures(room).dead, 1500);
	assert_true(receiver_count() < 200);
}

static void test_refused_alerts_do_not_stop_the_others(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 20; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 10; i++) {
		receiver_answer_all(422);
		room_turn(room);
	}
	assert_true(receiver_count() >= 20);
	assert_int_equal(room_figures(room).pending, 20);
}

static void test_store_that_cannot_commit_makes_no_second_post(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer(0, 200, NULL, NULL);
	store_rollback(room->store);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 1);
	assert_int_equal(outbox_idle(room->outbox), 0);
	outbox_wake(room->outbox);
	room_turn(room);
	assert_int_equal(receiver_count(), 1);
	room_advance(room, RECORDER_RETRY);
	assert_int_equal(room_figures(room).pending, 0);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
}

static void test_nothing_is_sent_before_wake(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(receiver_count(), 0);
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
}

static void test_completion_brings_no_alert_before_its_commit(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	room_add(room, NULL);
	receiver_answer(0, 200, NULL, NULL);
	for (unsigned i = 0; i < 8; i++)
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(receiver_count(), 1);
	store_rollback(room->store);
	room_turn(room);
	assert_int_equal(receiver_count(), 1);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(1)->body, "{\"number\":3}");
}

static void test_what_was_fetched_goes_on_while_writes_wait(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < LANE_QUEUE; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	while (receiver_waiting() > 0) {
		receiver_answer_all(200);
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	}
	/* All of them without a commit between. */
	assert_int_equal(receiver_count(), LANE_QUEUE);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 0);
}

static void test_attempts_in_flight_stay_pending_at_the_end(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	room_close(room);
	assert_true(receiver_request(0)->cancelled);
	room_open(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->id, receiver_request(1)->id);
}

static void test_reload_lets_attempts_end_with_the_old_settings(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_commit_and_wake(room);
	room->hooks[0].url = "https://new.example/";
	room_set_hooks(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 1);
	assert_false(receiver_request(0)->cancelled);
	receiver_answer(0, 410, NULL, NULL); /* of the old address: the new one is not disabled */
	room_turn(room);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_string_equal(receiver_request(1)->url, "https://new.example/");
	/* What it was for goes there, too. */
	assert_int_equal(room_figures(room).dead, 0);
	room_advance(room, 5 * USEC_SEC);
	assert_string_equal(receiver_request(2)->url, "https://new.example/");
	assert_string_equal(receiver_request(2)->body, "{\"number\":1}");
}

static void test_hook_that_is_gone_keeps_its_deliveries_until_it_is_back(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	room_add(room, NULL);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(outbox_set_hooks(room->outbox, &room->hooks[1], 1), 0);
	receiver_answer_all(200);
	room_turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(room_figures(room).pending, 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
	room_set_hooks(room);
	room_turn(room);
	assert_int_equal(receiver_count(), 3);
}

static void test_operator_drops_what_is_in_flight(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	room_add(room, "s1");
	room_add(room, "s1");
	room_commit_and_wake(room);
	delivery = newest(room);
	assert_int_equal(outbox_drop(room->outbox, delivery.id - 1), 0);
	room_turn(room);
	assert_true(receiver_request(0)->cancelled);
	/* What waited behind it goes now. */
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(1)->body, "{\"number\":2}");
	assert_int_equal(outbox_drop(room->outbox, 4711), -ENOENT);
	assert_int_equal(outbox_retry(room->outbox, 4711), -ENOENT);
}

static void test_operator_retries_now(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	room_add(room, NULL);
	room_commit_and_wake(room);
	for (unsigned i = 0; i < 3; i++) {
		receiver_answer_all(500);
		room_turn(room);
		(void)fake_clock_next(room->clock, USEC_MINUTE);
		room_turn(room);
	}
	receiver_answer_all(500);
	room_turn(room);
	delivery = newest(room);
	free((char *)delivery.error);
	assert_int_equal(receiver_waiting(), 0);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(receiver_waiting(), 1);
	/* Again while it is being tried: nothing more happens. */
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(receiver_waiting(), 1);
	/* And before it is committed that it failed. */
	receiver_answer_all(400);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(receiver_waiting(), 1);
}

/* A delivery that was given up after RetryFor=; the hook is down still. */
static struct delivery dead_letter(struct room *room)
{
	struct delivery delivery;

	for (unsigned i = 0; i < LANE_FAILURES_MAX; i++)
		room_add(room, NULL);
	room_commit_and_wake(room);
	while (room_figures(room).dead < LANE_FAILURES_MAX) {
		receiver_answer_all(500);
		room_turn(room);
		room_advance(room, USEC_HOUR);
	}
	delivery = newest(room);
	free((char *)delivery.error);
	assert_int_equal(delivery.state, DELIVERY_DEAD);
	return delivery;
}

static void test_retry_for_begins_anew_for_what_the_operator_sends_again(void **state)
{
	struct room *room = *state;
	struct delivery delivery = dead_letter(room);

	/* Held, as after a failure of just now: nothing goes, and nothing is given up. */
	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer_all(500);
	room_turn(room);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(room_figures(room).pending, 2);
	assert_int_equal(room_figures(room).dead, LANE_FAILURES_MAX - 1);
	for (unsigned i = 0; i < 3; i++) {
		room_advance(room, LANE_HELD_MAX);
		receiver_answer_all(500);
		room_turn(room);
	}
	assert_int_equal(room_figures(room).dead, LANE_FAILURES_MAX - 1);
}

static void test_what_is_delivered_is_not_given_up(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	room_add(room, NULL);
	room_commit_and_wake(room);
	receiver_answer_all(200);
	room_turn(room);
	delivery = newest(room);
	assert_int_equal(outbox_drop(room->outbox, delivery.id), -EALREADY);
	assert_int_equal(newest(room).state, DELIVERY_DELIVERED);
}

static void test_nothing_is_sent_again_to_a_hook_that_is_gone(void **state)
{
	struct room *room = *state;
	struct delivery delivery = dead_letter(room);

	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks + 1, 1), 0);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), -EHOSTUNREACH);
	room_turn(room);
	assert_int_equal(room_figures(room).dead, LANE_FAILURES_MAX);
	assert_int_equal(outbox_drop(room->outbox, delivery.id), 0);
	room_turn(room);
	assert_int_equal(room_figures(room).dead, LANE_FAILURES_MAX - 1);
}

static void test_memory_that_is_short_costs_a_pause(void **state)
{
	struct room *room = *state;

	room_add(room, NULL);
	receiver_refuse_next();
	room_commit_and_wake(room);
	assert_int_equal(receiver_count(), 0);
	assert_int_equal(room_figures(room).pending, 1);
	room_advance(room, LANE_STORE_RETRY);
	assert_int_equal(receiver_count(), 1);
}

static void test_no_timer_is_set_where_nothing_waits(void **state)
{
	struct room *room = *state;

	room_turn(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
	room_add(room, NULL);
	room_commit_and_wake(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
	receiver_answer(0, 200, NULL, NULL);
	room_turn(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_alert_is_delivered_once),
		ROOM_TEST(test_failure_is_tried_again_with_the_same_id),
		ROOM_TEST(test_what_falls_due_while_the_outbox_looks_is_not_passed_over),
		ROOM_TEST(test_events_of_one_story_stay_in_order),
		ROOM_TEST(test_order_is_kept_across_a_restart),
		ROOM_TEST(test_slow_hook_delays_no_other),
		ROOM_TEST(test_concurrency_is_bounded_and_used),
		ROOM_TEST(test_rate_lets_so_many_go_and_the_rest_in_time),
		ROOM_TEST(test_retry_after_holds_the_whole_hook_back),
		ROOM_TEST(test_410_disables_the_hook_until_one_is_sent_again),
		ROOM_TEST(test_dead_letter_after_retry_for),
		ROOM_TEST(test_failing_hook_is_probed_by_one_at_a_time),
		ROOM_TEST(test_what_may_go_again_while_the_outbox_looks_is_not_passed_over),
		ROOM_TEST(test_probes_are_never_further_apart_than_the_bound),
		ROOM_TEST(test_backlog_of_a_dead_hook_ends_with_retry_for),
		ROOM_TEST(test_refused_alerts_do_not_stop_the_others),
		ROOM_TEST(test_store_that_cannot_commit_makes_no_second_post),
		ROOM_TEST(test_nothing_is_sent_before_wake),
		ROOM_TEST(test_completion_brings_no_alert_before_its_commit),
		ROOM_TEST(test_what_was_fetched_goes_on_while_writes_wait),
		ROOM_TEST(test_attempts_in_flight_stay_pending_at_the_end),
		ROOM_TEST(test_reload_lets_attempts_end_with_the_old_settings),
		ROOM_TEST(test_hook_that_is_gone_keeps_its_deliveries_until_it_is_back),
		ROOM_TEST(test_operator_drops_what_is_in_flight),
		ROOM_TEST(test_operator_retries_now),
		ROOM_TEST(test_retry_for_begins_anew_for_what_the_operator_sends_again),
		ROOM_TEST(test_what_is_delivered_is_not_given_up),
		ROOM_TEST(test_nothing_is_sent_again_to_a_hook_that_is_gone),
		ROOM_TEST(test_memory_that_is_short_costs_a_pause),
		ROOM_TEST(test_no_timer_is_set_where_nothing_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
