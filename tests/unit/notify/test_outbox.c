/*
 * The outbox over a real store, with a clock and a receiver that the test moves.  A turn is what
 * the daemon does: events, then one commit.
 */
#include "notify/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>

#include "notify/lane.h"
#include "receiver.h"
#include "support/fake_clock.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

enum {
	HOOKS = 2,
	WORDS_BYTES = 256,
};

struct room {
	char directory[64];
	struct event_base *base;
	struct clock *clock;
	struct store *store;
	struct outbox *outbox;
	struct hook hooks[HOOKS];
	unsigned alerts;
	unsigned failing;
	unsigned recovered;
	char words[WORDS_BYTES];
};

static void on_health(const char *hook, const char *words, void *userdata)
{
	struct room *room = userdata;

	(void)hook;
	if (!words) {
		room->recovered++;
		return;
	}
	room->failing++;
	(void)snprintf(room->words, sizeof(room->words), "%s", words);
}

static void open_all(struct room *room)
{
	char *words = NULL;

	assert_int_equal(store_open(room->directory, &room->store, &words), 0);
	assert_int_equal(outbox_new(
				 &(struct outbox_options){
					 .base = room->base,
					 .clock = room->clock,
					 .store = room->store,
					 .on_health = on_health,
					 .userdata = room,
				 },
				 &room->outbox),
		0);
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
}

static void close_all(struct room *room)
{
	outbox_free(room->outbox);
	(void)store_commit(room->store);
	store_close(room->store);
}

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	(void)snprintf(room->directory, sizeof(room->directory), "/tmp/wirewatch-outbox-XXXXXX");
	assert_non_null(mkdtemp(room->directory));
	room->base = event_base_new();
	room->clock = fake_clock_new(NOON);
	for (size_t i = 0; i < HOOKS; i++)
		room->hooks[i] = (struct hook){
			.name = i == 0 ? "desk" : "other",
			.kind = HOOK_WEBHOOK,
			.timeout = 10 * USEC_SEC,
			.concurrency = 2,
			.retry_first = 5 * USEC_SEC,
			.retry_for = 3 * USEC_DAY,
			.url = i == 0 ? "https://desk.example/" : "https://other.example/",
		};
	open_all(room);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;
	char command[128];

	close_all(room);
	receiver_reset();
	fake_clock_free(room->clock);
	event_base_free(room->base);
	(void)snprintf(command, sizeof(command), "rm -r '%s'", room->directory);
	assert_int_equal(system(command), 0); /* NOLINT(bugprone-command-processor) */
	free(room);
	return 0;
}

/* Turns of the loop until nothing is left to do. */
static void turn(struct room *room)
{
	for (unsigned i = 0; i < 8; i++) {
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		assert_int_equal(store_commit(room->store), 0);
	}
}

static void add_alert(struct room *room, const char *story, const char *const *hooks)
{
	char text[8];
	struct digest digest;
	struct alert alert = {
		.type = EVENT_STORY_NEW,
		.time = clock_now(room->clock),
		.topic = "topic",
		.story = story,
		.title = "Title",
	};
	char event[64];

	(void)snprintf(text, sizeof(text), "%u", ++room->alerts);
	digest = digest_bytes(text, strlen(text));
	alert.id = id_make(alert.time, &digest);
	(void)snprintf(event, sizeof(event), "{\"number\":%u}", room->alerts);
	alert.event = event;
	assert_int_equal(store_alert_add(room->store, &alert, hooks), 0);
}

static void add(struct room *room, const char *story)
{
	static const char *const desk[] = {"desk", NULL};

	add_alert(room, story, desk);
}

/* Alerts come as the pipeline makes them: a commit, then outbox_wake(). */
static void commit_and_wake(struct room *room)
{
	assert_int_equal(store_commit(room->store), 0);
	outbox_wake(room->outbox);
	turn(room);
}

static void advance(struct room *room, usec duration)
{
	fake_clock_advance(room->clock, duration);
	turn(room);
}

static struct store_figures figures_of(struct room *room)
{
	struct store_figures figures;

	assert_int_equal(store_figures(room->store, &figures), 0);
	return figures;
}

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

	add(room, "s1");
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
	assert_string_equal(receiver_request(0)->body, "{\"number\":1}");
	assert_int_equal(outbox_idle(room->outbox), 0);
	assert_int_equal(outbox_figures(room->outbox).in_flight, 1);
	receiver_answer(0, 200, NULL, NULL);
	turn(room);
	advance(room, USEC_DAY);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
	assert_int_equal(outbox_figures(room->outbox).delivered, 1);
	assert_int_equal(figures_of(room).pending, 0);
}

static void test_failure_is_tried_again_with_the_same_id(void **state)
{
	struct room *room = *state;

	add(room, "s1");
	commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	turn(room);
	assert_int_equal(outbox_idle(room->outbox), 1);
	advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->id, receiver_request(1)->id);
	receiver_fail(1, "connection refused");
	turn(room);
	advance(room, 10 * USEC_SEC);
	assert_int_equal(receiver_count(), 3);
	receiver_answer(2, 200, NULL, NULL);
	turn(room);
	assert_int_equal(figures_of(room).pending, 0);
	assert_int_equal(outbox_figures(room->outbox).failed_attempts, 2);
}

static void test_what_falls_due_while_the_outbox_looks_is_not_passed_over(void **state)
{
	struct room *room = *state;

	room->hooks[0].retry_first = 100 * USEC_MSEC;
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	fake_clock_set_cost(room->clock, 5 * USEC_MSEC);
	/* The retry comes at a random time: some fall into a turn of the outbox. */
	for (unsigned i = 0; i < 80; i++) {
		add(room, NULL);
		commit_and_wake(room);
		receiver_answer_all(400);
		turn(room);
		advance(room, 300 * USEC_MSEC);
		assert_int_equal(receiver_count(), 2 * (i + 1));
		receiver_answer_all(200);
		turn(room);
	}
}

static void test_events_of_one_story_stay_in_order(void **state)
{
	struct room *room = *state;

	add(room, "s1");
	add(room, "s1");
	add(room, "s2");
	commit_and_wake(room);
	/* Two slots: the second event of s1 waits, that of s2 does not. */
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->body, "{\"number\":1}");
	assert_string_equal(receiver_request(1)->body, "{\"number\":3}");
	receiver_answer(1, 200, NULL, NULL);
	receiver_answer(0, 500, NULL, NULL);
	turn(room);
	assert_int_equal(receiver_count(), 2);
	advance(room, 5 * USEC_SEC);
	assert_string_equal(receiver_request(2)->body, "{\"number\":1}");
	receiver_answer(2, 200, NULL, NULL);
	turn(room);
	assert_int_equal(receiver_count(), 4);
	assert_string_equal(receiver_request(3)->body, "{\"number\":2}");
	receiver_answer(3, 200, NULL, NULL);
	turn(room);
	assert_int_equal(figures_of(room).pending, 0);
}

static void test_order_is_kept_across_a_restart(void **state)
{
	struct room *room = *state;

	add(room, "s1");
	add(room, "s1");
	commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	turn(room);
	close_all(room);
	open_all(room);
	turn(room);
	advance(room, 5 * USEC_SEC);
	assert_string_equal(receiver_request(1)->body, "{\"number\":1}");
	assert_int_equal(receiver_count(), 2);
	receiver_answer(1, 200, NULL, NULL);
	turn(room);
	assert_string_equal(receiver_request(2)->body, "{\"number\":2}");
}

static void test_slow_hook_delays_no_other(void **state)
{
	static const char *const both[] = {"desk", "other", NULL};
	struct room *room = *state;
	size_t others = 0;

	for (unsigned i = 0; i < 200; i++)
		add_alert(room, NULL, both);
	commit_and_wake(room);
	/* desk hangs; other answers. */
	for (unsigned i = 0; i < 200; i++) {
		for (size_t j = 0; j < receiver_count(); j++)
			if (strstr(receiver_request(j)->url, "other") &&
				!receiver_request(j)->answered) {
				receiver_answer(j, 200, NULL, NULL);
				others++;
			}
		turn(room);
	}
	assert_int_equal(others, 200);
	assert_int_equal(receiver_waiting(), 2);
	assert_int_equal(figures_of(room).pending, 200);
}

static void test_concurrency_is_bounded_and_used(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 300; i++)
		add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 150; i++) {
		assert_int_equal(receiver_waiting(), 2);
		receiver_answer_all(200);
		turn(room);
	}
	assert_int_equal(receiver_waiting(), 0);
	assert_int_equal(receiver_count(), 300);
	assert_int_equal(figures_of(room).pending, 0);
}

static void test_rate_lets_so_many_go_and_the_rest_in_time(void **state)
{
	struct room *room = *state;

	room->hooks[0].concurrency = 64;
	room->hooks[0].rate = (struct rate){.count = 3, .span = 3 * USEC_MINUTE};
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	for (unsigned i = 0; i < 10; i++)
		add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 3);
	receiver_answer_all(200);
	turn(room);
	assert_int_equal(receiver_count(), 3);
	assert_int_equal(outbox_idle(room->outbox), 0);
	for (unsigned i = 4; i <= 10; i++) {
		advance(room, USEC_MINUTE - 1);
		assert_int_equal(receiver_count(), i - 1);
		advance(room, 1);
		assert_int_equal(receiver_count(), i);
		receiver_answer_all(200);
		turn(room);
	}
	assert_int_equal(outbox_idle(room->outbox), 1);
}

static void test_retry_after_holds_the_whole_hook_back(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	add(room, NULL);
	add(room, NULL);
	commit_and_wake(room);
	receiver_answer(0, 429, "600", NULL);
	receiver_answer(1, 200, NULL, NULL);
	turn(room);
	advance(room, 599 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(outbox_idle(room->outbox), 1);
	advance(room, USEC_SEC);
	assert_int_equal(receiver_count(), 4);
}

static void test_410_disables_the_hook_until_one_is_sent_again(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	for (unsigned i = 0; i < 10; i++)
		add(room, NULL);
	commit_and_wake(room);
	receiver_answer(0, 410, NULL, NULL);
	receiver_answer(1, 200, NULL, NULL);
	turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(figures_of(room).pending, 0);
	assert_int_equal(figures_of(room).dead, 9);
	assert_int_equal(room->failing, 1);
	delivery = newest(room);
	assert_non_null(strstr(delivery.error, "disabled"));
	free((char *)delivery.error);
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	turn(room);
	assert_int_equal(receiver_count(), 3);
}

static void test_dead_letter_after_retry_for(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	add(room, "s1");
	commit_and_wake(room);
	for (unsigned i = 0; i < 1000 && figures_of(room).pending > 0; i++) {
		receiver_answer_all(500);
		turn(room);
		(void)fake_clock_next(room->clock, USEC_DAY);
		turn(room);
	}
	assert_int_equal(figures_of(room).dead, 1);
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
		add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 3; i++) {
		receiver_answer_all(502);
		turn(room);
	}
	assert_int_equal(room->failing, 1);
	assert_non_null(strstr(room->words, "HTTP 502"));
	assert_int_equal(receiver_waiting(), 0);
	before = receiver_count();
	advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), before + 1);
	receiver_answer_all(502);
	turn(room);
	advance(room, 10 * USEC_SEC - 1);
	assert_int_equal(receiver_count(), before + 1);
	advance(room, 1);
	assert_int_equal(receiver_count(), before + 2);
	receiver_answer_all(200);
	turn(room);
	assert_int_equal(room->recovered, 1);
	assert_int_equal(room->failing, 1);
	assert_int_equal(receiver_waiting(), 2);
}

static void test_probes_are_never_further_apart_than_the_bound(void **state)
{
	struct room *room = *state;
	size_t before;

	for (unsigned i = 0; i < 200; i++)
		add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 60; i++) {
		receiver_answer_all(500);
		turn(room);
		(void)fake_clock_next(room->clock, USEC_HOUR);
		turn(room);
	}
	receiver_answer_all(500);
	turn(room);
	before = receiver_count();
	advance(room, LANE_HELD_MAX);
	assert_true(receiver_count() > before);
}

static void test_backlog_of_a_dead_hook_ends_with_retry_for(void **state)
{
	struct room *room = *state;

	room->hooks[0].retry_for = USEC_HOUR;
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	for (unsigned i = 0; i < 1500; i++)
		add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 500 && clock_now(room->clock) < NOON + USEC_HOUR; i++) {
		receiver_answer_all(500);
		turn(room);
		assert_int_equal(figures_of(room).dead, 0);
		(void)fake_clock_next(room->clock, USEC_HOUR);
		turn(room);
	}
	advance(room, LANE_HELD_MAX);
	receiver_answer_all(500);
	turn(room);
	turn(room);
	assert_int_equal(figures_of(room).pending, 0);
	assert_int_equal(figures_of(room).dead, 1500);
	assert_true(receiver_count() < 200);
}

static void test_refused_alerts_do_not_stop_the_others(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 20; i++)
		add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 10; i++) {
		receiver_answer_all(422);
		turn(room);
	}
	assert_true(receiver_count() >= 20);
	assert_int_equal(room->failing, 0);
}

static void test_store_that_cannot_commit_makes_no_second_post(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	receiver_answer(0, 200, NULL, NULL);
	store_rollback(room->store);
	turn(room);
	assert_int_equal(figures_of(room).pending, 1);
	assert_int_equal(outbox_idle(room->outbox), 0);
	outbox_wake(room->outbox);
	turn(room);
	assert_int_equal(receiver_count(), 1);
	advance(room, RECORDER_RETRY);
	assert_int_equal(figures_of(room).pending, 0);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
}

static void test_nothing_is_sent_before_wake(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(receiver_count(), 0);
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
}

static void test_completion_brings_no_alert_before_its_commit(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	add(room, NULL);
	receiver_answer(0, 200, NULL, NULL);
	for (unsigned i = 0; i < 8; i++)
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(receiver_count(), 1);
	store_rollback(room->store);
	turn(room);
	assert_int_equal(receiver_count(), 1);
	add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(1)->body, "{\"number\":3}");
}

static void test_what_was_fetched_goes_on_while_writes_wait(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < LANE_QUEUE; i++)
		add(room, NULL);
	commit_and_wake(room);
	while (receiver_waiting() > 0) {
		receiver_answer_all(200);
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	}
	/* All of them without a commit between. */
	assert_int_equal(receiver_count(), LANE_QUEUE);
	turn(room);
	assert_int_equal(figures_of(room).pending, 0);
}

static void test_attempts_in_flight_stay_pending_at_the_end(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	close_all(room);
	assert_true(receiver_request(0)->cancelled);
	open_all(room);
	turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_string_equal(receiver_request(0)->id, receiver_request(1)->id);
}

static void test_reload_lets_attempts_end_with_the_old_settings(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	room->hooks[0].url = "https://new.example/";
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	turn(room);
	assert_int_equal(receiver_count(), 1);
	assert_false(receiver_request(0)->cancelled);
	receiver_answer(0, 410, NULL, NULL); /* of the old address: the new one is not disabled */
	turn(room);
	add(room, NULL);
	commit_and_wake(room);
	assert_string_equal(receiver_request(1)->url, "https://new.example/");
}

static void test_hook_that_is_gone_keeps_its_deliveries_until_it_is_back(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	add(room, NULL);
	add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(outbox_set_hooks(room->outbox, &room->hooks[1], 1), 0);
	receiver_answer_all(200);
	turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(figures_of(room).pending, 1);
	assert_int_equal(outbox_idle(room->outbox), 1);
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	turn(room);
	assert_int_equal(receiver_count(), 3);
}

static void test_clock_set_back_delays_nothing(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	receiver_answer(0, 500, NULL, NULL);
	turn(room);
	fake_clock_step(room->clock, -(int64_t)(30 * USEC_DAY));
	advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
	receiver_answer(1, 200, NULL, NULL);
	turn(room);
	assert_int_equal(figures_of(room).pending, 0);
}

static void test_clock_set_forward_makes_no_dead_letter(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	fake_clock_step(room->clock, (int64_t)(30 * USEC_DAY));
	receiver_answer(0, 500, NULL, NULL);
	turn(room);
	assert_int_equal(figures_of(room).dead, 0);
	advance(room, 5 * USEC_SEC);
	assert_int_equal(receiver_count(), 2);
}

static void test_operator_drops_what_is_in_flight(void **state)
{
	struct room *room = *state;
	struct delivery delivery;

	add(room, "s1");
	add(room, "s1");
	commit_and_wake(room);
	delivery = newest(room);
	assert_int_equal(outbox_drop(room->outbox, delivery.id - 1), 0);
	turn(room);
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

	add(room, NULL);
	commit_and_wake(room);
	for (unsigned i = 0; i < 3; i++) {
		receiver_answer_all(500);
		turn(room);
		(void)fake_clock_next(room->clock, USEC_MINUTE);
		turn(room);
	}
	receiver_answer_all(500);
	turn(room);
	delivery = newest(room);
	free((char *)delivery.error);
	assert_int_equal(receiver_waiting(), 0);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	turn(room);
	assert_int_equal(receiver_waiting(), 1);
	/* Again while it is being tried: nothing more happens. */
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	turn(room);
	assert_int_equal(receiver_waiting(), 1);
	/* And before it is committed that it failed. */
	receiver_answer_all(400);
	assert_int_equal(outbox_retry(room->outbox, delivery.id), 0);
	turn(room);
	assert_int_equal(receiver_waiting(), 1);
}

static void test_memory_that_is_short_costs_a_pause(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	receiver_refuse_next();
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 0);
	assert_int_equal(figures_of(room).pending, 1);
	advance(room, LANE_STORE_RETRY);
	assert_int_equal(receiver_count(), 1);
}

static void test_no_timer_is_set_where_nothing_waits(void **state)
{
	struct room *room = *state;

	turn(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
	add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
	receiver_answer(0, 200, NULL, NULL);
	turn(room);
	assert_int_equal(fake_clock_timers(room->clock), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alert_is_delivered_once),
		TEST(test_failure_is_tried_again_with_the_same_id),
		TEST(test_what_falls_due_while_the_outbox_looks_is_not_passed_over),
		TEST(test_events_of_one_story_stay_in_order),
		TEST(test_order_is_kept_across_a_restart),
		TEST(test_slow_hook_delays_no_other),
		TEST(test_concurrency_is_bounded_and_used),
		TEST(test_rate_lets_so_many_go_and_the_rest_in_time),
		TEST(test_retry_after_holds_the_whole_hook_back),
		TEST(test_410_disables_the_hook_until_one_is_sent_again),
		TEST(test_dead_letter_after_retry_for),
		TEST(test_failing_hook_is_probed_by_one_at_a_time),
		TEST(test_probes_are_never_further_apart_than_the_bound),
		TEST(test_backlog_of_a_dead_hook_ends_with_retry_for),
		TEST(test_refused_alerts_do_not_stop_the_others),
		TEST(test_store_that_cannot_commit_makes_no_second_post),
		TEST(test_nothing_is_sent_before_wake),
		TEST(test_completion_brings_no_alert_before_its_commit),
		TEST(test_what_was_fetched_goes_on_while_writes_wait),
		TEST(test_attempts_in_flight_stay_pending_at_the_end),
		TEST(test_reload_lets_attempts_end_with_the_old_settings),
		TEST(test_hook_that_is_gone_keeps_its_deliveries_until_it_is_back),
		TEST(test_clock_set_back_delays_nothing),
		TEST(test_clock_set_forward_makes_no_dead_letter),
		TEST(test_operator_drops_what_is_in_flight),
		TEST(test_operator_retries_now),
		TEST(test_memory_that_is_short_costs_a_pause),
		TEST(test_no_timer_is_set_where_nothing_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
