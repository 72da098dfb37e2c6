/* What every verb prints: JSON, times, and the end of standard output. */
#pragma once

#include <jansson.h>
#include <stdint.h>

enum {
	WHEN_SIZE = 48,
};

/*
 * Prints one JSON value and a newline; on a terminal indented and in ASCII, so that nothing in it
 * can steer the terminal.  Takes the reference over.  Returns an exit status.
 */
int output_json(json_t *value);

/* Prints the value as one line of JSON Lines, whatever standard output is.  Takes it over. */
int output_json_line(json_t *value);

/* Writes out what is buffered.  Returns the exit status, which is `status` if all went well. */
int output_finish(int status);

/* A time as "5min ago" or "in 2h", from RFC 3339; "-" for NULL and what is no time. */
const char *when_format(const char *time, int64_t now, char ret[WHEN_SIZE]);

/* Seconds since 1970. */
int64_t now_seconds(void);

/* A member that is a string, else NULL. */
const char *member_string(const json_t *object, const char *key);
long long member_number(const json_t *object, const char *key);

/* A member that is a list of strings as one text, in `ret`, which the caller frees. */
char *member_words(const json_t *object, const char *key);
