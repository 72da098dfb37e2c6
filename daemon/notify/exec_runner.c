#include "notify/exec_runner.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macro.h"
#include "notify/exec_message.h"
#include "notify/exec_run.h"

enum {
	/* The daemon sends its request before systemd hears of the connection. */
	REQUEST_PATIENCE_MSEC = 10 * 1000,
};

/* ---- the request ---- */

/* The connection's other end is a process of our own user. */
static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
		peer.uid == geteuid();
}

/* Takes the descriptors over; returns how many there are, which may be more than there is room. */
static size_t take_descriptors(struct msghdr *message, int fds[EXEC_DESCRIPTORS])
{
	size_t count = 0;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
		header = CMSG_NXTHDR(message, header)) {
		size_t length = header->cmsg_len - CMSG_LEN(0);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < length / sizeof(int); i++, count++)
			if (count < EXEC_DESCRIPTORS)
				memcpy(&fds[count], CMSG_DATA(header) + i * sizeof(int),
					sizeof(int));
	}
	return count;
}

/* Standard input is a file in memory, standard error a pipe. */
static bool are_sound(const int fds[EXEC_DESCRIPTORS])
{
	struct stat input;
	struct stat error;

	return fstat(fds[0], &input) == 0 && S_ISREG(input.st_mode) && fstat(fds[1], &error) == 0 &&
		S_ISFIFO(error.st_mode);
}

/* Returns NULL, or why the packet is none: static words. */
static const char *receive(int fd, struct buffer *buffer, int fds[EXEC_DESCRIPTORS])
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(EXEC_DESCRIPTORS * sizeof(int))];
	} control;
	struct iovec part = {
		buffer_reserve(buffer, EXEC_REQUEST_BYTES_MAX), EXEC_REQUEST_BYTES_MAX};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length;

	if (!part.iov_base)
		return "there is no memory for the request";
	length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (length <= 0)
		return "there is no request";
	buffer_commit(buffer, (size_t)length);
	if (take_descriptors(&message, fds) != EXEC_DESCRIPTORS || message.msg_flags & MSG_CTRUNC ||
		!are_sound(fds))
		return "the request comes without a file and a pipe for the command";
	if (message.msg_flags & MSG_TRUNC)
		return "the request is larger than 128 KiB";
	return NULL;
}

/* Returns NULL and the command, in the arena; or why there is none. */
static const char *take_request(
	int fd, struct arena *arena, struct exec_command *ret, int fds[EXEC_DESCRIPTORS])
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(EXEC_REQUEST_BYTES_MAX);
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	const char *words;
	int r;

	if (!is_ours(fd))
		return "standard input is no connection from the runner's own user";
	if (poll(&wait, 1, REQUEST_PATIENCE_MSEC) <= 0)
		return "there is no request";
	words = receive(fd, &buffer, fds);
	if (words)
		return words;
	r = exec_request_read(buffer.bytes, buffer.length, arena, ret);
	if (r == -EPROTONOSUPPORT)
		return "the daemon is of another version than its unit; restart wirewatchd";
	if (r < 0)
		return "the request is malformed";
	ret->stdin_fd = fds[0];
	ret->stderr_fd = fds[1];
	return NULL;
}

/* ---- the command ---- */

/* Whether the daemon heard it; where not, there is none any more. */
static bool tell(int fd, const struct exec_report *report)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(EXEC_REPORT_BYTES_MAX);

	return exec_report_write(report, &buffer) == 0 &&
		send(fd, buffer.bytes, buffer.length, MSG_NOSIGNAL) == (ssize_t)buffer.length;
}

/* As poll(2), to the end. */
static int wait_on(struct pollfd *waits, nfds_t count, int timeout)
{
	int r;

	do
		r = poll(waits, count, timeout);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Until the command has ended; sooner by SIGTERM, then SIGKILL, where the daemon's side ends. */
static void wait_for_end(int fd, const struct exec_group *group)
{
	struct pollfd waits[] = {
		{.fd = group->pidfd, .events = POLLIN},
		{.fd = fd, .events = POLLIN | POLLRDHUP},
	};

	(void)wait_on(waits, 2, -1);
	if (waits[0].revents)
		return;
	exec_group_signal(group, SIGTERM);
	if (wait_on(waits, 1, (int)(EXEC_TERM_GRACE / USEC_MSEC)) > 0)
		return;
	exec_group_signal(group, SIGKILL);
	(void)wait_on(waits, 1, -1);
}

static void run(int fd, const struct exec_command *command)
{
	struct exec_report report = {.kind = EXEC_REPORT_ENDED};
	struct exec_group group;
	siginfo_t info = {0};
	int r;

	r = exec_group_start(command, &group);
	/* Else the daemon would never see an end of standard error. */
	(void)close(command->stderr_fd);
	if (r < 0) {
		report = (struct exec_report){.kind = EXEC_REPORT_NO_COMMAND, .error = r};
	} else {
		wait_for_end(fd, &group);
		(void)exec_group_reap(&group, &info);
		(void)close(group.pidfd);
		report.code = info.si_code;
		report.status = info.si_status;
	}
	(void)tell(fd, &report);
}

int exec_runner_main(int fd)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	int fds[EXEC_DESCRIPTORS] = {-1, -1};
	struct exec_command command;
	const char *words;

	words = arena_new(EXEC_REQUEST_ARENA_BYTES, &arena) < 0
		? "there is no memory"
		: take_request(fd, arena, &command, fds);
	if (words) {
		(void)fprintf(stderr, "%s\n", words);
		(void)tell(fd, &(struct exec_report){.kind = EXEC_REPORT_REFUSED, .words = words});
		return EXEC_RUNNER_REFUSED;
	}
	/* A daemon that has given up by now runs the command by another attempt. */
	if (tell(fd, &(struct exec_report){.kind = EXEC_REPORT_TAKEN}))
		run(fd, &command);
	return EXEC_RUNNER_DONE;
}
