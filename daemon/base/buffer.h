/*
 * Growing bytes with a limit that is given at birth.  The bytes are always followed by a NUL that
 * does not count.  An append that would pass the limit adds nothing and makes the buffer failed;
 * a failed buffer stays so until buffer_reset(), so that a row of appends needs one check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct buffer {
	char *bytes; /* NULL while nothing was added */
	size_t length;
	size_t size;
	size_t limit;
	int failed; /* 0, -EFBIG at the limit, or -ENOMEM */
};

/* A buffer on the stack that holds at most `limit` bytes. */
#define BUFFER_INIT(limit_) ((struct buffer){.limit = (limit_)})

/* Frees the bytes; the buffer may be used again. */
void buffer_free(struct buffer *buffer);

/* Forgets the bytes and the failure, keeps the memory. */
void buffer_reset(struct buffer *buffer);

/* Keeps the first `length` bytes (at most all), and forgets the failure. */
void buffer_truncate(struct buffer *buffer, size_t length);

/* Appends.  Return 0, -EFBIG or -ENOMEM. */
int buffer_add(struct buffer *buffer, const void *bytes, size_t length);
int buffer_add_string(struct buffer *buffer, const char *string);
int buffer_add_char(struct buffer *buffer, char character);
int buffer_printf(struct buffer *buffer, const char *format, ...) _printf_(2, 3);

/*
 * Makes room for `more` bytes to be written behind the others; buffer_commit() says how many were.
 * Returns the place, or NULL where the append would have failed.
 */
char *buffer_reserve(struct buffer *buffer, size_t more);
void buffer_commit(struct buffer *buffer, size_t length);

/* Removes the first `length` bytes (at most all). */
void buffer_consume(struct buffer *buffer, size_t length);

/* The bytes as a string, "" while there are none; borrowed until the next change. */
const char *buffer_string(const struct buffer *buffer);

/* Hands over the bytes as a string of malloc's (never NULL unless out of memory). */
char *buffer_take(struct buffer *buffer);
