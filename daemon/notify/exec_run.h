/*
 * A hook's command under way: as a process of the daemon's own (exec_process.c), or in a unit of
 * its own, which systemd starts for it and whose limits and accounts it has (exec_unit.c).  Either
 * runs on the loop, never blocks it, and tells once how the command ended.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "notify/exec_group.h"
#include "notify/exec_outcome.h"

struct event_base;

#define EXEC_TERM_GRACE (5 * USEC_SEC) /* from SIGTERM to SIGKILL at the time-out */

/* From asking for a unit to its taking the command: a start of systemd's takes milliseconds. */
#define EXEC_UNIT_START_MAX (30 * USEC_SEC)

struct exec_listener {
	/* The unit has taken the command, which runs from now on; not called for a process. */
	void (*on_taken)(void *userdata);
	/* It is over, with all but what the listener knows itself; the run is to be freed. */
	void (*on_end)(const struct exec_end *end, void *userdata);
	void *userdata;
};

struct exec_run {
	const struct exec_run_ops *ops;
	struct exec_listener listener;
	bool taken; /* it runs, for all we know */
};

struct exec_run_ops {
	usec kill_after; /* term() */
	/* Asks the command to end; the listener hears how it did. */
	void (*term)(struct exec_run *run);
	/* Ends it, or what is known of it: the listener hears of it soon. */
	void (*kill)(struct exec_run *run);
	/* Ends the command where it is not over, without a word to the listener. */
	void (*free)(struct exec_run *run);
};

/* Runs the command as a child.  The listener is not called from within.  Returns 0 or -errno. */
int exec_process_new(struct event_base *base, const struct exec_command *command,
	const struct exec_listener *listener, struct exec_run **ret);

/*
 * Sends the command to the socket, behind which systemd starts a unit for it.  As above; or -errno
 * where the command cannot go there: -ENOENT and -ECONNREFUSED where nobody listens, -EPERM where
 * the socket is somebody else's, -EMSGSIZE beyond EXEC_REQUEST_BYTES_MAX.  A unit that does not
 * start is told to the listener.
 */
int exec_unit_new(struct event_base *base, const char *socket, const struct exec_command *command,
	const struct exec_listener *listener, struct exec_run **ret);

/* A run that was over before it began: tells the listener of `end` in the loop's next turn. */
int exec_failure_new(struct event_base *base, const struct exec_end *end,
	const struct exec_listener *listener, struct exec_run **ret);

/* Whether a socket of ours is there.  Returns 0, -ENOENT or -EPERM. */
int exec_unit_look(const char *socket);
