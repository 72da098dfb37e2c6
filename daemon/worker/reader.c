#include "worker/reader.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "worker/child.h"
#include "worker/frame.h"

enum {
	/* An answer's records: its strings are shorter than its frame, but each is rounded up. */
	READER_ARENA_MAX = 2 * ANSWER_BYTES_MAX,
};

enum reader_state {
	READER_STARTING, /* started, has not said that it is ready */
	READER_IDLE,
	READER_BUSY,  /* has a job */
	READER_DYING, /* killed, or its pipe is closed: its end is near */
};

struct reader {
	const struct pool_options *options;
	const struct reader_events *events;
	void *userdata;
	enum reader_state state;
	bool was_ready;
	bool retired; /* its end is as wanted */
	pid_t pid;
	int pidfd;
	int socket;
	struct event *on_exit;
	struct event *on_readable;
	struct event *on_writable;
	struct clock_timer *wall;
	/* The job in hand: its frame's head, then the document, of which `sent` are sent. */
	const struct job *job;
	struct buffer head;
	size_t sent;
	struct frame_input input;
	char words[READER_WORDS_MAX]; /* why we killed it; else empty */
};

/* ---- its end ---- */

static void kill_process(struct reader *reader)
{
	if (reader->pid > 0)
		(void)pidfd_send_signal(reader->pidfd, SIGKILL, NULL, 0);
	reader->state = READER_DYING;
	(void)event_del(reader->on_readable);
	(void)event_del(reader->on_writable);
	clock_timer_set(reader->options->clock, reader->wall, USEC_INFINITY);
}

static double seconds(usec time)
{
	return (double)time / (double)USEC_SEC;
}

/* What it was at when it ended. */
static const char *occasion(const struct reader *reader)
{
	if (reader->job)
		return "on this document";
	return reader->was_ready ? "while it was idle" : "before it was ready";
}

/* `what` it did, as in "the reader WHAT on this document". */
static void kill_because(struct reader *reader, const char *what)
{
	(void)snprintf(
		reader->words, sizeof(reader->words), "the reader %s %s", what, occasion(reader));
	kill_process(reader);
}

/* Why a process that we did not kill has ended. */
static void describe_signal(struct reader *reader, int number)
{
	const char *when = occasion(reader);
	char *words = reader->words;
	size_t size = sizeof(reader->words);

	if (number == SIGPROF)
		(void)snprintf(words, size, "the reader took more than %g s of CPU %s",
			seconds(reader->options->cpu_limit), when);
	else if (number == SIGSYS)
		(void)snprintf(words, size,
			"the reader tried what its sandbox forbids %s (signal %d)", when, number);
	else if (number == SIGKILL)
		(void)snprintf(words, size, "the reader was killed %s (signal %d: out of memory?)",
			when, number);
	else
		(void)snprintf(words, size, "the reader crashed %s (signal %d)", when, number);
}

static void describe_end(struct reader *reader, const siginfo_t *end)
{
	if (reader->words[0])
		return;
	if (end->si_code != CLD_EXITED)
		describe_signal(reader, end->si_status);
	else if (end->si_status == CHILD_EXIT_SANDBOX)
		(void)snprintf(reader->words, sizeof(reader->words),
			"the reader could not close its sandbox");
	else
		(void)snprintf(reader->words, sizeof(reader->words),
			"the reader gave up %s (status %d)", occasion(reader), end->si_status);
}

static void handle_exit(evutil_socket_t fd, short what, void *userdata)
{
	struct reader *reader = userdata;
	siginfo_t end = {0};

	(void)what;
	if (waitid(P_PIDFD, (id_t)fd, &end, WEXITED | WNOHANG) < 0 || end.si_pid == 0)
		return;
	reader->pid = -1;
	(void)event_del(reader->on_exit);
	describe_end(reader, &end);
	kill_process(reader);
	reader->events->gone(reader, reader->retired ? NULL : reader->words, reader->userdata);
}

static void handle_wall(void *userdata)
{
	struct reader *reader = userdata;

	if (reader->state == READER_DYING) {
		kill_because(reader, "closed its pipe");
		return;
	}
	(void)snprintf(reader->words, sizeof(reader->words), "the reader took longer than %g s %s",
		seconds(reader->options->wall_limit), occasion(reader));
	kill_process(reader);
}

/*
 * It closed its end: most likely it has crashed and its status will say how.  If it lives on, it
 * is killed.
 */
static void expect_end(struct reader *reader)
{
	const usec grace = USEC_SEC;

	reader->state = READER_DYING;
	(void)event_del(reader->on_readable);
	(void)event_del(reader->on_writable);
	clock_timer_in(reader->options->clock, reader->wall, grace);
}

void reader_retire(struct reader *reader)
{
	reader->retired = true;
	kill_process(reader);
}

/* ---- sending a job ---- */

static bool all_sent(const struct reader *reader)
{
	return reader->sent == reader->head.length + reader->job->document.length;
}

/* Sends what the socket takes.  A reader that does not read is dying: its end tells why. */
static void send_some(struct reader *reader)
{
	const struct document *document = &reader->job->document;

	while (!all_sent(reader)) {
		size_t past =
			reader->sent > reader->head.length ? reader->sent - reader->head.length : 0;
		size_t head_done = reader->sent - past;
		struct iovec parts[] = {
			{reader->head.bytes + head_done, reader->head.length - head_done},
			{document->bytes + past, document->length - past},
		};
		struct msghdr message = {.msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts)};
		ssize_t sent = sendmsg(reader->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			(void)event_add(reader->on_writable, NULL);
			return;
		}
		if (sent < 0)
			break;
		reader->sent += (size_t)sent;
	}
	(void)event_del(reader->on_writable);
}

static void handle_writable(evutil_socket_t fd, short what, void *userdata)
{
	struct reader *reader = userdata;

	(void)fd;
	(void)what;
	if (reader->state == READER_BUSY)
		send_some(reader);
}

int reader_give(struct reader *reader, const struct job *job)
{
	int r;

	assert(reader->state == READER_IDLE);
	buffer_reset(&reader->head);
	r = job_write_head(job, &reader->head);
	if (r < 0)
		return r;
	reader->job = job;
	reader->sent = 0;
	reader->state = READER_BUSY;
	clock_timer_in(reader->options->clock, reader->wall, reader->options->wall_limit);
	send_some(reader);
	return 0;
}

/* ---- reading an answer ---- */

/* Whether the answer is what this moment calls for. */
static bool in_turn(const struct reader *reader, const struct answer *answer)
{
	if (reader->state == READER_STARTING)
		return answer->kind == ANSWER_READY;
	if (reader->state != READER_BUSY || !all_sent(reader))
		return false;
	return answer->kind == job_answer_kind(reader->job->kind);
}

static void take_answer(struct reader *reader)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	bool starting = reader->state == READER_STARTING;
	struct answer answer = {0};
	int r;

	r = arena_new(READER_ARENA_MAX, &arena);
	if (r == 0)
		r = answer_read(reader->input.bytes, reader->input.length, arena, &answer);
	frame_input_clear(&reader->input);
	if (r < 0 || !in_turn(reader, &answer)) {
		kill_because(reader, "answered nonsense");
		return;
	}
	clock_timer_set(reader->options->clock, reader->wall, USEC_INFINITY);
	reader->job = NULL;
	buffer_free(&reader->head);
	if (!starting)
		reader->events->answered(reader, &answer, &arena, reader->userdata);
	reader->was_ready = true;
	reader->state = READER_IDLE;
	if (!starting && (answer.grown || answer.status == ANSWER_NO_MEMORY))
		reader_retire(reader);
	else
		reader->events->ready(reader, reader->userdata);
}

static void handle_readable(evutil_socket_t fd, short what, void *userdata)
{
	struct reader *reader = userdata;
	int r;

	(void)what;
	r = frame_input_read(&reader->input, fd, ANSWER_BYTES_MAX);
	if (r == 1)
		take_answer(reader);
	else if (r == -EBADMSG && !reader->input.bytes &&
		reader->input.head_got == FRAME_HEAD_BYTES)
		kill_because(reader, "answered too much or nothing");
	else if (r == -ENOMEM)
		kill_because(reader, "answered more than there is memory for");
	else if (r < 0)
		expect_end(reader);
}

/* ---- its start ---- */

/* Descriptors: the socket as 0 and 1, nothing as 2, no other. */
static int prepare_descriptors(posix_spawn_file_actions_t *actions, int socket)
{
	int r;

	r = posix_spawn_file_actions_adddup2(actions, socket, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(actions, socket, STDOUT_FILENO);
#ifndef WIREWATCH_SANITIZED
	/* A sanitizer's report is worth more there than silence. */
	if (r == 0)
		r = posix_spawn_file_actions_addopen(
			actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return -r;
}

/* Signals as at birth, and a group of its own: a terminal's ^C is for the daemon alone. */
static int prepare_signals(posix_spawnattr_t *attributes)
{
	sigset_t none;
	sigset_t all;
	int r;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	r = posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attributes, &all);
	if (r == 0)
		r = posix_spawnattr_setpgroup(attributes, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return -r;
}

static int spawn(const struct pool_options *options, int socket, pid_t *ret)
{
	/* The name is for ps(1), which would have that of the path. */
	char *const arguments[] = {(char *)"wirewatch-reader", (char *)options->argument, NULL};
	char *const environment[] = {(char *)"LANG=C.UTF-8", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	r = -posix_spawn_file_actions_init(&actions);
	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&attributes);
	if (r < 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return r;
	}
	r = prepare_descriptors(&actions, socket);
	if (r == 0)
		r = prepare_signals(&attributes);
	if (r == 0)
		r = -posix_spawn(
			ret, options->executable, &actions, &attributes, arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Starts the process at the other end of the reader's socket. */
static int start_process(struct reader *reader)
{
	int ends[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	reader->socket = ends[0];
	r = evutil_make_socket_nonblocking(ends[0]) < 0 ? -errno : 0;
	if (r == 0)
		r = spawn(reader->options, ends[1], &reader->pid);
	(void)close(ends[1]);
	if (r < 0)
		return r;
	reader->pidfd = pidfd_open(reader->pid, 0);
	return reader->pidfd < 0 ? -errno : 0;
}

static int watch(struct reader *reader)
{
	struct event_base *base = reader->options->base;

	reader->on_exit = event_new(base, reader->pidfd, EV_READ | EV_PERSIST, handle_exit, reader);
	reader->on_readable =
		event_new(base, reader->socket, EV_READ | EV_PERSIST, handle_readable, reader);
	reader->on_writable =
		event_new(base, reader->socket, EV_WRITE | EV_PERSIST, handle_writable, reader);
	if (!reader->on_exit || !reader->on_readable || !reader->on_writable)
		return -ENOMEM;
	if (event_add(reader->on_exit, NULL) < 0 || event_add(reader->on_readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

int reader_start(const struct pool_options *options, const struct reader_events *events,
	void *userdata, struct reader **ret)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	*reader = (struct reader){
		.options = options,
		.events = events,
		.userdata = userdata,
		.pid = -1,
		.pidfd = -1,
		.socket = -1,
		.head = BUFFER_INIT(JOB_BYTES_MAX),
	};
	r = clock_timer_new(options->clock, handle_wall, reader, &reader->wall);
	if (r == 0)
		r = start_process(reader);
	if (r == 0)
		r = watch(reader);
	if (r < 0) {
		reader_free(reader);
		return r;
	}
	clock_timer_in(options->clock, reader->wall, options->wall_limit);
	*ret = reader;
	return 0;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	if (reader->pid > 0) {
		(void)kill(reader->pid, SIGKILL);
		(void)waitpid(reader->pid, NULL, 0);
	}
	free_event(reader->on_exit);
	free_event(reader->on_readable);
	free_event(reader->on_writable);
	clock_timer_free(reader->options->clock, reader->wall);
	closep(&reader->pidfd);
	closep(&reader->socket);
	frame_input_clear(&reader->input);
	buffer_free(&reader->head);
	free(reader);
}

bool reader_idle(const struct reader *reader)
{
	return reader->state == READER_IDLE;
}

bool reader_was_ready(const struct reader *reader)
{
	return reader->was_ready;
}
