#include "parse/gunzip.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/macro.h"

enum {
	PIECE_BYTES = 64 * 1024,
	GZIP_WINDOW = 15 + 16, /* the largest window, gzip's header and trailer (zlib.h) */
};

bool is_gzip(const char *bytes, size_t length)
{
	/* its two bytes of magic, and the one method there is */
	return length > 3 && memcmp(bytes, "\x1F\x8B\x08", 3) == 0;
}

static bool is_within_bounds(size_t packed, size_t unpacked)
{
	if (unpacked > GUNZIP_BYTES_MAX)
		return false;
	return unpacked <= GUNZIP_RATIO_FREE || unpacked / GUNZIP_RATIO_MAX <= packed;
}

static void end_stream(z_stream *stream)
{
	(void)inflateEnd(stream);
}

/* Goes on with what follows a member.  Returns whether that is another. */
static bool next_member(z_stream *stream)
{
	return is_gzip((const char *)stream->next_in, stream->avail_in) &&
		inflateReset(stream) == Z_OK;
}

/* Unpacks up to PIECE_BYTES.  Returns as inflate(), with Z_OK where there is more. */
static int unpack_piece(z_stream *stream, struct buffer *out)
{
	char *room = buffer_reserve(out, PIECE_BYTES);
	int status;

	if (!room)
		return Z_MEM_ERROR;
	stream->next_out = (Bytef *)room;
	stream->avail_out = PIECE_BYTES;
	status = inflate(stream, Z_NO_FLUSH);
	buffer_commit(out, PIECE_BYTES - stream->avail_out);
	if (status == Z_STREAM_END && next_member(stream))
		status = Z_OK;
	return status;
}

int gunzip(const char *bytes, size_t length, struct buffer *ret)
{
	_cleanup_(end_stream)
		z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)length};
	int status;

	/* One piece more than is allowed, so that it is seen to be more. */
	*ret = BUFFER_INIT(GUNZIP_BYTES_MAX + PIECE_BYTES);
	if (length > GUNZIP_BYTES_MAX)
		return -EFBIG;
	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return -ENOMEM;
	do {
		status = unpack_piece(&stream, ret);
		if (!is_within_bounds(length, ret->length))
			return -EFBIG;
	} while (status == Z_OK);
	if (status == Z_STREAM_END)
		return 0;
	return status == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}
