/* A reader's answer as hostile bytes: what the daemon takes, it writes as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct wire_reader reader = {.bytes = data, .length = size};
	struct parsed_feed feed;

	if (arena_new(ROUND_BYTES_MAX, &arena) < 0)
		return 0;
	if (parsed_feed_read(&reader, arena, &feed) < 0 || !wire_done(&reader))
		return 0;
	parsed_feed_write(&feed, &buffer);
	/* Flags are any byte but nought: all else comes back to the bit. */
	if (buffer.failed || buffer.length != size)
		abort();
	return 0;
}
