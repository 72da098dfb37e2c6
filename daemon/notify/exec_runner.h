/*
 * The runner in a command's unit, another role of the program (`wirewatchd --run-hook`): systemd
 * starts it for each connection to wirewatch-hook.socket, which is its standard input.  It takes
 * one request (notify/exec_message.h) from a daemon of its own user, runs the command as the
 * daemon itself would, tells how it ended, and ends; systemd then ends what else is in the unit.
 */
#pragma once

#define EXEC_RUNNER_ARGUMENT "--run-hook"

/* How a runner ends. */
enum exec_runner_exit {
	EXEC_RUNNER_DONE = 0,
	EXEC_RUNNER_REFUSED = 76, /* sysexits.h: EX_PROTOCOL; the reason is on standard error */
};

/* Serves the connection on the descriptor.  Returns an exec_runner_exit. */
int exec_runner_main(int fd);
