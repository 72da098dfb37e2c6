/*
 * Frames between the daemon and a reader: a little-endian 32-bit length, then that many bytes.
 * A frame is read piece by piece as the descriptor gives it, so that the loop never waits; its
 * limit is checked before memory is taken for it.  The frame_input owns the bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum {
	FRAME_HEAD_BYTES = 4,
	/* What one call reads at most: well under the 10 ms that a turn of the loop may take. */
	FRAME_TURN_BYTES = 1024 * 1024,
};

struct frame_input {
	uint8_t head[FRAME_HEAD_BYTES];
	size_t head_got;
	char *bytes; /* followed by a NUL that does not count */
	size_t length;
	size_t got;
};

/* Frees the bytes and makes the input ready for the next frame. */
void frame_input_clear(struct frame_input *input);

/*
 * Reads on.  Returns 1 when the frame is whole, 0 when there is more to come, -ENODATA at the end
 * of the stream before a frame, -EBADMSG at its end within one and for a frame that is empty or
 * longer than `limit`, -ENOMEM, or -errno of read(2).
 */
int frame_input_read(struct frame_input *input, int fd, size_t limit);

/* Starts a frame in an empty buffer. */
void frame_begin(struct buffer *buffer);

/*
 * Ends it: sets its length to what was added plus `more` bytes that the caller sends behind the
 * buffer.  Returns 0 or the buffer's failure.
 */
int frame_end(struct buffer *buffer, size_t more);
