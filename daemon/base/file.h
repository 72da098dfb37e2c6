/* Whole files with a bound: configuration, secrets, documents given on the command line. */
#pragma once

#include <stddef.h>

/*
 * Reads a file, or standard input for "-", whole.  A NUL follows the bytes and does not count.
 * Returns 0, -EFBIG where there are more than `limit` bytes, -EISDIR, or what open(2) and read(2)
 * say.
 */
int file_read(const char *path, size_t limit, char **ret, size_t *ret_length);

/*
 * As file_read(), of a file that is there whole: one whose bytes somebody else has yet to send (a
 * pipe, a socket, a terminal) is not waited for, but -ESPIPE.
 */
int file_read_stored(const char *path, size_t limit, char **ret, size_t *ret_length);

/* What either of them failed with, other than -EFBIG, in words. */
const char *file_error(int error);

/* As file_read(), from an open descriptor, which stays open. */
int file_read_fd(int fd, size_t limit, char **ret, size_t *ret_length);
