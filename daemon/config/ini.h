/*
 * The form of the files (wirewatch.conf(5)): sections `[Kind "name"]` (in names \" and \\),
 * KEY=value, a line that begins with a blank continues the value (joined by one space), `#` and `;`
 * begin a comment at the start of a line only, values are raw to the end of the line.
 *
 * inih splits the lines.  Its own reader of lines is not used: it cuts section names at 50 bytes
 * and at their first `]`, knows no line numbers and joins nothing, so it is fed one logical line
 * at a time.  All strings given to the callbacks are valid UTF-8 without control characters but
 * tabs.
 */
#pragma once

#include <stddef.h>

#include "config/errors.h"

enum {
	INI_LINE_MAX = 1024 * 1024, /* bytes of a value with all its continuation lines */
	INI_NAME_MAX = 256,         /* bytes of a section's name */
	INI_KEY_MAX = 64,
};

struct ini_callbacks {
	/* `name` is "" where the section has none.  Both return 0 or -ENOMEM, which ends it. */
	int (*section)(void *userdata, unsigned line, const char *kind, const char *name);
	int (*value)(void *userdata, unsigned line, const char *key, const char *value);
};

/*
 * Reads the text of a file; `file` is for messages.  What cannot be understood is added to
 * `errors` and passed over; so are the values of a section whose header was faulty.  Returns 0 or
 * -ENOMEM.
 */
int ini_read(const char *file, const char *text, size_t length, struct config_errors *errors,
	const struct ini_callbacks *callbacks, void *userdata);

/* Where a part of a value stands in its file. */
struct ini_place {
	unsigned line;
	unsigned column; /* in code points from 1 */
};

/*
 * Finds byte `offset` of `value`, as the callback had it with `line`, in the text of its file.
 * Returns 0, or -ENOENT where that value does not stand there (any more).
 */
int ini_place_find(const char *text, size_t length, unsigned line, const char *value, size_t offset,
	struct ini_place *ret);
