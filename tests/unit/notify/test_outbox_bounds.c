/*
 * What an outbox holds at most, what becomes of a hook that wants no more, and that a long backlog
 * of one hook keeps no other waiting; over a real store.
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

static struct store_figures figures_of(struct room *room)
{
	struct store_figures figures;

	assert_int_equal(store_figures(room->store, &figures), 0);
	return figures;
}

static void test_backlog_ends_at_its_bound_with_the_oldest(void **state)
{
	struct room *room = *state;

	room->hooks[0].max_backlog = 100;
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	for (unsigned i = 0; i < 100; i++)
		add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(figures_of(room).pending, 100);
	assert_int_equal(figures_of(room).dead, 0);
	assert_int_equal(room->failing, 0);
	/* Two hang at the receiver; the oldest behind them goes. */
	for (unsigned i = 0; i < 3; i++)
		add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(figures_of(room).pending, 100);
	assert_int_equal(figures_of(room).dead, 3);
	assert_int_equal(room->failing, 1);
	assert_non_null(strstr(room->words, "MaxBacklog="));
	/* Told once as long as it is full. */
	add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(figures_of(room).dead, 4);
	assert_int_equal(room->failing, 1);
	for (unsigned i = 0; i < 60; i++) {
		receiver_answer_all(200);
		turn(room);
	}
	assert_int_equal(figures_of(room).pending, 0);
	/* Of 104 those four were not sent: from the third on. */
	assert_int_equal(receiver_count(), 100);
	assert_string_equal(receiver_request(2)->body, "{\"number\":7}");
}

static void test_backlog_far_beyond_its_bound_is_trimmed_in_steps(void **state)
{
	struct room *room = *state;

	for (unsigned i = 0; i < 5 * LANE_RECORDING_MAX; i++)
		add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(figures_of(room).pending, 5 * LANE_RECORDING_MAX);
	room->hooks[0].max_backlog = 10; /* a reload */
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	for (unsigned i = 0; i < 10; i++)
		turn(room);
	assert_int_equal(figures_of(room).pending, 10);
	assert_int_equal(figures_of(room).dead, 5 * LANE_RECORDING_MAX - 10);
	assert_int_equal(room->failing, 1);
}

static void test_bound_of_one_hook_is_none_of_anothers(void **state)
{
	static const char *const both[] = {"desk", "other", NULL};
	struct room *room = *state;

	room->hooks[0].max_backlog = 5;
	assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
	for (unsigned i = 0; i < 50; i++)
		add_alert(room, NULL, both);
	commit_and_wake(room);
	assert_int_equal(figures_of(room).pending, 5 + 50);
	assert_int_equal(figures_of(room).dead, 45);
}

static void test_410_is_known_after_a_restart(void **state)
{
	struct room *room = *state;

	add(room, NULL);
	commit_and_wake(room);
	receiver_answer(0, 410, NULL, NULL);
	turn(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 1);
	close_all(room);
	open_all(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 1);
	add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(receiver_count(), 1);
	assert_int_equal(figures_of(room).dead, 2);
	/* One is sent again: the hook is enabled, across restarts too. */
	assert_int_equal(outbox_retry(room->outbox, 1), 0);
	turn(room);
	assert_int_equal(receiver_count(), 2);
	assert_int_equal(outbox_figures(room->outbox).disabled, 0);
	close_all(room);
	open_all(room);
	assert_int_equal(outbox_figures(room->outbox).disabled, 0);
}

static void test_410_ends_where_the_hook_leads_elsewhere(void **state)
{
	static const unsigned char secret[] = "0123456789abcdef01234567";
	struct room *room = *state;

	for (unsigned i = 0; i < 2; i++) {
		add(room, NULL);
		commit_and_wake(room);
		receiver_answer_all(410);
		turn(room);
		assert_int_equal(outbox_figures(room->outbox).disabled, 1);
		/* A reload without a change keeps it. */
		assert_int_equal(outbox_set_hooks(room->outbox, room->hooks, HOOKS), 0);
		assert_int_equal(outbox_figures(room->outbox).disabled, 1);
		close_all(room);
		if (i == 0) {
			room->hooks[0].url = "https://new.example/";
		} else {
			room->hooks[0].secret = secret;
			room->hooks[0].secret_length = sizeof(secret) - 1;
		}
		open_all(room);
		assert_int_equal(outbox_figures(room->outbox).disabled, 0);
	}
}

/* Ten thousand wait for a hook that hangs: another one's goes in the turn in which it came. */
static void test_deep_backlog_of_one_hook_delays_no_other(void **state)
{
	static const char *const other[] = {"other", NULL};
	struct room *room = *state;

	for (unsigned i = 0; i < 10000; i++)
		add(room, NULL);
	commit_and_wake(room);
	assert_int_equal(receiver_waiting(), 2);
	for (unsigned i = 0; i < 50; i++) {
		size_t before = receiver_count();

		add_alert(room, NULL, other);
		assert_int_equal(store_commit(room->store), 0);
		outbox_wake(room->outbox);
		assert_int_equal(receiver_count(), before + 1);
		assert_non_null(strstr(receiver_request(before)->url, "other"));
		receiver_answer(before, 200, NULL, NULL);
		turn(room);
	}
	assert_int_equal(receiver_waiting(), 2);
	assert_int_equal(figures_of(room).pending, 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_backlog_ends_at_its_bound_with_the_oldest),
		TEST(test_backlog_far_beyond_its_bound_is_trimmed_in_steps),
		TEST(test_bound_of_one_hook_is_none_of_anothers),
		TEST(test_410_is_known_after_a_restart),
		TEST(test_410_ends_where_the_hook_leads_elsewhere),
		TEST(test_deep_backlog_of_one_hook_delays_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
