/* JSON Feed: whatever bytes follow the first brace. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/feed_parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(freep) char *bytes = malloc(size + 1);
	struct document document = {.bytes = bytes, .length = size};
	struct parsed_feed feed;
	const char *reason;

	if (!bytes || size == 0 || arena_new(ROUND_BYTES_MAX, &arena) < 0)
		return 0;
	memcpy(bytes, data, size);
	bytes[0] = '{';
	if (feed_parse(&document, NULL, 0, arena, &feed, &reason) == 0 &&
		feed.channel.format != FORMAT_JSONFEED_10 &&
		feed.channel.format != FORMAT_JSONFEED_11)
		abort();
	return 0;
}
