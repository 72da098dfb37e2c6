/* Units that do not do as they should, and runners that are asked for what they should not do. */
#include "notify/exec_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "activator.h"
#include "notify/exec_hook.h"
#include "notify/exec_message.h"
#include "notify/exec_runner.h"
#include "notify/transcript.h"
#include "support/fake_clock.h"

enum {
	SECONDS_MAX = 60, /* of one test */
	NOBODY = 65534,
};

struct room {
	struct event_base *base;
	struct clock *clock; /* the fake one */
	struct activator activator;
	struct hook hook;
	struct buffer transcript;
	struct attempt *attempt;
	struct outcome outcome;
	char words[OUTCOME_WORDS_BYTES];
	char file[64]; /* for what a command writes */
	unsigned calls;
};

static const struct alert alert = {
	.id = {"01KAJ4XG00ARTCCE0000000001"},
	.type = EVENT_STORY_NEW,
	.event = "{\"type\":\"story.new\"}",
};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	int fd;

	assert_non_null(room);
	room->base = event_base_new();
	room->clock = fake_clock_new(USEC_DAY);
	room->transcript = BUFFER_INIT(TRANSCRIPT_BYTES_MAX);
	activator_open(&room->activator, room->base);
	(void)snprintf(room->file, sizeof(room->file), "/tmp/wirewatch-unit-file-XXXXXX");
	fd = mkstemp(room->file);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)alarm(SECONDS_MAX);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	(void)alarm(0);
	(void)unlink(room->file);
	activator_close(&room->activator);
	fake_clock_free(room->clock);
	event_base_free(room->base);
	buffer_free(&room->transcript);
	free(room);
	return 0;
}

static void on_done(const struct outcome *outcome, void *userdata)
{
	struct room *room = userdata;

	room->outcome = *outcome;
	(void)snprintf(
		room->words, sizeof(room->words), "%s", outcome->words ? outcome->words : "");
	room->calls++;
	(void)event_base_loopbreak(room->base);
}

static void start(struct room *room, const char **argv)
{
	struct notifier_context context = {
		.base = room->base, .clock = room->clock, .transcript = &room->transcript};

	room->hook = (struct hook){.name = "run",
		.kind = HOOK_EXEC,
		.timeout = USEC_MINUTE,
		.argv = argv,
		.socket = room->activator.path};
	assert_int_equal(
		exec_notifier.start(&context, &room->hook, &alert, on_done, room, &room->attempt),
		0);
}

/* A command that leaves its mark in the room's file. */
static void start_marker(struct room *room)
{
	static const char *argv[] = {"/bin/sh", "-c", "echo run >>\"$1\"", "sh", NULL, NULL};

	argv[4] = room->file;
	start(room, argv);
}

static void run_marker(struct room *room)
{
	start_marker(room);
	(void)event_base_dispatch(room->base);
	assert_int_equal(room->calls, 1);
}

static off_t marks(const struct room *room)
{
	struct stat info;

	assert_int_equal(stat(room->file, &info), 0);
	return info.st_size / 4;
}

static bool transcript_has(const struct room *room, const char *words)
{
	return strstr(buffer_string(&room->transcript), words);
}

static void assert_not_run(const struct room *room)
{
	assert_int_equal(room->outcome.kind, OUTCOME_RETRY);
	assert_true(room->outcome.unwell);
	assert_non_null(strstr(room->words, "was not run"));
	assert_non_null(strstr(room->words, "journalctl -u"));
	assert_int_equal(marks(room), 0);
}

/* ---- what the unit does ---- */

static void test_command_runs_in_the_unit(void **state)
{
	struct room *room = *state;

	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
	assert_int_equal(room->activator.connections, 1);
	assert_int_equal(marks(room), 1);
	assert_true(transcript_has(room, "> (in a unit of its own"));
}

static void test_unit_that_does_not_start_is_tried_again(void **state)
{
	struct room *room = *state;

	room->activator.act = ACTIVATOR_DROP;
	run_marker(room);
	assert_not_run(room);
}

/* systemd is busy, or stopped in a debugger. */
static void test_socket_whose_queue_is_full_is_tried_again(void **state)
{
	struct room *room = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = evconnlistener_get_fd(room->activator.listener);
	int fds[8];
	size_t count = 0;

	memcpy(address.sun_path, room->activator.path, sizeof(room->activator.path));
	assert_int_equal(evconnlistener_disable(room->activator.listener), 0);
	assert_int_equal(listen(listener, 1), 0);
	do {
		assert_true(count < ARRAY_SIZE(fds));
		fds[count] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	} while (connect(fds[count++], (const struct sockaddr *)&address, sizeof(address)) == 0);
	run_marker(room);
	assert_not_run(room);
	assert_non_null(strstr(room->words, "Resource temporarily unavailable"));
	while (count-- > 0)
		(void)close(fds[count]);
}

static void test_unit_that_is_silent_is_waited_for_so_long(void **state)
{
	struct room *room = *state;

	room->activator.act = ACTIVATOR_HOLD;
	start_marker(room);
	while (room->activator.held < 0)
		(void)event_base_loop(room->base, EVLOOP_ONCE);
	fake_clock_advance(room->clock, EXEC_UNIT_START_MAX - 1);
	assert_int_equal(room->calls, 0);
	fake_clock_advance(room->clock, 1);
	assert_int_equal(room->calls, 1);
	assert_not_run(room);
}

/* One that comes late to the request finds nobody to tell, and leaves it. */
static void test_request_that_was_given_up_is_not_run(void **state)
{
	struct room *room = *state;

	room->activator.act = ACTIVATOR_HOLD;
	start_marker(room);
	while (room->activator.held < 0)
		(void)event_base_loop(room->base, EVLOOP_ONCE);
	fake_clock_advance(room->clock, EXEC_UNIT_START_MAX);
	assert_not_run(room);
	activator_run(&room->activator, room->activator.held);
	assert_true(waitpid(room->activator.runner, NULL, 0) > 0);
	room->activator.runner = 0;
	assert_int_equal(marks(room), 0);
}

static void say(struct room *room, size_t number, const struct exec_report *report)
{
	struct buffer buffer = BUFFER_INIT(EXEC_REPORT_BYTES_MAX);

	assert_int_equal(exec_report_write(report, &buffer), 0);
	room->activator.act = ACTIVATOR_SPEAK;
	room->activator.lengths[number] = buffer.length;
	room->activator.words[number] = buffer_take(&buffer);
}

static void forget(struct room *room)
{
	for (size_t i = 0; i < ARRAY_SIZE(room->activator.words); i++)
		free((void *)room->activator.words[i]);
}

static const struct exec_report taken = {.kind = EXEC_REPORT_TAKEN};

static void test_unit_that_is_lost_under_way_counts_as_a_failure(void **state)
{
	struct room *room = *state;

	say(room, 0, &taken);
	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_false(room->outcome.unwell);
	assert_non_null(strstr(room->words, "ended from outside"));
	forget(room);
}

static void test_refusal_is_quoted(void **state)
{
	struct room *room = *state;

	say(room, 0,
		&(struct exec_report){.kind = EXEC_REPORT_REFUSED, .words = "restart wirewatchd"});
	run_marker(room);
	assert_not_run(room);
	assert_non_null(strstr(room->words, "did not take it: restart wirewatchd;"));
	forget(room);
}

static void test_end_is_told_as_it_was(void **state)
{
	struct room *room = *state;

	say(room, 0, &taken);
	say(room, 1, &(struct exec_report){EXEC_REPORT_ENDED, CLD_EXITED, 3});
	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_string_equal(room->words, "the command failed with exit status 3");
	forget(room);
}

static void test_kill_points_to_the_limit_of_memory(void **state)
{
	struct room *room = *state;

	say(room, 0, &taken);
	say(room, 1, &(struct exec_report){EXEC_REPORT_ENDED, CLD_KILLED, SIGKILL});
	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_string_equal(room->words,
		"the command was killed by SIGKILL, perhaps for the MemoryMax= of its unit");
	forget(room);
}

static void test_nonsense_before_the_command_is_taken_is_no_run(void **state)
{
	struct room *room = *state;

	room->activator.act = ACTIVATOR_SPEAK;
	room->activator.words[0] = "\x7F nonsense";
	room->activator.lengths[0] = 10;
	run_marker(room);
	assert_not_run(room);
}

static void test_end_before_the_command_is_taken_is_no_run(void **state)
{
	struct room *room = *state;

	say(room, 0, &(struct exec_report){EXEC_REPORT_ENDED, CLD_EXITED, 0});
	run_marker(room);
	assert_not_run(room);
	forget(room);
}

static void test_command_that_is_taken_twice_is_a_failure(void **state)
{
	struct room *room = *state;

	say(room, 0, &taken);
	say(room, 1, &taken);
	say(room, 2, &(struct exec_report){EXEC_REPORT_ENDED, CLD_EXITED, 0});
	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	forget(room);
}

static void test_runner_that_hangs_is_given_up_after_its_grace(void **state)
{
	struct room *room = *state;
	char byte;

	say(room, 0, &taken);
	room->activator.holds = true;
	start_marker(room);
	while (room->activator.held < 0)
		(void)event_base_loop(room->base, EVLOOP_ONCE);
	(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	fake_clock_advance(room->clock, USEC_MINUTE - 1);
	assert_true(recv(room->activator.held, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
	fake_clock_advance(room->clock, 1);
	assert_int_equal(recv(room->activator.held, &byte, 1, MSG_DONTWAIT), 0);
	fake_clock_advance(room->clock, 2 * EXEC_TERM_GRACE - 1);
	assert_int_equal(room->calls, 0);
	fake_clock_advance(room->clock, 1);
	assert_int_equal(room->calls, 1);
	assert_int_equal(room->outcome.kind, OUTCOME_FAILED);
	assert_non_null(strstr(room->words, "Timeout="));
	forget(room);
}

static void test_cancel_ends_the_command(void **state)
{
	static const char *argv[] = {"/bin/sh", "-c",
		"trap 'echo end >>\"$1\"' TERM; sleep 1000 & echo run >>\"$1\"; wait", "sh", NULL,
		NULL};
	struct room *room = *state;

	argv[4] = room->file;
	start(room, argv);
	while (marks(room) == 0)
		(void)event_base_loop(room->base, EVLOOP_NONBLOCK);
	exec_notifier.cancel(room->attempt);
	assert_true(waitpid(room->activator.runner, NULL, 0) > 0);
	room->activator.runner = 0;
	assert_int_equal(marks(room), 2);
	assert_int_equal(room->calls, 0);
}

/* ---- where there is no unit ---- */

static void assert_run_by_the_daemon(struct room *room)
{
	run_marker(room);
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
	assert_int_equal(room->activator.connections, 0);
	assert_int_equal(marks(room), 1);
	assert_true(transcript_has(room, "> (a process of the daemon)"));
}

static void test_without_a_socket_the_daemon_runs_it(void **state)
{
	struct room *room = *state;

	assert_int_equal(unlink(room->activator.path), 0);
	assert_int_equal(exec_unit_look(room->activator.path), -ENOENT);
	assert_run_by_the_daemon(room);
}

static void test_what_is_no_socket_is_none(void **state)
{
	struct room *room = *state;
	int fd;

	assert_int_equal(unlink(room->activator.path), 0);
	fd = open(room->activator.path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(exec_unit_look(room->activator.path), -ENOENT);
	assert_run_by_the_daemon(room);
}

static void test_where_nobody_listens_the_daemon_runs_it(void **state)
{
	struct room *room = *state;

	evconnlistener_free(room->activator.listener);
	room->activator.listener = NULL;
	assert_int_equal(exec_unit_look(room->activator.path), 0);
	assert_run_by_the_daemon(room);
}

static void test_socket_of_somebody_else_is_left_alone(void **state)
{
	struct room *room = *state;

	if (chown(room->activator.path, NOBODY, NOBODY) < 0)
		skip(); /* only root may */
	assert_int_equal(exec_unit_look(room->activator.path), -EPERM);
	assert_run_by_the_daemon(room);
}

static void run_with_argument_of(struct room *room, size_t length)
{
	static const char *argv[] = {"/bin/true", NULL, NULL};
	char *argument = malloc(length + 1);

	assert_non_null(argument);
	memset(argument, 'x', length);
	argument[length] = '\0';
	argv[1] = argument;
	start(room, argv);
	(void)event_base_dispatch(room->base);
	free(argument);
	assert_int_equal(room->outcome.kind, OUTCOME_DELIVERED);
}

static void test_command_of_many_bytes_goes_through_the_socket(void **state)
{
	struct room *room = *state;

	run_with_argument_of(room, EXEC_REQUEST_BYTES_MAX - 1024);
	assert_int_equal(room->activator.connections, 1);
}

static void test_command_that_is_too_long_for_the_socket_is_the_daemons(void **state)
{
	struct room *room = *state;

	run_with_argument_of(room, EXEC_REQUEST_BYTES_MAX - 10);
	assert_int_equal(room->activator.connections, 0);
}

/* ---- what a runner refuses ---- */

struct asking {
	int fds[3];
	size_t fd_count;
	int socket;
};

static void ask(struct asking *asking, struct room *room, const void *bytes, size_t length)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(3 * sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)bytes, length};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	if (asking->fd_count > 0) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(asking->fd_count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(asking->fd_count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), asking->fds, asking->fd_count * sizeof(int));
	}
	if (length > 0)
		assert_int_equal(sendmsg(ends[0], &message, 0), length);
	else
		assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	asking->socket = ends[0];
	activator_run(&room->activator, ends[1]);
	(void)close(ends[1]);
}

/* Waits for the runner's answer, which refuses with these words. */
static void assert_refused(struct asking *asking, struct room *room, const char *words)
{
	char bytes[EXEC_REPORT_BYTES_MAX];
	ssize_t length = recv(asking->socket, bytes, sizeof(bytes), 0);
	struct exec_report report;
	struct arena *arena;
	int status;

	assert_true(length > 0);
	assert_int_equal(arena_new(sizeof(bytes) * 2, &arena), 0);
	assert_int_equal(exec_report_read(bytes, (size_t)length, arena, &report), 0);
	assert_int_equal(report.kind, EXEC_REPORT_REFUSED);
	assert_string_equal(report.words, words);
	arena_free(arena);
	assert_int_equal(recv(asking->socket, bytes, sizeof(bytes), 0), 0);
	assert_int_equal(waitpid(room->activator.runner, &status, 0), room->activator.runner);
	room->activator.runner = 0;
	assert_int_equal(WEXITSTATUS(status), EXEC_RUNNER_REFUSED);
	(void)close(asking->socket);
	assert_int_equal(marks(room), 0);
}

static struct buffer request_of(const struct room *room)
{
	const char *argv[] = {"/bin/sh", "-c", "echo run >>\"$1\"", "sh", room->file, NULL};
	const char *environment[] = {"PATH=/usr/bin:/bin", NULL};
	struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);

	assert_int_equal(exec_request_write(&(struct exec_command){.argv = argv,
						    .environment = environment,
						    .cpu_seconds = 60},
				 &buffer),
		0);
	return buffer;
}

/* A file and the two ends of a pipe; [1] is what a command writes to. */
static struct asking sound_asking(void)
{
	struct asking asking = {.fd_count = 2};
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	asking.fds[0] = memfd_create("alert", MFD_CLOEXEC);
	asking.fds[1] = ends[1];
	asking.fds[2] = ends[0];
	return asking;
}

static void close_asking(const struct asking *asking)
{
	for (size_t i = 0; i < ARRAY_SIZE(asking->fds); i++)
		(void)close(asking->fds[i]);
}

static void test_runner_refuses_what_it_does_not_understand(void **state)
{
	struct asking asking = sound_asking();
	struct room *room = *state;

	ask(&asking, room, "\x01 nonsense", 10);
	assert_refused(&asking, room, "the request is malformed");
	ask(&asking, room, "\x02 of tomorrow", 12);
	assert_refused(&asking, room,
		"the daemon is of another version than its unit; restart wirewatchd");
	ask(&asking, room, NULL, 0);
	assert_refused(&asking, room, "there is no request");
	close_asking(&asking);
}

static void test_runner_refuses_a_packet_that_is_too_large(void **state)
{
	struct asking asking = sound_asking();
	struct room *room = *state;
	char *bytes = calloc(1, EXEC_REQUEST_BYTES_MAX + 1);

	assert_non_null(bytes);
	bytes[0] = EXEC_MESSAGE_VERSION;
	ask(&asking, room, bytes, EXEC_REQUEST_BYTES_MAX + 1);
	assert_refused(&asking, room, "the request is larger than 128 KiB");
	ask(&asking, room, bytes, EXEC_REQUEST_BYTES_MAX);
	assert_refused(&asking, room, "the request is malformed");
	free(bytes);
	close_asking(&asking);
}

static void test_runner_wants_a_file_and_a_pipe_and_no_more(void **state)
{
	static const char words[] = "the request comes without a file and a pipe for the command";
	struct asking asking = sound_asking();
	struct room *room = *state;
	struct buffer buffer = request_of(room);
	int swapped[] = {asking.fds[1], asking.fds[0]};

	for (size_t count = 0; count <= 3; count++) {
		if (count == 2)
			continue;
		asking.fd_count = count;
		ask(&asking, room, buffer.bytes, buffer.length);
		assert_refused(&asking, room, words);
	}
	asking.fd_count = 2;
	memcpy(asking.fds, swapped, sizeof(swapped));
	ask(&asking, room, buffer.bytes, buffer.length);
	assert_refused(&asking, room, words);
	buffer_free(&buffer);
	close_asking(&asking);
}

/* socketpair(2) keeps who made it. */
static void test_runner_refuses_another_user(void **state)
{
	struct room *room = *state;
	struct asking asking = {0};
	int ends[2];

	if (seteuid(NOBODY) < 0)
		skip(); /* only root may */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(seteuid(0), 0);
	asking.socket = ends[0];
	activator_run(&room->activator, ends[1]);
	(void)close(ends[1]);
	assert_refused(&asking, room, "standard input is no connection from the runner's own user");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_command_runs_in_the_unit),
		TEST(test_unit_that_does_not_start_is_tried_again),
		TEST(test_socket_whose_queue_is_full_is_tried_again),
		TEST(test_unit_that_is_silent_is_waited_for_so_long),
		TEST(test_request_that_was_given_up_is_not_run),
		TEST(test_unit_that_is_lost_under_way_counts_as_a_failure),
		TEST(test_refusal_is_quoted),
		TEST(test_end_is_told_as_it_was),
		TEST(test_kill_points_to_the_limit_of_memory),
		TEST(test_nonsense_before_the_command_is_taken_is_no_run),
		TEST(test_end_before_the_command_is_taken_is_no_run),
		TEST(test_command_that_is_taken_twice_is_a_failure),
		TEST(test_runner_that_hangs_is_given_up_after_its_grace),
		TEST(test_cancel_ends_the_command),
		TEST(test_without_a_socket_the_daemon_runs_it),
		TEST(test_what_is_no_socket_is_none),
		TEST(test_where_nobody_listens_the_daemon_runs_it),
		TEST(test_socket_of_somebody_else_is_left_alone),
		TEST(test_command_of_many_bytes_goes_through_the_socket),
		TEST(test_command_that_is_too_long_for_the_socket_is_the_daemons),
		TEST(test_runner_refuses_what_it_does_not_understand),
		TEST(test_runner_refuses_a_packet_that_is_too_large),
		TEST(test_runner_wants_a_file_and_a_pipe_and_no_more),
		TEST(test_runner_refuses_another_user),
	};
	_cleanup_(closep) int pidfd = pidfd_open(getpid(), 0);

	if (argc > 1 && strcmp(argv[1], EXEC_RUNNER_ARGUMENT) == 0)
		return exec_runner_main(STDIN_FILENO);
	if (pidfd < 0) {
		(void)fprintf(
			stderr, "skipped: no pidfd_open(2) here (valgrind 3.19, Linux 5.2)\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
