/* Reloads by steps, on a false clock: what is handed over, what is refused, who is told. */
#include "watch/reloader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "support/fake_clock.h"
#include "support/scratch.h"

#define START ((usec)1793534400 * USEC_SEC)

enum {
	TOPICS = 50,
};

struct room {
	char folder[SCRATCH_FOLDER_BYTES];
	char path[SCRATCH_PATH_BYTES];
	struct clock *clock;
	struct reloader *reloader;
	struct config *config; /* in force */
	struct matcher *matcher;
	bool refuses; /* to apply */
	unsigned ends;
	int told[2]; /* by which waiter; 1: not yet */
	size_t faults;
};

static void take(struct room *room, struct config *config, struct matcher *matcher)
{
	matcher_free(room->matcher);
	config_free(room->config);
	room->config = config;
	room->matcher = matcher;
}

static int apply(struct config *config, struct matcher *matcher, struct config_errors *errors,
	void *userdata)
{
	struct room *room = userdata;

	if (room->refuses) {
		matcher_free(matcher);
		config_free(config);
		config_errors_add(errors, NULL, 0, "it cannot be stored");
		return -EIO;
	}
	take(room, config, matcher);
	return 0;
}

static void on_ended(int r, const struct config_errors *errors, void *userdata)
{
	struct room *room = userdata;

	room->ends++;
	room->faults = errors->count;
	assert_int_equal(r<0, errors->count> 0);
}

static void on_done(int r, const struct config_errors *errors, void *userdata)
{
	int *told = userdata;

	(void)errors;
	assert_int_equal(*told, 1);
	*told = r;
}

/* A configuration with so many topics, and what is to stand behind them. */
static void write_config(struct room *room, unsigned topics, const char *more)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(64 * 1024);

	(void)buffer_add_string(&text, "[Daemon]\nJournal=no\n");
	for (unsigned i = 0; i < topics; i++)
		(void)buffer_printf(&text, "[Topic \"t%u\"]\nQuery=word%u\nNotify=\n", i, i);
	(void)buffer_add_string(&text, more);
	scratch_write(room->folder, "wirewatch.conf", buffer_string(&text));
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct reloader_options options = {.apply = apply, .ended = on_ended};

	assert_non_null(room);
	scratch_make(room->folder);
	scratch_path(room->folder, "wirewatch.conf", room->path);
	options.clock = room->clock = fake_clock_new(START);
	options.path = room->path;
	options.userdata = room;
	room->told[0] = room->told[1] = 1;
	write_config(room, TOPICS, "");
	assert_int_equal(reloader_new(&options, &room->reloader), 0);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	reloader_free(room->reloader);
	take(room, NULL, NULL);
	fake_clock_free(room->clock);
	scratch_remove(room->folder);
	free(room);
	return 0;
}

static void ask(struct room *room, size_t waiter)
{
	assert_int_equal(reloader_ask(room->reloader, on_done, &room->told[waiter]), 0);
}

/* One turn of the loop, in which each look at the clock costs a slice of compiling. */
static void turn(struct room *room)
{
	fake_clock_set_cost(room->clock, 10 * USEC_MSEC);
	assert_true(fake_clock_next(room->clock, USEC_SEC));
	fake_clock_set_cost(room->clock, 0);
}

static void settle(struct room *room)
{
	fake_clock_advance(room->clock, USEC_SEC);
}

static void test_pipe_is_refused_and_not_waited_for(void **state)
{
	struct room *room = *state;

	assert_int_equal(unlink(room->path), 0);
	assert_int_equal(mkfifo(room->path, 0600), 0);
	(void)alarm(60); /* where it waits */
	ask(room, 0);
	settle(room);
	(void)alarm(0);
	assert_int_equal(room->told[0], -EINVAL);
	assert_int_equal(room->faults, 1);
	assert_null(room->config);
}

static void test_a_configuration_is_made_ready_by_steps(void **state)
{
	struct room *room = *state;
	unsigned turns = 0;

	ask(room, 0);
	assert_int_equal(room->told[0], 1);
	for (; room->told[0] == 1; turns++) {
		assert_null(room->config); /* all of it at the end, or nothing */
		turn(room);
	}
	assert_int_equal(room->told[0], 0);
	assert_in_range(turns, TOPICS / 2, TOPICS + 1);
	assert_int_equal(room->config->topic_count, TOPICS);
	assert_non_null(room->matcher);
	assert_int_equal(room->ends, 1);
	assert_int_equal(fake_clock_timers(room->clock), 0);
}

static void test_a_faulty_one_leaves_all_as_it_was_and_tells_all_faults(void **state)
{
	struct room *room = *state;
	const struct config *running;

	ask(room, 0);
	settle(room);
	running = room->config;
	write_config(room, 1, "Colour=red\n[Topic \"x\"]\nQuery=a OR\nNotify=\n");
	room->told[0] = 1;
	ask(room, 0);
	settle(room);
	assert_int_equal(room->told[0], -EINVAL);
	assert_int_equal(room->faults, 2); /* of the file and of the query */
	assert_ptr_equal(room->config, running);
	/* It is no reason to refuse the next one. */
	write_config(room, 2, "");
	room->told[0] = 1;
	ask(room, 0);
	settle(room);
	assert_int_equal(room->told[0], 0);
	assert_int_equal(room->config->topic_count, 2);
}

/* With queries that are good, so that a matcher is made all the same. */
static void test_a_fault_beside_the_queries_is_enough(void **state)
{
	struct room *room = *state;

	write_config(room, TOPICS, "[Feed \"a\"]\nURL=https://example.org/\nPollIntervall=1h\n");
	ask(room, 0);
	settle(room);
	assert_int_equal(room->told[0], -EINVAL);
	assert_int_equal(room->faults, 1);
	assert_null(room->config);
}

static void test_one_that_cannot_be_applied_is_refused_with_the_reason(void **state)
{
	struct room *room = *state;

	room->refuses = true;
	ask(room, 0);
	settle(room);
	assert_int_equal(room->told[0], -EIO);
	assert_int_equal(room->faults, 1);
	assert_null(room->config);
}

static void test_who_asks_meanwhile_is_answered_by_another(void **state)
{
	struct room *room = *state;

	ask(room, 0);
	turn(room); /* the file is read */
	write_config(room, 3, "");
	ask(room, 1);
	while (room->told[0] == 1)
		turn(room);
	assert_int_equal(room->config->topic_count, TOPICS);
	assert_int_equal(room->told[1], 1);
	settle(room);
	assert_int_equal(room->told[1], 0);
	assert_int_equal(room->config->topic_count, 3);
	assert_int_equal(room->ends, 2);
}

static void test_several_who_ask_at_once_share_a_reload(void **state)
{
	struct room *room = *state;

	ask(room, 0);
	turn(room);
	ask(room, 1);
	reloader_forget(room->reloader, &room->told[0]);
	settle(room);
	assert_int_equal(room->told[0], 1); /* had left */
	assert_int_equal(room->told[1], 0);
	assert_int_equal(room->ends, 2);
	room->told[1] = 1;
	ask(room, 0);
	ask(room, 1);
	settle(room);
	assert_int_equal(room->told[0], 0);
	assert_int_equal(room->told[1], 0);
	assert_int_equal(room->ends, 3);
}

static void test_the_end_of_the_daemon_ends_the_wait(void **state)
{
	struct room *room = *state;

	ask(room, 0);
	turn(room);
	reloader_free(room->reloader);
	room->reloader = NULL;
	assert_int_equal(room->told[0], -ECANCELED);
	assert_int_equal(room->ends, 0);
	assert_int_equal(fake_clock_timers(room->clock), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_configuration_is_made_ready_by_steps),
		TEST(test_pipe_is_refused_and_not_waited_for),
		TEST(test_a_faulty_one_leaves_all_as_it_was_and_tells_all_faults),
		TEST(test_a_fault_beside_the_queries_is_enough),
		TEST(test_one_that_cannot_be_applied_is_refused_with_the_reason),
		TEST(test_who_asks_meanwhile_is_answered_by_another),
		TEST(test_several_who_ask_at_once_share_a_reload),
		TEST(test_the_end_of_the_daemon_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
