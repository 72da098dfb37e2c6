#include "base/wire.h"

#include <endian.h>
#include <string.h>

#include "base/utf8.h"

#define ABSENT UINT32_MAX

void wire_put_u8(struct buffer *buffer, uint8_t value)
{
	(void)buffer_add(buffer, &value, sizeof(value));
}

void wire_put_u32(struct buffer *buffer, uint32_t value)
{
	value = htole32(value);
	(void)buffer_add(buffer, &value, sizeof(value));
}

void wire_put_u64(struct buffer *buffer, uint64_t value)
{
	value = htole64(value);
	(void)buffer_add(buffer, &value, sizeof(value));
}

void wire_put_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
	if (!bytes || length >= ABSENT) {
		wire_put_u32(buffer, ABSENT);
		return;
	}
	wire_put_u32(buffer, (uint32_t)length);
	(void)buffer_add(buffer, bytes, length);
}

void wire_put_string(struct buffer *buffer, const char *string)
{
	wire_put_bytes(buffer, string, string ? strlen(string) : 0);
}

static bool get(struct wire_reader *reader, void *ret, size_t length)
{
	if (reader->bad || length > reader->length - reader->offset) {
		reader->bad = true;
		memset(ret, 0, length);
		return false;
	}
	memcpy(ret, reader->bytes + reader->offset, length);
	reader->offset += length;
	return true;
}

uint8_t wire_get_u8(struct wire_reader *reader)
{
	uint8_t value;

	(void)get(reader, &value, sizeof(value));
	return value;
}

uint32_t wire_get_u32(struct wire_reader *reader)
{
	uint32_t value;

	(void)get(reader, &value, sizeof(value));
	return le32toh(value);
}

uint64_t wire_get_u64(struct wire_reader *reader)
{
	uint64_t value;

	(void)get(reader, &value, sizeof(value));
	return le64toh(value);
}

const void *wire_get_bytes(struct wire_reader *reader, size_t limit, size_t *ret_length)
{
	uint32_t length = wire_get_u32(reader);
	const void *bytes;

	*ret_length = 0;
	if (reader->bad || length == ABSENT)
		return NULL;
	if (length > limit || length > reader->length - reader->offset) {
		reader->bad = true;
		return NULL;
	}
	bytes = reader->bytes + reader->offset;
	reader->offset += length;
	*ret_length = length;
	return bytes;
}

char *wire_get_string(struct wire_reader *reader, size_t limit, struct arena *arena)
{
	size_t length;
	const char *bytes = wire_get_bytes(reader, limit, &length);
	char *copy;

	if (!bytes)
		return NULL;
	if (memchr(bytes, '\0', length) || !utf8_valid(bytes, length)) {
		reader->bad = true;
		return NULL;
	}
	copy = arena_copy(arena, bytes, length);
	if (!copy)
		reader->bad = true;
	return copy;
}

uint32_t wire_get_count(struct wire_reader *reader, uint32_t limit)
{
	uint32_t count = wire_get_u32(reader);

	if (count > limit)
		reader->bad = true;
	return reader->bad ? 0 : count;
}

bool wire_done(const struct wire_reader *reader)
{
	return !reader->bad && reader->offset == reader->length;
}
