/* The sandbox from within: each try runs in a process of its own, whose end tells. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/macro.h"
#include "worker/sandbox.h"

enum {
	MEMORY_MAX = 256 * 1024 * 1024,
	NOT_ENTERED = 100,
};

/* Runs `act` in a sandbox.  Returns its exit status, or minus the signal that ended it. */
static int run_caged(int (*act)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_enter(MEMORY_MAX) < 0)
			_exit(NOT_ENTERED);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int use_memory(void)
{
	for (size_t size = 1; size < MEMORY_MAX / 8; size *= 2) {
		char *block = malloc(size);

		if (!block)
			return 1;
		memset(block, 1, size);
		free(block);
	}
	return 0;
}

static void test_memory_and_exit_work(void **state)
{
	(void)state;
	assert_int_equal(run_caged(use_memory), 0);
}

static int map_beyond_limit(void)
{
	void *block =
		mmap(NULL, (size_t)MEMORY_MAX + 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return block == MAP_FAILED && errno == ENOMEM ? 0 : 1;
}

static void test_address_space_is_bounded(void **state)
{
	(void)state;
#ifdef WIREWATCH_SANITIZED
	skip();
#endif
	assert_int_equal(run_caged(map_beyond_limit), 0);
}

/* Each returns 0 where it was refused, 1 where it came through. */

static int open_to_read(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 1;
}

static int open_to_write(void)
{
	return open("/tmp/wirewatch-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0 ? 0 : 1;
}

static int look_at_file(void)
{
	return access("/etc/passwd", F_OK) < 0 && errno == EACCES ? 0 : 1;
}

static void test_files_are_refused_as_if_absent(void **state)
{
	(void)state;
	assert_int_equal(run_caged(open_to_read), 0);
	assert_int_equal(run_caged(open_to_write), 0);
	assert_int_equal(run_caged(look_at_file), 0);
}

static int make_inet_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? 0 : 1;
}

static int make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? 0 : 1;
}

static int connect_anything(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	return connect(0, (struct sockaddr *)&address, sizeof(address)) < 0 ? 0 : 1;
}

static int execute(void)
{
	char *const arguments[] = {(char *)"/bin/true", NULL};

	return execv(arguments[0], arguments) < 0 ? 0 : 1;
}

static int fork_process(void)
{
	return syscall(SYS_fork) < 0 ? 0 : 1;
}

static int clone_process(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 ? 0 : 1;
}

static int signal_parent(void)
{
	return kill(getppid(), 0) < 0 ? 0 : 1;
}

static int signal_another_thread(void)
{
	return syscall(SYS_tgkill, 1, 1, 0) < 0 ? 0 : 1;
}

static int raise_limit(void)
{
	const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_AS, &limit) < 0 ? 0 : 1;
}

static int map_executable(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			MAP_FAILED
		? 0
		: 1;
}

static int make_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0 ? 0 : 1;
}

static int write_to_other_descriptor(void)
{
	return write(5, "x", 1) < 0 ? 0 : 1;
}

static int copy_descriptor(void)
{
	return dup(0) < 0 ? 0 : 1;
}

static int become_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? 0 : 1;
}

static int set_real_timer(void)
{
	const struct itimerval timer = {.it_value = {.tv_sec = 1}};

	return setitimer(ITIMER_REAL, &timer, NULL) < 0 ? 0 : 1;
}

static void test_everything_else_ends_the_process(void **state)
{
	static int (*const acts[])(void) = {make_inet_socket, make_unix_socket, connect_anything,
		execute, fork_process, clone_process, signal_parent, signal_another_thread,
		raise_limit, map_executable, make_executable, write_to_other_descriptor,
		copy_descriptor, become_dumpable, set_real_timer};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		print_message("act %zu\n", i);
		assert_int_equal(run_caged(acts[i]), -SIGSYS);
	}
}

static int end_by_abort(void)
{
	abort();
}

static void test_abort_shows_as_such(void **state)
{
	(void)state;
	assert_int_equal(run_caged(end_by_abort), -SIGABRT);
}

static int outrun_timer(void)
{
	const struct itimerval timer = {.it_value = {.tv_usec = 20 * 1000}};
	volatile unsigned turns = 0;

	if (setitimer(ITIMER_PROF, &timer, NULL) < 0)
		return 1;
	while (turns < UINT32_MAX)
		turns = turns + 1;
	return 0;
}

static void test_timer_of_cpu_time_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(run_caged(outrun_timer), -SIGPROF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_and_exit_work),
		cmocka_unit_test(test_address_space_is_bounded),
		cmocka_unit_test(test_files_are_refused_as_if_absent),
		cmocka_unit_test(test_everything_else_ends_the_process),
		cmocka_unit_test(test_abort_shows_as_such),
		cmocka_unit_test(test_timer_of_cpu_time_ends_the_process),
	};

	int fd = pidfd_open(getpid(), 0);

	if (fd < 0) {
		print_message("skipped: this is valgrind, which the filter would end\n");
		return 77;
	}
	(void)close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
