#include "notify/exec_hook.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/utf8.h"
#include "notify/exec_child.h"
#include "notify/transcript.h"
#include "notify/words.h"

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
	struct clock_timer *timer; /* the time-out, then the grace */
	pid_t pid;                 /* leader of its group; 0: it could not be started */
	int pidfd;
	int stderr_fd;
	int error; /* -errno: why it could not be started */
	bool timed_out;
	struct event *ended; /* on pidfd, or a timer where there is no process */
	struct event *readable;
	size_t tail_length;
	char tail[2 * EXEC_STDERR_BYTES]; /* the last bytes of standard error, and some before */
};

/* ---- what is pure ---- */

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

/* The last EXEC_STDERR_BYTES, from the start of a character, without the ends of lines. */
static void quote_tail(const struct exec_end *end, struct words *words)
{
	const char *tail = end->tail;
	size_t length = end->tail_length;
	bool cut = length > EXEC_STDERR_BYTES;

	while (length > 0 && (tail[length - 1] == '\n' || tail[length - 1] == '\r'))
		length--;
	if (length > EXEC_STDERR_BYTES) {
		tail += length - EXEC_STDERR_BYTES;
		length = EXEC_STDERR_BYTES;
		while (length > 0 && ((unsigned char)*tail & 0xC0) == 0x80) {
			tail++;
			length--;
		}
	}
	if (length == 0)
		return;
	words_add(words, "; it said: %s", cut ? "…" : "");
	words_add_foreign(words, tail, length, length);
}

struct outcome exec_outcome(const struct exec_end *end, char room[OUTCOME_WORDS_BYTES])
{
	struct outcome outcome = {.kind = OUTCOME_FAILED, .words = room};
	struct words words = words_of(room, OUTCOME_WORDS_BYTES);

	if (end->timed_out) {
		words_add(&words, "the command did not end within its Timeout= and was killed");
	} else if (end->code != CLD_EXITED) {
		words_add(&words, "the command was killed by SIG%s", sigabbrev_np(end->status));
	} else if (end->status == 0) {
		return (struct outcome){.kind = OUTCOME_DELIVERED};
	} else if (end->status == EXEC_TEMPFAIL) {
		outcome.kind = OUTCOME_RETRY;
		words_add(&words, "the command asks to be run later (exit status 75)");
	} else {
		words_add(&words, "the command failed with exit status %d", end->status);
	}
	quote_tail(end, &words);
	return outcome;
}

static struct outcome start_outcome(const struct attempt *attempt, char room[OUTCOME_WORDS_BYTES])
{
	struct words words = words_of(room, OUTCOME_WORDS_BYTES);
	/* The machine is short of something that may come back; else the command is no command. */
	bool is_short = attempt->error == -EAGAIN || attempt->error == -ENOMEM ||
		attempt->error == -EMFILE || attempt->error == -ENFILE;

	words_add(&words, "the command %s cannot be started: %s%s", attempt->hook->argv[0],
		strerrordesc_np(-attempt->error), is_short ? "" : "; correct Command=");
	return (struct outcome){
		.kind = is_short ? OUTCOME_RETRY : OUTCOME_FAILED,
		.words = room,
		.unwell = true,
	};
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
	for (size_t i = 0; environment && environment[i]; i++)
		transcript_add(transcript, '>', environment[i], strlen(environment[i]));
	transcript_add(transcript, '>', "", 0);
	transcript_add(transcript, '>', event, strlen(event));
}

static void note_end(const struct attempt *attempt, const siginfo_t *info)
{
	struct buffer *transcript = attempt->transcript;

	if (attempt->tail_length > 0)
		transcript_add(transcript, '<', attempt->tail, attempt->tail_length);
	if (info->si_code == CLD_EXITED)
		transcript_printf(transcript, '<', "exit status %d", info->si_status);
	else
		transcript_printf(
			transcript, '<', "killed by SIG%s", sigabbrev_np(info->si_status));
}

/* ---- the process ---- */

static void attempt_free(struct attempt *attempt)
{
	if (attempt->ended)
		event_free(attempt->ended);
	if (attempt->readable)
		event_free(attempt->readable);
	clock_timer_free(attempt->clock, attempt->timer);
	closep(&attempt->pidfd);
	closep(&attempt->stderr_fd);
	free(attempt);
}

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

/* To the whole group; and to the leader, should it have left its group. */
static void signal_group(const struct attempt *attempt, int number)
{
	(void)kill(-attempt->pid, number); /* ESRCH: all of them are gone */
	(void)pidfd_send_signal(attempt->pidfd, number, NULL, 0);
}

static void on_timeout(void *userdata)
{
	struct attempt *attempt = userdata;

	signal_group(attempt, attempt->timed_out ? SIGKILL : SIGTERM);
	if (!attempt->timed_out)
		clock_timer_in(attempt->clock, attempt->timer, EXEC_TERM_GRACE);
	attempt->timed_out = true;
}

/* Ends what the leader left behind, while its zombie still keeps the group's number, and reaps. */
static bool reap(struct attempt *attempt, siginfo_t *ret)
{
	*ret = (siginfo_t){0};
	if (waitid(P_PIDFD, (id_t)attempt->pidfd, ret, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		ret->si_pid == 0)
		return false;
	(void)kill(-attempt->pid, SIGKILL);
	(void)waitid(P_PIDFD, (id_t)attempt->pidfd, ret, WEXITED | WNOHANG);
	return true;
}

static void finish(struct attempt *attempt, const struct outcome *outcome)
{
	notifier_done_fn done = attempt->done;
	void *userdata = attempt->userdata;

	attempt_free(attempt);
	done(outcome, userdata);
}

static void on_ended(evutil_socket_t fd, short what, void *userdata)
{
	struct attempt *attempt = userdata;
	char words[OUTCOME_WORDS_BYTES];
	struct outcome outcome;
	siginfo_t info;

	(void)fd;
	(void)what;
	if (attempt->pid == 0) {
		outcome = start_outcome(attempt, words);
		finish(attempt, &outcome);
		return;
	}
	if (!reap(attempt, &info))
		return;
	for (size_t total = 0; total < EXEC_DRAIN_BYTES;) {
		ssize_t length = read_stderr(attempt);

		if (length <= 0)
			break;
		total += (size_t)length;
	}
	note_end(attempt, &info);
	outcome = exec_outcome(
		&(struct exec_end){
			.code = info.si_code,
			.status = info.si_status,
			.timed_out = attempt->timed_out,
			.tail = attempt->tail,
			.tail_length = attempt->tail_length,
		},
		words);
	finish(attempt, &outcome);
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

static int make_actions(int stdin_fd, int stderr_fd, posix_spawn_file_actions_t *ret)
{
	int r = posix_spawn_file_actions_init(ret);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_adddup2(ret, stdin_fd, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(ret, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(ret, stderr_fd, STDERR_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(ret, STDERR_FILENO + 1);
	if (r != 0)
		(void)posix_spawn_file_actions_destroy(ret);
	return -r;
}

/* A group of its own, no signal blocked or ignored. */
static int make_attributes(posix_spawnattr_t *ret)
{
	sigset_t all;
	sigset_t none;
	int r = posix_spawnattr_init(ret);

	if (r != 0)
		return -r;
	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	r = posix_spawnattr_setflags(
		ret, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(ret, &all);
	if (r == 0)
		r = posix_spawnattr_setsigmask(ret, &none);
	if (r != 0)
		(void)posix_spawnattr_destroy(ret);
	return -r;
}

/*
 * posix_spawn() has no attribute for limits: they are set from outside, before the new program has
 * come far.  CPU time is bounded for what leaves the group, twice the time-out for each process.
 */
static void set_limits(const struct attempt *attempt)
{
	rlim_t seconds = 2 * (attempt->hook->timeout / USEC_SEC) + 1;
	/* clang-format off */
	const struct { int resource; rlim_t limit; } limits[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_CPU, seconds},
		{RLIMIT_FSIZE, EXEC_FILE_BYTES},
		{RLIMIT_NOFILE, EXEC_FILES},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct rlimit limit = {limits[i].limit, limits[i].limit};

		/* Fails where it has ended already, or where less is allowed anyway. */
		(void)prlimit(attempt->pid, limits[i].resource, &limit, NULL);
	}
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

static int spawn(
	struct attempt *attempt, const char **argv, int stdin_fd, int stderr_fd, char **environment)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	r = make_actions(stdin_fd, stderr_fd, &actions);
	if (r < 0)
		return r;
	r = make_attributes(&attributes);
	if (r == 0) {
		r = -posix_spawn(&attempt->pid, argv[0], &actions, &attributes, (char *const *)argv,
			environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	if (r < 0)
		attempt->pid = 0;
	return r;
}

/* Runs the command; its pidfd is opened at once, and only we reap it: the number is still its. */
static int run(struct attempt *attempt, const struct alert *alert)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(closep) int stdin_fd = -1;
	_cleanup_(closep) int stderr_end = -1;
	char **environment = NULL;
	const char **argv;
	int ends[2];
	int r;

	r = arena_new(RUN_ARENA_BYTES, &arena);
	if (r == 0)
		r = exec_environment(alert, arena, &environment);
	if (r == 0)
		r = make_stdin(alert->event, &stdin_fd);
	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	attempt->stderr_fd = ends[0];
	stderr_end = ends[1];
	if (fcntl(attempt->stderr_fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	note_start(attempt, environment, alert->event);
	argv = command_of(attempt->hook, arena);
	r = argv ? spawn(attempt, argv, stdin_fd, stderr_end, environment) : -ENOMEM;
	if (r < 0)
		return r;
	set_limits(attempt);
	attempt->pidfd = pidfd_open(attempt->pid, 0);
	if (attempt->pidfd < 0) {
		r = -errno;
		(void)kill(-attempt->pid, SIGKILL);
		(void)waitpid(attempt->pid, NULL, 0);
		attempt->pid = 0;
		return r;
	}
	return 0;
}

static int watch(struct attempt *attempt, struct event_base *base)
{
	attempt->ended = event_new(base, attempt->pid ? attempt->pidfd : -1,
		attempt->pid ? EV_READ | EV_PERSIST : 0, on_ended, attempt);
	if (!attempt->ended)
		return -ENOMEM;
	if (!attempt->pid) {
		return evtimer_add(attempt->ended, &(struct timeval){0}) < 0 ? -ENOMEM : 0;
	}
	attempt->readable =
		event_new(base, attempt->stderr_fd, EV_READ | EV_PERSIST, on_readable, attempt);
	if (!attempt->readable || event_add(attempt->ended, NULL) < 0 ||
		event_add(attempt->readable, NULL) < 0)
		return -ENOMEM;
	clock_timer_in(attempt->clock, attempt->timer, attempt->hook->timeout);
	return 0;
}

static void exec_cancel(struct attempt *attempt)
{
	siginfo_t info;

	if (attempt->pid) {
		signal_group(attempt, SIGTERM);
		/* Mostly too early; who outlives us is reaped by init. */
		(void)waitid(P_PIDFD, (id_t)attempt->pidfd, &info, WEXITED | WNOHANG);
	}
	attempt_free(attempt);
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
		.pidfd = -1,
		.stderr_fd = -1,
	};
	r = clock_timer_new(context->clock, on_timeout, attempt, &attempt->timer);
	if (r == 0) {
		attempt->error = run(attempt, alert);
		r = watch(attempt, context->base);
	}
	if (r < 0) {
		exec_cancel(attempt);
		return r;
	}
	*ret = attempt;
	return 0;
}

const struct notifier_ops exec_notifier = {
	.start = exec_start,
	.cancel = exec_cancel,
};
