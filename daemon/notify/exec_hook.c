#include "notify/exec_hook.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/utf8.h"
#include "notify/exec_child.h"
#include "notify/exec_run.h"
#include "notify/transcript.h"

enum {
	/* The environment, each value twice, and the arguments' places. */
	RUN_ARENA_BYTES = 2 * 16 * EXEC_VALUE_BYTES + 64 * 1024,
};

struct attempt {
	notifier_done_fn done;
	void *userdata;
	const struct hook *hook;
	struct clock *clock;
	struct buffer *transcript;
	struct clock_timer *timer; /* the unit's start, the time-out, then the grace */
	struct exec_run *run;
	int stderr_fd;
	bool in_unit;
	bool timed_out;
	struct event *readable;
	size_t tail_length;
	char tail[2 * EXEC_STDERR_BYTES]; /* the last bytes of standard error, and some before */
};

/* ---- the environment ---- */

static char *environment_entry(struct arena *arena, const char *name, const char *value)
{
	char *text = arena_printf(arena, "WIREWATCH_%s=", name);
	size_t start = text ? strlen(text) : 0;
	size_t length = utf8_cut_word(value, strlen(value), EXEC_VALUE_BYTES);

	text = text ? arena_printf(arena, "%s%.*s", text, (int)length, value) : NULL;
	/* A line of its own for each variable, whatever a title holds. */
	for (size_t i = start; text && text[i]; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
			text[i] = ' ';
	return text;
}

int exec_environment(const struct alert *alert, struct arena *arena, char ***ret)
{
	/* clang-format off */
	const struct { const char *name, *value; } variables[] = {
		{"TYPE", event_type_to_string(alert->type)},
		{"TOPIC", alert->topic},
		{"STORY", alert->story},
		{"TITLE", alert->title},
		{"URL", alert->url},
		{"FEED", alert->feed},
		{"RELATION", alert->relation},
		{"ALERT_ID", alert->id.text},
	};
	/* clang-format on */
	char **environment = arena_array(arena, ARRAY_SIZE(variables) + 3, sizeof(*environment));
	size_t count = 0;

	if (!environment)
		return -ENOMEM;
	/* The search path of systemd's services (systemd.exec(5)). */
	environment[count++] = arena_strdup(
		arena, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	environment[count++] = arena_strdup(arena, "LANG=C.UTF-8");
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		if (variables[i].value)
			environment[count++] =
				environment_entry(arena, variables[i].name, variables[i].value);
	for (size_t i = 0; i < count; i++)
		if (!environment[i])
			return -ENOMEM;
	*ret = environment;
	return 0;
}

/* ---- the transcript ---- */

static void note_start(const struct attempt *attempt, char *const *environment, const char *event)
{
	struct buffer *transcript = attempt->transcript;
	const char **argv = attempt->hook->argv;

	if (!transcript)
		return;
	for (size_t i = 0; argv[i]; i++)
		transcript_printf(transcript, '>', i == 0 ? "%s" : "    %s", argv[i]);
	transcript_printf(transcript, '>', "(%s)",
		attempt->in_unit ? "in a unit of its own, " EXEC_UNITS : "a process of the daemon");
	for (size_t i = 0; environment && environment[i]; i++)
		transcript_add(transcript, '>', environment[i], strlen(environment[i]));
	transcript_add(transcript, '>', "", 0);
	transcript_add(transcript, '>', event, strlen(event));
}

static void note_end(const struct attempt *attempt, const struct exec_end *end)
{
	struct buffer *transcript = attempt->transcript;

	if (attempt->tail_length > 0)
		transcript_add(transcript, '<', attempt->tail, attempt->tail_length);
	if (end->fate != EXEC_ENDED)
		return; /* the outcome says all */
	if (end->code == CLD_EXITED)
		transcript_printf(transcript, '<', "exit status %d", end->status);
	else
		transcript_printf(transcript, '<', "killed by SIG%s", sigabbrev_np(end->status));
}

/* ---- standard error ---- */

static void keep_tail(struct attempt *attempt, const char *bytes, size_t length)
{
	if (attempt->tail_length + length > sizeof(attempt->tail)) {
		size_t drop = attempt->tail_length + length - sizeof(attempt->tail);

		memmove(attempt->tail, attempt->tail + drop, attempt->tail_length - drop);
		attempt->tail_length -= drop;
	}
	memcpy(attempt->tail + attempt->tail_length, bytes, length);
	attempt->tail_length += length;
}

/* Returns the bytes read, 0 at the end, or -errno. */
static ssize_t read_stderr(struct attempt *attempt)
{
	char bytes[EXEC_STDERR_BYTES];
	ssize_t length = read(attempt->stderr_fd, bytes, sizeof(bytes));

	if (length < 0)
		return -errno;
	keep_tail(attempt, bytes, (size_t)length);
	return length;
}

static void on_readable(evutil_socket_t fd, short what, void *userdata)
{
	struct attempt *attempt = userdata;
	ssize_t length = read_stderr(attempt);

	(void)fd;
	(void)what;
	if (length == 0 || (length < 0 && length != -EAGAIN && length != -EINTR))
		(void)event_del(attempt->readable);
}

static void drain_stderr(struct attempt *attempt)
{
	for (size_t total = 0; total < EXEC_DRAIN_BYTES;) {
		ssize_t length = read_stderr(attempt);

		if (length <= 0)
			break;
		total += (size_t)length;
	}
}

/* ---- the attempt ---- */

static void attempt_free(struct attempt *attempt)
{
	if (attempt->run)
		attempt->run->ops->free(attempt->run);
	if (attempt->readable)
		event_free(attempt->readable);
	clock_timer_free(attempt->clock, attempt->timer);
	closep(&attempt->stderr_fd);
	free(attempt);
}

static void on_end(const struct exec_end *how, void *userdata)
{
	struct attempt *attempt = userdata;
	notifier_done_fn done = attempt->done;
	struct exec_end end = *how;
	char words[OUTCOME_WORDS_BYTES];
	struct outcome outcome;

	drain_stderr(attempt);
	note_end(attempt, &end);
	end.command = attempt->hook->argv[0];
	end.timed_out = attempt->timed_out;
	end.tail = attempt->tail;
	end.tail_length = attempt->tail_length;
	outcome = exec_outcome(&end, words);
	userdata = attempt->userdata;
	attempt_free(attempt);
	done(&outcome, userdata);
}

static void on_taken(void *userdata)
{
	struct attempt *attempt = userdata;

	clock_timer_in(attempt->clock, attempt->timer, attempt->hook->timeout);
}

static void on_timeout(void *userdata)
{
	struct attempt *attempt = userdata;
	struct exec_run *run = attempt->run;

	if (attempt->timed_out || !run->taken) {
		run->ops->kill(run);
		return;
	}
	attempt->timed_out = true;
	clock_timer_in(attempt->clock, attempt->timer, run->ops->kill_after);
	run->ops->term(run);
}

/* A file in memory with the event, which the command can read but not change. */
static int make_stdin(const char *event, int *ret)
{
	_cleanup_(closep) int fd = memfd_create("alert", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t length = strlen(event);

	if (fd < 0)
		return -errno;
	if (pwrite(fd, event, length, 0) != (ssize_t)length)
		return -EIO;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}

/* The command; where it runs as another user, ourselves in the role that becomes it first. */
static const char **command_of(const struct hook *hook, struct arena *arena)
{
	const char **argv;
	size_t count = 0;

	if (!hook->user)
		return hook->argv;
	while (hook->argv[count])
		count++;
	argv = arena_array(arena, count + 4, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[0] = "/proc/self/exe";
	argv[1] = EXEC_CHILD_ARGUMENT;
	argv[2] = hook->user;
	memcpy(argv + 3, hook->argv, count * sizeof(*argv));
	return argv;
}

/* Makes the pipe of standard error; *ret is the command's end, the caller's to close. */
static int watch_stderr(struct attempt *attempt, struct event_base *base, int *ret)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	attempt->stderr_fd = ends[0];
	*ret = ends[1];
	if (fcntl(attempt->stderr_fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	attempt->readable =
		event_new(base, attempt->stderr_fd, EV_READ | EV_PERSIST, on_readable, attempt);
	if (!attempt->readable || event_add(attempt->readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

/* In a unit of its own, where the hook has a socket for that and the command fits; else a child. */
static int launch(
	struct attempt *attempt, struct event_base *base, const struct exec_command *command)
{
	const struct exec_listener listener = {on_taken, on_end, attempt};
	const char *socket = attempt->hook->socket;

	attempt->in_unit =
		socket && exec_unit_new(base, socket, command, &listener, &attempt->run) == 0;
	return attempt->in_unit ? 0 : exec_process_new(base, command, &listener, &attempt->run);
}

static int run(struct attempt *attempt, struct event_base *base, const struct alert *alert)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(closep) int stdin_fd = -1;
	_cleanup_(closep) int stderr_end = -1;
	char **environment = NULL;
	/* For what leaves the group, too. */
	struct exec_command command = {
		.cpu_seconds = 2 * (attempt->hook->timeout / USEC_SEC) + 1,
	};
	int r;

	r = arena_new(RUN_ARENA_BYTES, &arena);
	if (r == 0)
		r = exec_environment(alert, arena, &environment);
	if (r == 0)
		r = make_stdin(alert->event, &stdin_fd);
	if (r == 0)
		r = watch_stderr(attempt, base, &stderr_end);
	if (r < 0)
		return r;
	command.environment = (const char **)environment;
	command.argv = command_of(attempt->hook, arena);
	command.stdin_fd = stdin_fd;
	command.stderr_fd = stderr_end;
	if (!command.argv)
		return -ENOMEM;
	r = launch(attempt, base, &command);
	note_start(attempt, environment, alert->event);
	return r;
}

static int exec_start(const struct notifier_context *context, const struct hook *hook,
	const struct alert *alert, notifier_done_fn done, void *userdata, struct attempt **ret)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int r;

	if (!attempt)
		return -ENOMEM;
	*attempt = (struct attempt){
		.done = done,
		.userdata = userdata,
		.hook = hook,
		.clock = context->clock,
		.transcript = context->transcript,
		.stderr_fd = -1,
	};
	r = clock_timer_new(context->clock, on_timeout, attempt, &attempt->timer);
	if (r == 0) {
		r = run(attempt, context->base, alert);
		if (r < 0)
			r = exec_failure_new(context->base,
				&(struct exec_end){.fate = EXEC_NO_COMMAND, .error = r},
				&(struct exec_listener){on_taken, on_end, attempt}, &attempt->run);
	}
	if (r < 0) {
		attempt_free(attempt);
		return r;
	}
	clock_timer_in(attempt->clock, attempt->timer,
		attempt->run->taken ? hook->timeout : EXEC_UNIT_START_MAX);
	*ret = attempt;
	return 0;
}

const struct notifier_ops exec_notifier = {
	.start = exec_start,
	.cancel = attempt_free,
};

bool exec_hook_has_unit(const struct hook *hook)
{
	return hook->kind == HOOK_EXEC && hook->socket && exec_unit_look(hook->socket) == 0;
}

void exec_announce(const struct hook *hooks, size_t count)
{
	const struct hook *first = NULL;

	for (size_t i = 0; !first && i < count; i++)
		if (hooks[i].kind == HOOK_EXEC)
			first = &hooks[i];
	if (!first || !first->socket)
		return;
	if (exec_hook_has_unit(first))
		log_info("exec hooks run in units of their own (" EXEC_UNITS "), by %s",
			first->socket);
	else
		log_info("exec hooks run as processes of the daemon: there is no socket of ours at "
			 "%s (wirewatch-hook.socket)",
			first->socket);
}
