/*
 * The moment between the daemon and an exec hook's command, as another role of the program
 * (`wirewatchd --hook USER COMMAND...`): becomes the user of User=, which posix_spawn(3) cannot do,
 * and then is the command.  Says what it cannot do on standard error, which the outcome quotes.
 */
#pragma once

#define EXEC_CHILD_ARGUMENT "--hook"

enum {
	EXEC_CHILD_NO_USER = 77,     /* sysexits.h: EX_NOPERM */
	EXEC_CHILD_NO_COMMAND = 127, /* as shells say it */
};

/* argv[1] is EXEC_CHILD_ARGUMENT.  Returns an exit status where it is no command by then. */
int exec_child_main(int argc, char **argv);
