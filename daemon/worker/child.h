/*
 * The reader role: wirewatch-reader, or either other program by `--reader` (worker/program.h), with
 * its pipe as standard input and output.  It prepares what needs files, enters the sandbox, then
 * answers jobs until end of file.
 */
#pragma once

/* What argv[1] is in a reader. */
#define READER_ARGUMENT "--reader"

/* How a reader ends when it is not its document's fault. */
enum child_exit {
	CHILD_EXIT_DONE = 0,
	CHILD_EXIT_SANDBOX = 71,  /* could not close its cage */
	CHILD_EXIT_PREPARE = 70,  /* could not load what needs files */
	CHILD_EXIT_PROTOCOL = 76, /* the job was malformed */
};

/* Runs the role.  Ends the process by _exit(2) with a child_exit; never returns. */
int child_main(void);
