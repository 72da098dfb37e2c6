/*
 * Runs real commands: an exec hook is about processes.  None sleeps longer than it is let live.
 * Most is run twice: by the daemon itself, and by the runner of a unit, which makes no difference.
 */
#include "notify/exec_hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <event2/event.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "activator.h"
#include "base/utf8.h"
#include "notify/exec_child.h"
#include "notify/exec_run.h"
#include "notify/exec_runner.h"
#include "support/fake_clock.h"

enum {
	SECONDS_MAX = 20, /* of one test */
};

struct room {
	struct event_base *base;
	struct clock *clock; /* the system's, or the fake one */
	struct clock *system;
	struct clock *fake;
	char file[64]; /* for what a command writes */
	struct outcome outcome;
	char words[OUTCOME_WORDS_BYTES];
	unsigned calls;
	struct attempt *attempt;
	const char *user; /* NULL: our own */
	bool in_unit;
	struct activator activator;
	struct hook hook;
};

static const struct alert alert = {
	.id = {"01KAJ4XG00ARTCCE0000000001"},
	.type = EVENT_STORY_NEW,
	.topic = "dprk-arms",
	.story = "01KAJ4XG00STRYCCE000000001",
	.title = "One\ntitle; rm -rf / $(reboot)",
	.url = "https://example.org/--help",
	.feed = "ap-world",
	.relation = "new",
	.event = "{\"type\":\"story.new\"}",
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	int fd;

	assert_non_null(room);
	room->base = event_base_new();
	assert_int_equal(clock_new_system(room->base, &room->system), 0);
	room->fake = fake_clock_new(USEC_DAY);
	room->clock = room->system;
	(void)snprintf(room->file, sizeof(room->file), "/tmp/wirewatch-exec-XXXXXX");
	fd = mkstemp(room->file);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)alarm(SECONDS_MAX);
	*state = room;
	return 0;
}

static int set_up_unit(void **state)
{
	struct room *room;

	(void)set_up(state);
	room = *state;
	room->in_unit = true;
	activator_open(&room->activator, room->base);
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	(void)alarm(0);
	if (room->in_unit) {
		assert_true(room->activator.connections > 0);
		activator_close(&room->activator);
	}
	(void)unlink(room->file);
	clock_free_system(room->system);
	fake_clock_free(room->fake);
	event_base_free(room->base);
	free(room);
	return 0;
}

static void on_done(const struct outcome *outcome, void *userdata)
{
	struct room *room = userdata;

	room->outcome = *outcome;
	if (outcome->words)
		(void)snprintf(room->words, sizeof(room->words), "%s", outcome->words);
	room->calls++;
	(void)event_base_loopbreak(room->base);
}

static void start_command(struct room *room, const char **argv, usec timeout)
{
	struct notifier_context context = {.base = room->base, .clock = room->clock};

	room->hook = (struct hook){.name = "run",
		.kind = HOOK_EXEC,
		.timeout = timeout,
		.argv = argv,
		.socket = room->in_unit ? room->activator.path : NULL,
		.user = room->user};
	assert_int_equal(
		exec_notifier.start(&context, &room->hook, &alert, on_done, room, &room->attempt),
		0);
	assert_int_equal(room->calls, 0);
}

static void start_script(struct room *room, const char *script, usec timeout)
{
	const char *argv[] = {"/bin/sh", "-c", script, "sh", room->file, NULL};

	start_command(room, argv, timeout);
}

static void run_script(struct room *room, const char *script)
{
	start_script(room, script, USEC_MINUTE);
	(void)event_base_dispatch(room->base);
	assert_int_equal(room->calls, 1);
}

static char *content_of(const struct room *room)
{
	static char content[65536];
	_cleanup_(fclosep) FILE *file = fopen(room->file, "r");

	assert_non_null(file);
	content[fread(content, 1, sizeof(content) - 1, file)] = '\0';
	return content;
}

static void test_exit_status_0_delivers(void **state)
{
	struct room *room = *state;

	run_script(room, "exit 0");
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
}

static void test_exit_status_75_is_tried_again(void **state)
{
	struct room *room = *state;

	run_script(room, "exit 75");
	assert_int_equal(room->outcome.kind, OUTCOME_RETRY);
	assert_non_null(strstr(room->words, "75"));
}

static void test_other_exit_status_fails_with_the_end_of_stderr(void **state)
{
	struct room *room = *state;

	run_script(room, "echo first line >&2; echo the disk is full >&2; exit 3");
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_false(room->outcome.unwell);
	assert_string_equal(room->words,
		"the command failed with exit status 3; it said: first line the disk is full");
}

static void test_signal_is_named(void **state)
{
	struct room *room = *state;

	run_script(room, "kill -SEGV $$");
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_non_null(strstr(room->words, "SIGSEGV"));
}

static void test_event_is_standard_input(void **state)
{
	struct room *room = *state;

	run_script(room, "cat >\"$1\"");
	assert_string_equal(content_of(room), alert.event);
}

static void test_longest_event_is_read_whole_and_cannot_be_changed(void **state)
{
	struct room *room = *state;
	struct alert longest = alert;
	struct notifier_context context = {.base = room->base, .clock = room->clock};
	const char *argv[] = {"/bin/sh", "-c",
		"cat >\"$1\"; echo x 2>/dev/null >&0 || echo x >/proc/self/fd/0", "sh", room->file,
		NULL};
	char event[EVENT_BYTES_MAX];

	memset(event, 'x', sizeof(event) - 1);
	event[sizeof(event) - 1] = '\0';
	longest.event = event;
	room->hook = (struct hook){.name = "run",
		.kind = HOOK_EXEC,
		.timeout = USEC_MINUTE,
		.argv = argv,
		.socket = room->in_unit ? room->activator.path : NULL};
	assert_int_equal(
		exec_notifier.start(&context, &room->hook, &longest, on_done, room, &room->attempt),
		0);
	(void)event_base_dispatch(room->base);
	assert_string_equal(content_of(room), event);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
}

static void test_command_that_reads_nothing_is_not_waited_for(void **state)
{
	struct room *room = *state;

	run_script(room, "exec <&-; exit 0");
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
}

static void test_arguments_are_the_administrators_alone(void **state)
{
	struct room *room = *state;

	run_script(room, "tr '\\0' '\\n' </proc/$$/cmdline >\"$1\"");
	assert_null(strstr(content_of(room), "rm -rf"));
	assert_null(strstr(content_of(room), "--help"));
}

static void test_command_runs_as_another_user_with_its_groups(void **state)
{
	struct room *room = *state;

	room->user = "nobody";
	if (geteuid() != 0) {
		run_script(room, "exit 0");
		assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
		assert_non_null(strstr(room->words, "may not become the user nobody"));
		return;
	}
	assert_int_equal(chmod(room->file, 0666), 0);
	run_script(room,
		"id -un >\"$1\"; id -G >>\"$1\"; grep -E '^(Uid|Gid)' /proc/$$/status "
		">>\"$1\"");
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
	assert_int_equal(strncmp(content_of(room), "nobody\n65534\n", 13), 0);
	assert_non_null(strstr(content_of(room), "Uid:\t65534\t65534\t65534\t65534\n"));
	assert_non_null(strstr(content_of(room), "Gid:\t65534\t65534\t65534\t65534\n"));
}

static void test_user_who_is_not_there_is_told(void **state)
{
	struct room *room = *state;

	room->user = "no-such-user";
	run_script(room, "exit 0");
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_non_null(strstr(room->words, "there is no user no-such-user; correct User="));
}

static void test_environment_is_clean_and_carries_the_alert(void **state)
{
	struct room *room = *state;

	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/run/secret", 1), 0);
	run_script(room, "env >\"$1\"");
	assert_null(strstr(content_of(room), "CREDENTIALS_DIRECTORY"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_TYPE=story.new\n"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_TOPIC=dprk-arms\n"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_STORY=01KAJ4XG00STRYCCE000000001\n"));
	assert_non_null(
		strstr(content_of(room), "WIREWATCH_TITLE=One title; rm -rf / $(reboot)\n"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_URL=https://example.org/--help\n"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_FEED=ap-world\n"));
	assert_non_null(strstr(content_of(room), "WIREWATCH_RELATION=new\n"));
	assert_non_null(
		strstr(content_of(room), "WIREWATCH_ALERT_ID=01KAJ4XG00ARTCCE0000000001\n"));
	assert_non_null(strstr(content_of(room), "PATH=/usr/local/sbin:"));
}

static void test_no_descriptor_but_the_three_is_inherited(void **state)
{
	struct room *room = *state;
	int leak = dup(STDERR_FILENO);

	assert_true(leak >= 0);
	run_script(room, "ls /proc/self/fd | tr '\\n' ' ' >\"$1\"");
	(void)close(leak);
	/* ls has its own for the folder. */
	assert_string_equal(content_of(room), "0 1 2 3 ");
}

static void test_command_leads_a_group_of_its_own(void **state)
{
	struct room *room = *state;

	long leader;
	long group;

	/* proc(5): the fifth field of stat. */
	run_script(room, "cut -d' ' -f5 /proc/$$/stat >\"$1\"; echo $$ >>\"$1\"");
	group = strtol(content_of(room), NULL, 10);
	leader = strtol(strchr(content_of(room), '\n') + 1, NULL, 10);
	assert_int_equal(group, leader);
	assert_int_not_equal(group, getpgrp());
}

static void test_signals_are_as_a_command_expects_them(void **state)
{
	struct room *room = *state;
	const char *ignored;
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	run_script(room, "grep -E '^Sig(Blk|Ign)' /proc/self/status >\"$1\"");
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	assert_non_null(strstr(content_of(room), "SigBlk:\t0000000000000000\n"));
	/* 32 and 33 are the C library's own, which its posix_spawn() leaves ignored. */
	ignored = strstr(content_of(room), "SigIgn:\t");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + strlen("SigIgn:\t"), NULL, 16) & 0x7FFFFFFF, 0);
}

static void test_limits_are_set(void **state)
{
	struct room *room = *state;

	/* They are set from outside: a new program, a moment later, has them for certain. */
	run_script(room, "sleep 0.2; cat /proc/self/limits >\"$1\"");
	assert_non_null(strstr(content_of(room), "Max core file size        0 "));
	assert_non_null(strstr(content_of(room), "Max open files            1024 "));
	assert_non_null(strstr(content_of(room), "Max cpu time              121 "));
	assert_non_null(strstr(content_of(room), "Max file size             1073741824 "));
}

static void test_command_that_is_not_there_fails_with_the_reason(void **state)
{
	const char *argv[] = {"/nonexistent/hook", NULL};
	struct room *room = *state;

	start_command(room, argv, USEC_MINUTE);
	(void)event_base_dispatch(room->base);
	assert_int_equal(room->calls, 1);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_true(room->outcome.unwell);
	assert_string_equal(room->words,
		"the command /nonexistent/hook cannot be started: "
		"No such file or directory; correct Command=");
}

/* Turns until the file has something: the command is under way, and who started it has said so. */
static void wait_for_file(struct room *room)
{
	while (content_of(room)[0] == '\0') {
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
		(void)usleep(1000);
	}
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
}

/* Whether it is gone, or a zombie that init has not reaped yet. */
static bool is_ended(pid_t pid)
{
	char path[64];
	char text[256] = "";
	_cleanup_(fclosep) FILE *file = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	return !file || !fgets(text, sizeof(text), file) || strstr(text, ") Z ");
}

static void assert_ended(pid_t pid)
{
	for (unsigned i = 0; i < 1000 && !is_ended(pid); i++)
		(void)usleep(1000);
	assert_true(is_ended(pid));
}

static void test_time_out_ends_the_group_by_term(void **state)
{
	struct room *room = *state;

	room->clock = room->fake;
	start_script(room, "sleep 1000 & echo $! >\"$1\"; wait", 30 * USEC_SEC);
	wait_for_file(room);
	fake_clock_advance(room->fake, 30 * USEC_SEC);
	(void)event_base_dispatch(room->base);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_non_null(strstr(room->words, "Timeout="));
	/* The grandchild went too. */
	assert_ended((pid_t)strtol(content_of(room), NULL, 10));
}

static void test_command_that_ignores_term_is_killed(void **state)
{
	struct room *room = *state;

	room->clock = room->fake;
	start_script(
		room, "trap '' TERM; echo up >\"$1\"; while :; do sleep 0.05; done", 30 * USEC_SEC);
	wait_for_file(room);
	fake_clock_advance(room->fake, 30 * USEC_SEC);
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(room->calls, 0);
	fake_clock_advance(room->fake, EXEC_TERM_GRACE);
	(void)event_base_dispatch(room->base);
	assert_int_equal(room->calls, 1);
	assert_non_null(strstr(room->words, "Timeout="));
}

static void test_what_the_command_leaves_behind_is_ended(void **state)
{
	struct room *room = *state;

	run_script(room, "sleep 1000 & echo $! >\"$1\"");
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
	assert_ended((pid_t)strtol(content_of(room), NULL, 10));
}

static void test_flood_on_stderr_is_read_and_bounded(void **state)
{
	struct room *room = *state;

	run_script(room, "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo END >&2; exit 1");
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_true(strlen(room->words) < EXEC_STDERR_BYTES + 100);
	assert_string_equal(room->words + strlen(room->words) - 4, "xEND");
	assert_non_null(strstr(room->words, "it said: …x"));
}

static void test_cancel_ends_the_command_without_a_callback(void **state)
{
	struct room *room = *state;
	int status;

	start_script(room, "echo $$ >\"$1\"; exec sleep 1000", USEC_MINUTE);
	wait_for_file(room);
	exec_notifier.cancel(room->attempt);
	assert_int_equal(waitpid(-1, &status, 0), strtol(content_of(room), NULL, 10));
	assert_true(WIFSIGNALED(status));
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	assert_int_equal(room->calls, 0);
}

static size_t open_files(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	(void)closedir(directory);
	return count;
}

static void test_no_descriptor_is_left(void **state)
{
	const char *argv[] = {"/nonexistent/hook", NULL};
	struct room *room = *state;
	size_t before;

	run_script(room, "exit 0");
	before = open_files();
	for (unsigned i = 0; i < 20; i++) {
		room->calls = 0;
		run_script(room, "exit 1");
		room->calls = 0;
		start_command(room, argv, USEC_MINUTE);
		(void)event_base_dispatch(room->base);
	}
	assert_int_equal(open_files(), before);
}

static void test_long_values_are_cut(void **state)
{
	struct alert lengthy = alert;
	struct arena *arena;
	char **environment;
	char *title;

	(void)state;
	assert_int_equal(arena_new(256 * 1024, &arena), 0);
	title = arena_alloc(arena, 3 * EXEC_VALUE_BYTES + 1);
	for (size_t i = 0; i < 3 * EXEC_VALUE_BYTES; i++)
		title[i] = "\xE2\x82\xAC"[i % 3];
	lengthy.title = title;
	lengthy.topic = NULL;
	assert_int_equal(exec_environment(&lengthy, arena, &environment), 0);
	for (size_t i = 0; environment[i]; i++) {
		assert_true(strlen(environment[i]) < EXEC_VALUE_BYTES + 32);
		assert_true(utf8_valid(environment[i], strlen(environment[i])));
		assert_null(strstr(environment[i], "WIREWATCH_TOPIC"));
	}
	arena_free(arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* The same by the daemon and by a unit's runner. */
#define TESTS(name)                                                                                \
	TEST(name),                                                                                \
	{                                                                                          \
#name " (in a unit)", name, set_up_unit, tear_down, NULL                           \
	}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TESTS(test_exit_status_0_delivers),
		TESTS(test_exit_status_75_is_tried_again),
		TESTS(test_other_exit_status_fails_with_the_end_of_stderr),
		TESTS(test_signal_is_named),
		TESTS(test_event_is_standard_input),
		TESTS(test_longest_event_is_read_whole_and_cannot_be_changed),
		TESTS(test_command_that_reads_nothing_is_not_waited_for),
		TESTS(test_arguments_are_the_administrators_alone),
		TESTS(test_command_runs_as_another_user_with_its_groups),
		TESTS(test_user_who_is_not_there_is_told),
		TESTS(test_environment_is_clean_and_carries_the_alert),
		TESTS(test_no_descriptor_but_the_three_is_inherited),
		TESTS(test_command_leads_a_group_of_its_own),
		TESTS(test_signals_are_as_a_command_expects_them),
		TESTS(test_limits_are_set),
		TESTS(test_command_that_is_not_there_fails_with_the_reason),
		TESTS(test_time_out_ends_the_group_by_term),
		TEST(test_command_that_ignores_term_is_killed),
		TESTS(test_what_the_command_leaves_behind_is_ended),
		TESTS(test_flood_on_stderr_is_read_and_bounded),
		TEST(test_cancel_ends_the_command_without_a_callback),
		TESTS(test_no_descriptor_is_left),
		TEST(test_long_values_are_cut),
	};
	_cleanup_(closep) int pidfd = pidfd_open(getpid(), 0);

	if (argc > 1 && strcmp(argv[1], EXEC_CHILD_ARGUMENT) == 0)
		return exec_child_main(argc, argv); /* as the daemon's main() */
	if (argc > 1 && strcmp(argv[1], EXEC_RUNNER_ARGUMENT) == 0)
		return exec_runner_main(STDIN_FILENO);
	if (pidfd < 0) {
		(void)fprintf(
			stderr, "skipped: no pidfd_open(2) here (valgrind 3.19, Linux 5.2)\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
