/*
 * A command as a process group of its own, which ends with it: started with its whole environment,
 * three descriptors, no signal blocked or ignored, and the limits that every command has.  Used by
 * the daemon for its own children and by the runner in a command's unit (notify/exec_runner.h).
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	EXEC_FILES = 1024, /* RLIMIT_NOFILE */
};

#define EXEC_FILE_BYTES (UINT64_C(1) << 30) /* RLIMIT_FSIZE */

/* What is to be run. */
struct exec_command {
	const char **argv;        /* NULL-terminated; [0] is an absolute path */
	const char **environment; /* NULL-terminated */
	uint64_t cpu_seconds;     /* RLIMIT_CPU, of each process */
	int stdin_fd;             /* borrowed, as the next */
	int stderr_fd;
};

struct exec_group {
	pid_t pid; /* of its leader; 0: there is none */
	int pidfd; /* readable when the leader has ended; the caller's to close */
};

/* The descriptors are dup'ed, standard output is /dev/null.  Returns 0 or -errno. */
int exec_group_start(const struct exec_command *command, struct exec_group *ret);

/* To the whole group; and to the leader, should it have left its group. */
void exec_group_signal(const struct exec_group *group, int number);

/* Where the leader has ended: ends what it left in its group, and reaps it.  Returns whether. */
bool exec_group_reap(struct exec_group *group, siginfo_t *ret);
