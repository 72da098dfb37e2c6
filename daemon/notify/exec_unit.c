#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macro.h"
#include "notify/exec_message.h"
#include "notify/exec_run.h"

enum {
	REPORT_ARENA_BYTES = 4 * EXEC_REPORT_BYTES_MAX,
};

struct unit {
	struct exec_run run;
	int fd;
	struct event *readable;
};

static struct unit *unit_of(struct exec_run *run)
{
	return CONTAINER_OF(run, struct unit, run);
}

/* What is known when nothing more will be heard. */
static void unit_lose(struct unit *unit, const char *words)
{
	const struct exec_listener listener = unit->run.listener;
	const struct exec_end end = {
		.fate = unit->run.taken ? EXEC_LOST : EXEC_NOT_TAKEN,
		.words = words,
		.in_unit = true,
	};

	listener.on_end(&end, listener.userdata);
}

/* The runner sees an end of input, and ends the command by SIGTERM and, after a grace, SIGKILL. */
static void unit_term(struct exec_run *run)
{
	(void)shutdown(unit_of(run)->fd, SHUT_WR);
}

/* A runner that has not answered by now is none; RuntimeMaxSec= ends its unit for certain. */
static void unit_kill(struct exec_run *run)
{
	unit_lose(unit_of(run), NULL);
}

/* As unit_term(), with nobody to listen. */
static void unit_free(struct exec_run *run)
{
	struct unit *unit = unit_of(run);

	if (unit->readable)
		event_free(unit->readable);
	closep(&unit->fd);
	free(unit);
}

static const struct exec_run_ops unit_ops = {
	.kill_after = 2 * EXEC_TERM_GRACE, /* the runner's grace, and time for its report */
	.term = unit_term,
	.kill = unit_kill,
	.free = unit_free,
};

/* ---- what the runner tells ---- */

/* Returns whether more is to come. */
static bool on_report(struct unit *unit, const struct exec_report *report)
{
	const struct exec_listener listener = unit->run.listener;
	struct exec_end end = {.in_unit = true};

	if (report->kind == EXEC_REPORT_TAKEN && !unit->run.taken) {
		unit->run.taken = true;
		listener.on_taken(listener.userdata);
		return true;
	}
	if (report->kind == EXEC_REPORT_ENDED && unit->run.taken) {
		end.code = report->code;
		end.status = report->status;
	} else if (report->kind == EXEC_REPORT_NO_COMMAND && unit->run.taken) {
		end.fate = EXEC_NO_COMMAND;
		end.error = report->error;
	} else {
		unit_lose(unit,
			report->kind == EXEC_REPORT_REFUSED ? report->words
							    : "its runner spoke out of turn");
		return false;
	}
	listener.on_end(&end, listener.userdata);
	return false;
}

/* Returns whether more may be there. */
static bool read_report(struct unit *unit)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char bytes[EXEC_REPORT_BYTES_MAX];
	ssize_t length = recv(unit->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	struct exec_report report;

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* ECONNRESET: the unit ended without having read the request. */
	if (length <= 0) {
		unit_lose(unit, NULL);
		return false;
	}
	if (arena_new(REPORT_ARENA_BYTES, &arena) < 0 ||
		exec_report_read(bytes, (size_t)length, arena, &report) < 0) {
		unit_lose(unit, "its runner is not understood");
		return false;
	}
	return on_report(unit, &report);
}

static void on_readable(evutil_socket_t fd, short what, void *userdata)
{
	(void)fd;
	(void)what;
	while (read_report(userdata))
		;
}

/* ---- asking for a unit ---- */

int exec_unit_look(const char *socket)
{
	struct stat info;

	if (lstat(socket, &info) < 0 || !S_ISSOCK(info.st_mode))
		return -ENOENT;
	/* Behind it stands whoever made it: systemd, with SocketUser=. */
	return info.st_uid == geteuid() ? 0 : -EPERM;
}

/* Never waits: with the listener's queue full it is EAGAIN. */
static int dial(const char *path, int *ret)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENOENT;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret = TAKE_FD(fd);
	return 0;
}

static int send_request(int fd, const struct buffer *buffer, const struct exec_command *command)
{
	const int fds[EXEC_DESCRIPTORS] = {command->stdin_fd, command->stderr_fd};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(fds))];
	} control = {0};
	struct msghdr message = {.msg_iovlen = 1, .msg_control = &control};
	struct iovec part = {buffer->bytes, buffer->length};

	message.msg_iov = &part;
	message.msg_controllen = sizeof(control.bytes);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(&control.header), fds, sizeof(fds));
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Whether the command cannot go there at all; other errors may be mended by the next attempt. */
static bool is_nowhere(int error)
{
	return error == -ENOENT || error == -ECONNREFUSED || error == -EPERM ||
		error == -EMSGSIZE || error == -EPROTOTYPE;
}

/* Takes the descriptor over where it succeeds. */
static int unit_new(struct event_base *base, int fd, const struct exec_listener *listener,
	struct exec_run **ret)
{
	struct unit *unit = calloc(1, sizeof(*unit));

	if (!unit)
		return -ENOMEM;
	unit->run = (struct exec_run){&unit_ops, *listener, false};
	unit->fd = -1;
	unit->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, unit);
	if (!unit->readable || event_add(unit->readable, NULL) < 0) {
		unit_free(&unit->run);
		return -ENOMEM;
	}
	unit->fd = fd;
	*ret = &unit->run;
	return 0;
}

/* The request goes out last: once it has, the command may run. */
static int ask(struct event_base *base, const char *socket, const struct exec_command *command,
	const struct exec_listener *listener, struct exec_run **ret)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	_cleanup_(closep) int fd = -1;
	struct exec_run *run = NULL;
	int r;

	r = exec_unit_look(socket);
	if (r == 0)
		r = exec_request_write(command, &buffer);
	if (r == 0)
		r = dial(socket, &fd);
	if (r == 0)
		r = unit_new(base, fd, listener, &run);
	if (r < 0)
		return r;
	r = send_request(TAKE_FD(fd), &buffer, command);
	if (r < 0)
		unit_free(run);
	else
		*ret = run;
	return r;
}

int exec_unit_new(struct event_base *base, const char *socket, const struct exec_command *command,
	const struct exec_listener *listener, struct exec_run **ret)
{
	int r;

	r = ask(base, socket, command, listener, ret);
	if (r == 0 || is_nowhere(r))
		return r;
	return exec_failure_new(base,
		&(struct exec_end){.fate = EXEC_NOT_TAKEN, .error = r, .in_unit = true}, listener,
		ret);
}
