/*
 * What the end of a command means for a delivery, in words and as an outcome (notify/notifier.h).
 * Pure.  What the command said on standard error is anybody's text: one line of it is told.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "notify/notifier.h"

enum {
	EXEC_STDERR_BYTES = 600, /* of the end of standard error that is told */
	EXEC_TEMPFAIL = 75,      /* sysexits.h: EX_TEMPFAIL */
};

/* What `journalctl -u` is asked for about commands in units of their own. */
#define EXEC_UNITS "wirewatch-hook@*"

enum exec_fate {
	EXEC_ENDED,      /* `code` and `status` say how */
	EXEC_NO_COMMAND, /* it could not be started: `error` */
	EXEC_NOT_TAKEN, /* its unit did not take it, so it has not run: `words`, or `error`, or 0 */
	EXEC_LOST,      /* its unit ended before it told how the command did, which may be done */
};

/* How a command ended. */
struct exec_end {
	enum exec_fate fate;
	int code;            /* waitid(2): CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int status;          /* exit status or signal */
	int error;           /* -errno */
	const char *words;   /* NULL, or why its unit refused it */
	const char *command; /* the program's path */
	bool in_unit;        /* it ran in a unit of its own, with that unit's limits */
	bool timed_out;      /* it was ended after the hook's Timeout= */
	const char *tail;    /* the end of its standard error, any bytes */
	size_t tail_length;
};

struct outcome exec_outcome(const struct exec_end *end, char words[OUTCOME_WORDS_BYTES]);
