#include "activator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <event2/listener.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macro.h"
#include "notify/exec_runner.h"

static void reap(struct activator *activator)
{
	if (activator->runner)
		(void)waitpid(activator->runner, NULL, 0);
	activator->runner = 0;
}

void activator_run(struct activator *activator, int fd)
{
	const char *argv[] = {"/proc/self/exe", EXEC_RUNNER_ARGUMENT, NULL};
	posix_spawn_file_actions_t actions;

	reap(activator);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO), 0);
	assert_int_equal(posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1), 0);
	assert_int_equal(posix_spawn(&activator->runner, argv[0], &actions, NULL,
				 (char *const *)argv, environ),
		0);
	(void)posix_spawn_file_actions_destroy(&actions);
}

static void speak(const struct activator *activator, int fd)
{
	char request;

	assert_true(recv(fd, &request, sizeof(request), 0) > 0);
	for (size_t i = 0; i < ARRAY_SIZE(activator->words) && activator->words[i]; i++)
		assert_int_equal(send(fd, activator->words[i], activator->lengths[i], MSG_NOSIGNAL),
			activator->lengths[i]);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address, int length, void *userdata)
{
	struct activator *activator = userdata;

	(void)listener;
	(void)address;
	(void)length;
	activator->connections++;
	switch (activator->act) {
	case ACTIVATOR_RUN:
		activator_run(activator, fd);
		break;
	case ACTIVATOR_SPEAK:
		speak(activator, fd);
		if (!activator->holds)
			break;
		activator->held = fd;
		return;
	case ACTIVATOR_HOLD:
		activator->held = fd;
		return;
	default:
		break;
	}
	(void)close(fd);
}

void activator_open(struct activator *activator, struct event_base *base)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[] = "/tmp/wirewatch-unit-XXXXXX";
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*activator = (struct activator){.base = base, .held = -1};
	assert_non_null(mkdtemp(folder));
	(void)snprintf(activator->path, sizeof(activator->path), "%s/hook.sock", folder);
	memcpy(address.sun_path, activator->path, sizeof(activator->path));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	activator->listener = evconnlistener_new(base, on_connection, activator,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, SOMAXCONN, fd);
	assert_non_null(activator->listener);
}

void activator_close(struct activator *activator)
{
	if (activator->listener)
		evconnlistener_free(activator->listener);
	activator->listener = NULL;
	closep(&activator->held);
	activator->held = -1;
	reap(activator);
	(void)unlink(activator->path);
	*strrchr(activator->path, '/') = '\0';
	(void)rmdir(activator->path);
}
