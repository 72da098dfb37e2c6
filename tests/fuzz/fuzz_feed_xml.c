/*
 * Documents of any kind but JSON, as a reader gets them.  What comes back must pass the wire form
 * that the daemon checks it with, and a second poll must know all of its entries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/feed_parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	KNOWN_MAX = 64,
};

static void check_wire_form(const struct parsed_feed *feed)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(ROUND_BYTES_MAX);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct wire_reader reader;
	struct parsed_feed copy;

	parsed_feed_write(feed, &buffer);
	if (buffer.failed || arena_new(2UL * ROUND_BYTES_MAX, &arena) < 0)
		return;
	reader = (struct wire_reader){
		.bytes = (const uint8_t *)buffer.bytes, .length = buffer.length};
	if (parsed_feed_read(&reader, arena, &copy) < 0 || !wire_done(&reader))
		abort();
}

static void check_known(const struct document *document, const struct parsed_feed *feed)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct digest known[KNOWN_MAX];
	struct parsed_feed again;
	const char *reason;

	if (feed->entry_count == 0 || feed->entry_count > KNOWN_MAX || feed->alternate_count > 0 ||
		arena_new(ROUND_BYTES_MAX, &arena) < 0)
		return;
	for (size_t i = 0; i < feed->entry_count; i++)
		known[i] = feed->entries[i].digest;
	qsort(known, feed->entry_count, sizeof(known[0]), digest_compare);
	if (feed_parse(document, known, feed->entry_count, arena, &again, &reason) < 0 ||
		again.entry_count != 0 || again.known_count != feed->entry_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct document document = {
		.url = (char *)"https://example.org/feed", .bytes = (char *)data, .length = size};
	struct parsed_feed feed;
	const char *reason;

	if (arena_new(ROUND_BYTES_MAX, &arena) < 0)
		return 0;
	if (feed_parse(&document, NULL, 0, arena, &feed, &reason) < 0)
		return 0;
	check_wire_form(&feed);
	check_known(&document, &feed);
	return 0;
}
