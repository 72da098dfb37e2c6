/*
 * The reader role of the two programs: `PROGRAM --reader` with its pipe as standard input and
 * output.  It prepares what needs files, enters the sandbox, then answers jobs until end of file.
 */
#pragma once

/* What argv[1] is in a reader. */
#define READER_ARGUMENT "--reader"

/* Runs the role.  Returns the exit status. */
int child_main(void);
