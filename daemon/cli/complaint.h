/*
 * What the tool says on standard error when something is wrong: a line, made fit for a terminal
 * (cli/clean.h) and cut at COMPLAINT_BYTES_MAX.
 */
#pragma once

#include "config/errors.h"

enum {
	COMPLAINT_BYTES_MAX = 16 * 1024,
};

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The faults of a configuration, each in a line. */
void complain_of_errors(const struct config_errors *errors);

/* Says why a verb refuses what it was given.  Returns the exit status. */
int refuse(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says that memory or the like failed.  Returns the exit status. */
int fail_internal(const char *verb, int error);
