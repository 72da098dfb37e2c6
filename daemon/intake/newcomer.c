#include "intake/newcomer.h"

#include <string.h>

void newcomer_begin(struct newcomer *newcomer, int64_t feed)
{
	if (newcomer->count > 0)
		memset(newcomer->slots, 0, sizeof(newcomer->slots));
	newcomer->count = 0;
	newcomer->feed = feed;
}

/* Notes a digest; returns whether it is new.  Zeros stand for none, which is always new. */
static bool note(struct newcomer *newcomer, const struct digest *digest)
{
	uint64_t key;
	size_t slot;

	memcpy(&key, digest->bytes, sizeof(key));
	if (key == 0)
		return true;
	for (slot = key % NEWCOMER_SLOTS; newcomer->slots[slot] != 0;
		slot = (slot + 1) % NEWCOMER_SLOTS)
		if (newcomer->slots[slot] == key)
			return false;
	newcomer->slots[slot] = key;
	return true;
}

bool newcomer_note(struct newcomer *newcomer, int64_t feed, const struct identity *identity)
{
	bool entry;
	bool link;
	bool text;

	if (newcomer->feed != feed || feed == 0)
		return false;
	if (newcomer->count == NEWCOMER_ENTRIES_MAX) {
		newcomer_begin(newcomer, 0);
		return false;
	}
	newcomer->count++;
	entry = note(newcomer, &identity->entry);
	link = note(newcomer, &identity->link);
	text = note(newcomer, &identity->text);
	return entry && link && text;
}
