#include "intake/deferral.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"

enum {
	HOST_ARENA_BYTES = 64 * 1024,
};

bool deferral_feed_wants(const struct feed *feed)
{
	return feed->full_text == FULL_TEXT_YES || feed->full_text == FULL_TEXT_AUTO;
}

bool deferral_wanted(
	const struct feed *feed, const struct feed_state *state, const struct entry *entry)
{
	const char *text;

	if (!deferral_feed_wants(feed))
		return false;
	if (!state->primed || !entry->link || !url_is_http(entry->link))
		return false;
	text = entry_text(entry);
	return feed->full_text == FULL_TEXT_YES || !text || strlen(text) < DEFERRAL_LONG_TEXT;
}

int deferral_put(struct store *store, const struct feed_state *state, const struct channel *channel,
	const struct entry *entry, const struct identity *identity, bool changed, usec now)
{
	_cleanup_(buffer_free) struct buffer bytes = BUFFER_INIT(DEFERRAL_ENTRY_MAX);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct entry copy = *entry;
	const struct parsed_feed document = {
		.channel = *channel, .entries = &copy, .entry_count = 1};
	struct waiting_entry waiting = {
		.feed = state->id,
		.identity = identity->entry,
		.url = entry->link,
		.since = now,
		.due = now,
		.renew = changed,
	};
	int r;

	r = arena_new(HOST_ARENA_BYTES, &arena);
	if (r < 0)
		return r;
	waiting.host = url_host(entry->link, arena);
	parsed_feed_write(&document, &bytes);
	if (bytes.failed == -ENOMEM)
		return -ENOMEM;
	if (bytes.failed || !waiting.host)
		return 0;
	waiting.entry = bytes.bytes;
	waiting.entry_length = bytes.length;
	r = store_waiting_put(store, &waiting);
	return r < 0 ? r : 1;
}

int deferral_read(const struct waiting_entry *waiting, struct arena *arena, struct parsed_feed *ret)
{
	struct wire_reader reader = {.bytes = waiting->entry, .length = waiting->entry_length};
	struct parsed_feed document;
	int r;

	r = parsed_feed_read(&reader, arena, &document);
	if (r < 0)
		return r;
	if (!wire_done(&reader) || document.entry_count != 1)
		return -EBADMSG;
	*ret = document;
	return 0;
}
