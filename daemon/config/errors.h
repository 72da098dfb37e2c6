/*
 * The faults of a configuration, all of them and not the first alone.  Each is one line for the
 * user: "FILE:LINE: KEY: what is wrong; what was expected".
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

enum {
	CONFIG_ERRORS_MAX = 200, /* more are counted, not kept */
};

struct config_errors {
	char **lines;
	size_t count;   /* kept */
	size_t dropped; /* beyond CONFIG_ERRORS_MAX */
};

/* `file` NULL: of no file; `line` 0: of no line. */
void config_errors_add(struct config_errors *errors, const char *file, unsigned line,
	const char *format, ...) _printf_(4, 5);
void config_errors_clear(struct config_errors *errors);
