#include "base/buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum {
	FIRST_SIZE = 256,
};

void buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = BUFFER_INIT(buffer->limit);
}

void buffer_reset(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = 0;
	if (buffer->bytes)
		buffer->bytes[0] = '\0';
}

void buffer_truncate(struct buffer *buffer, size_t length)
{
	buffer->failed = 0;
	if (length >= buffer->length)
		return;
	buffer->length = length;
	buffer->bytes[length] = '\0';
}

/* Makes room for `more` bytes and the NUL. */
static int make_room(struct buffer *buffer, size_t more)
{
	size_t size = buffer->size > 0 ? buffer->size : FIRST_SIZE;
	char *bytes;

	if (buffer->failed)
		return buffer->failed;
	if (more > buffer->limit - buffer->length)
		return buffer->failed = -EFBIG;
	if (buffer->bytes && more < buffer->size - buffer->length)
		return 0;
	while (size - buffer->length <= more)
		size *= 2;
	bytes = realloc(buffer->bytes, size);
	if (!bytes)
		return buffer->failed = -ENOMEM;
	buffer->bytes = bytes;
	buffer->size = size;
	return 0;
}

int buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	int r;

	r = make_room(buffer, length);
	if (r < 0)
		return r;
	if (length > 0)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
	return 0;
}

int buffer_add_string(struct buffer *buffer, const char *string)
{
	return buffer_add(buffer, string, strlen(string));
}

int buffer_add_char(struct buffer *buffer, char character)
{
	return buffer_add(buffer, &character, 1);
}

int buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	int length;
	int r;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return buffer->failed = -EINVAL;
	r = make_room(buffer, (size_t)length);
	if (r < 0)
		return r;
	va_start(arguments, format);
	(void)vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
	return 0;
}

char *buffer_reserve(struct buffer *buffer, size_t more)
{
	return make_room(buffer, more) < 0 ? NULL : buffer->bytes + buffer->length;
}

void buffer_commit(struct buffer *buffer, size_t length)
{
	assert(length < buffer->size - buffer->length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
}

void buffer_consume(struct buffer *buffer, size_t length)
{
	if (length > buffer->length)
		length = buffer->length;
	if (length == 0)
		return;
	buffer->length -= length;
	memmove(buffer->bytes, buffer->bytes + length, buffer->length + 1);
}

const char *buffer_string(const struct buffer *buffer)
{
	return buffer->bytes ? buffer->bytes : "";
}

char *buffer_take(struct buffer *buffer)
{
	char *bytes = buffer->bytes ? buffer->bytes : strdup("");

	*buffer = BUFFER_INIT(buffer->limit);
	return bytes;
}
