#include "notify/exec_group.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macro.h"

static int make_actions(const struct exec_command *command, posix_spawn_file_actions_t *ret)
{
	int r = posix_spawn_file_actions_init(ret);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_adddup2(ret, command->stdin_fd, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(ret, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(ret, command->stderr_fd, STDERR_FILENO);
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
 * come far.  CPU time is bounded for what leaves the group.
 */
static void set_limits(pid_t pid, const struct exec_command *command)
{
	/* clang-format off */
	const struct { int resource; rlim_t limit; } limits[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_CPU, command->cpu_seconds},
		{RLIMIT_FSIZE, EXEC_FILE_BYTES},
		{RLIMIT_NOFILE, EXEC_FILES},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct rlimit limit = {limits[i].limit, limits[i].limit};

		/* Fails where it has ended already, or where less is allowed anyway. */
		(void)prlimit(pid, limits[i].resource, &limit, NULL);
	}
}

static int spawn(const struct exec_command *command, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r;

	r = make_actions(command, &actions);
	if (r < 0)
		return r;
	r = make_attributes(&attributes);
	if (r == 0) {
		r = -posix_spawn(ret, command->argv[0], &actions, &attributes,
			(char *const *)command->argv, (char *const *)command->environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

int exec_group_start(const struct exec_command *command, struct exec_group *ret)
{
	struct exec_group group = {.pidfd = -1};
	int r;

	r = spawn(command, &group.pid);
	if (r < 0)
		return r;
	set_limits(group.pid, command);
	/* Only we reap it: the number is still its. */
	group.pidfd = pidfd_open(group.pid, 0);
	if (group.pidfd < 0) {
		r = -errno;
		(void)kill(-group.pid, SIGKILL);
		(void)waitpid(group.pid, NULL, 0);
		return r;
	}
	*ret = group;
	return 0;
}

void exec_group_signal(const struct exec_group *group, int number)
{
	(void)kill(-group->pid, number); /* ESRCH: all of them are gone */
	(void)pidfd_send_signal(group->pidfd, number, NULL, 0);
}

bool exec_group_reap(struct exec_group *group, siginfo_t *ret)
{
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)group->pidfd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		info.si_pid == 0)
		return false;
	/* While the leader's zombie still keeps the group's number. */
	(void)kill(-group->pid, SIGKILL);
	(void)waitid(P_PIDFD, (id_t)group->pidfd, &info, WEXITED | WNOHANG);
	group->pid = 0;
	*ret = info;
	return true;
}
