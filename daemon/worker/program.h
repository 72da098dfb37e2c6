/*
 * The readers' program.  `wirewatch-reader` stands beside the program that asks, or where it is
 * installed, and loads a third of the libraries: a reader starts in a third of the time.  Where
 * there is none that can be executed (a program that was copied alone), the program itself is the
 * reader, in its role.
 */
#pragma once

#include "base/macro.h"

#define OWN_PROGRAM "/proc/self/exe"

enum {
	READER_PROGRAM_SIZE = 128, /* "/proc/PID/fd/FD", or OWN_PROGRAM */
};

struct reader_program {
	int fd; /* the program's file; -1: none */
	char path[READER_PROGRAM_SIZE];
};

/*
 * Finds the program; `own` is a link to the one that asks (OWN_PROGRAM).  It stays open, so that
 * every reader speaks the version that was there then, whatever a package manager replaces
 * meanwhile.  `path` is what to execute.
 */
void reader_program_open(const char *own, struct reader_program *ret);
void reader_program_close(struct reader_program *program);
