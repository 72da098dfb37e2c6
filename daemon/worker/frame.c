#include "worker/frame.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/wire.h"

void frame_input_clear(struct frame_input *input)
{
	free(input->bytes);
	*input = (struct frame_input){0};
}

/* Reads once.  Returns the bytes read, 0 when it would block, -ENODATA at the end. */
static ssize_t read_some(int fd, void *room, size_t length)
{
	ssize_t got;

	do
		got = read(fd, room, length);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		return got;
	if (got == 0)
		return -ENODATA;
	return errno == EAGAIN ? 0 : -errno;
}

/* The head is whole: takes memory for what it announces. */
static int take_head(struct frame_input *input, size_t limit)
{
	uint32_t length;

	memcpy(&length, input->head, sizeof(length));
	length = le32toh(length);
	if (length == 0 || length > limit)
		return -EBADMSG;
	input->bytes = malloc((size_t)length + 1);
	if (!input->bytes)
		return -ENOMEM;
	input->length = length;
	input->bytes[length] = '\0';
	return 0;
}

static int read_head(struct frame_input *input, int fd, size_t limit)
{
	ssize_t got;

	got = read_some(fd, input->head + input->head_got, FRAME_HEAD_BYTES - input->head_got);
	if (got < 0)
		return got == -ENODATA && input->head_got > 0 ? -EBADMSG : (int)got;
	input->head_got += (size_t)got;
	if (input->head_got < FRAME_HEAD_BYTES)
		return 0;
	return take_head(input, limit);
}

int frame_input_read(struct frame_input *input, int fd, size_t limit)
{
	size_t room = FRAME_TURN_BYTES;
	int r;

	if (!input->bytes) {
		r = read_head(input, fd, limit);
		if (r < 0 || !input->bytes)
			return r;
	}
	while (input->got < input->length && room > 0) {
		size_t want = input->length - input->got;
		ssize_t got;

		got = read_some(fd, input->bytes + input->got, want < room ? want : room);
		if (got < 0)
			return got == -ENODATA ? -EBADMSG : (int)got;
		if (got == 0)
			return 0;
		input->got += (size_t)got;
		room -= (size_t)got;
	}
	return input->got == input->length;
}

void frame_begin(struct buffer *buffer)
{
	wire_put_u32(buffer, 0);
}

int frame_end(struct buffer *buffer, size_t more)
{
	size_t length = buffer->length - FRAME_HEAD_BYTES;
	uint32_t head;

	if (buffer->failed)
		return buffer->failed;
	if (more > UINT32_MAX - length)
		return -EFBIG;
	head = htole32((uint32_t)(length + more));
	memcpy(buffer->bytes, &head, sizeof(head));
	return 0;
}
