#include "worker/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "base/macro.h"

/* Memory, time and an orderly end; none of them names anything outside the process. */
static const int allowed_calls[] = {
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(sysinfo), /* glibc's qsort(3) asks how much memory there is */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
#ifdef WIREWATCH_SANITIZED
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getrlimit),
#endif
};

/* What libraries try and can do without: charset modules, locale files, is it a terminal. */
static const int refused_calls[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(ioctl),
};

static int allow_calls(scmp_filter_ctx filter)
{
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(allowed_calls); i++) {
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(refused_calls); i++) {
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused_calls[i], 0);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Calls that depend on an argument; SCMP_A0 ... count from the first. */
static int allow_conditional_calls(scmp_filter_ctx filter)
{
	const struct {
		int call;
		unsigned count;
		struct scmp_arg_cmp conditions[2];
	} rules[] = {
		{SCMP_SYS(read), 1, {SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO)}},
		{SCMP_SYS(write), 1, {SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO)}},
		{SCMP_SYS(write), 1, {SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO)}},
		/* Anonymous memory, never executable. */
		{SCMP_SYS(mmap), 2,
			{SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
				SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)}},
		{SCMP_SYS(mprotect), 1, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}},
		/* The limit of CPU time for a document. */
		{SCMP_SYS(setitimer), 1, {SCMP_A0(SCMP_CMP_EQ, ITIMER_PROF)}},
		/* abort(3) signals itself and nobody else. */
		{SCMP_SYS(tgkill), 1, {SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())}},
		/* Reading the own stack's limit, as a sanitizer's or pthread's run-time does. */
		{SCMP_SYS(prlimit64), 2, {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)}},
	};
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		r = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].count, rules[i].conditions);
		if (r < 0)
			return r;
	}
	return 0;
}

static int filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (!filter)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = allow_calls(filter);
	if (r == 0)
		r = allow_conditional_calls(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* Refuses every access to files.  A kernel without landlock is no failure: seccomp stays. */
static int restrict_files(void)
{
	const struct landlock_ruleset_attr ruleset = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
			LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
			LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	_cleanup_(closep) int fd = -1;

	fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);
	if (fd < 0)
		return 0;
	return syscall(SYS_landlock_restrict_self, fd, 0) < 0 ? -errno : 0;
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, held) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		if (held[i].effective || held[i].permitted || held[i].inheritable)
			return true;
	return false;
}

/*
 * Without them even the administrator's own process can do nothing special.  A service has none,
 * and its filter may refuse to let go of what is not there.
 */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	if (!has_capabilities())
		return 0;
	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

static int limit_resources(size_t memory_max)
{
	const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
#ifndef WIREWATCH_SANITIZED
		{RLIMIT_AS, memory_max},
#endif
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, 0},
		{RLIMIT_NOFILE, 0},
		{RLIMIT_NPROC, 0},
	};

	(void)memory_max;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct rlimit limit = {limits[i].limit, limits[i].limit};

		if (setrlimit(limits[i].resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

int sandbox_enter(size_t memory_max)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	/* No dump of a hostile document's making, nor a look into /proc by its user's others. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	r = drop_capabilities();
	if (r < 0)
		return r;
	/* Landlock needs a descriptor, so it comes before their limit. */
	r = restrict_files();
	if (r < 0)
		return r;
	r = limit_resources(memory_max);
	if (r < 0)
		return r;
	return filter_calls();
}
