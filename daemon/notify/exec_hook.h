/*
 * Exec hooks: a command of the administrator's for each alert, without a shell.  The event is its
 * standard input, the alert's fields its WIREWATCH_ variables; nothing from outside is an argument.
 * The command leads a process group of its own, which ends with it.  This is what of it is pure.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "base/arena.h"
#include "notify/notifier.h"

enum {
	EXEC_VALUE_BYTES = 4096,    /* of a variable; a longer one is cut at a word */
	EXEC_STDERR_BYTES = 600,    /* of the end of standard error that is told */
	EXEC_FILES = 1024,          /* RLIMIT_NOFILE */
	EXEC_TEMPFAIL = 75,         /* sysexits.h: EX_TEMPFAIL */
	EXEC_DRAIN_BYTES = 1 << 16, /* read of standard error after the end: a pipe's content */
};

#define EXEC_FILE_BYTES (UINT64_C(1) << 30) /* RLIMIT_FSIZE */
#define EXEC_TERM_GRACE (5 * USEC_SEC)      /* from SIGTERM to SIGKILL at the time-out */

/* The command's whole environment, NULL-terminated, in the arena.  Returns 0 or -ENOMEM. */
int exec_environment(const struct alert *alert, struct arena *arena, char ***ret);

/* How a command ended. */
struct exec_end {
	int code;         /* waitid(2): CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int status;       /* exit status or signal */
	bool timed_out;   /* it was ended after the hook's Timeout= */
	const char *tail; /* the end of its standard error, any bytes */
	size_t tail_length;
};

struct outcome exec_outcome(const struct exec_end *end, char words[OUTCOME_WORDS_BYTES]);
