/*
 * The bytes between the daemon and a reader: little-endian fixed-width numbers and strings with
 * their length before them.  Writing goes to a bounded buffer, whose failure is checked once at
 * the end.  Reading treats its input as hostile: it never passes the end, a string longer than
 * allowed or holding a NUL makes the whole input bad, and bad input stays bad.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"

struct wire_reader {
	const uint8_t *bytes;
	size_t length;
	size_t offset;
	bool bad;
};

/* Append a number; where memory is out the buffer says so. */
void wire_put_u8(struct buffer *buffer, uint8_t value);
void wire_put_u32(struct buffer *buffer, uint32_t value);
void wire_put_u64(struct buffer *buffer, uint64_t value);

/* Bytes with a 32-bit length; NULL is told apart from empty. */
void wire_put_bytes(struct buffer *buffer, const void *bytes, size_t length);
void wire_put_string(struct buffer *buffer, const char *string);

/* 0 where the input is bad or ends. */
uint8_t wire_get_u8(struct wire_reader *reader);
uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);

/* Borrows from the input.  Returns NULL for absent or bad. */
const void *wire_get_bytes(struct wire_reader *reader, size_t limit, size_t *ret_length);

/* Copies into the arena.  NULL for absent or bad; bad also if it is not UTF-8. */
char *wire_get_string(struct wire_reader *reader, size_t limit, struct arena *arena);

/* A number of things that follow, at most `limit`, else bad and 0. */
uint32_t wire_get_count(struct wire_reader *reader, uint32_t limit);

/* Whether all was read and nothing was bad. */
bool wire_done(const struct wire_reader *reader);
