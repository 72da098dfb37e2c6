/*
 * The pieces of a story index's snapshot: each block of bytes is followed by its hash, so that a
 * damaged one is known before it is used.  Native byte order: a snapshot stays on its machine.
 */
#pragma once

#include <stddef.h>

/* Takes a piece; returns 0 or -errno, which ends the writing. */
typedef int (*snapshot_write_fn)(void *userdata, const void *bytes, size_t length);

/* Fills `ret_bytes` whole; returns 0 or -errno, -ENODATA where the snapshot ends before. */
typedef int (*snapshot_read_fn)(void *userdata, void *ret_bytes, size_t length);

struct snapshot_writer {
	snapshot_write_fn write;
	void *userdata;
};

struct snapshot_reader {
	snapshot_read_fn read;
	void *userdata;
};

/* Return 0 or what the function returned; reading also -EBADMSG for another hash. */
int snapshot_put(const struct snapshot_writer *writer, const void *bytes, size_t length);
int snapshot_get(const struct snapshot_reader *reader, void *ret_bytes, size_t length);
