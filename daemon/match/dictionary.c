#include <string.h>

#include "match/matcher_index.h"

const struct key *dictionary_find(const struct dictionary *dictionary, const char *form,
	size_t length, uint64_t hash, uint64_t head)
{
	const char *pool = dictionary->texts.pool.bytes;
	size_t i = hash & dictionary->mask;

	for (; dictionary->slots[i].number; i = (i + 1) & dictionary->mask) {
		const struct key_slot *slot = &dictionary->slots[i];
		const struct key *key;

		if (slot->head != head || slot->length != length)
			continue;
		key = &dictionary->keys[slot->number - 1];
		if (length <= sizeof(head) || memcmp(pool + key->text, form, length) == 0)
			return key;
	}
	return NULL;
}

uint32_t pair_find(const struct matcher *matcher, uint32_t first, uint32_t second)
{
	size_t i = mix((uint64_t)first << 32 | second) & matcher->pair_mask;

	for (; matcher->pairs[i].leaf; i = (i + 1) & matcher->pair_mask)
		if (matcher->pairs[i].first == first && matcher->pairs[i].second == second)
			return matcher->pairs[i].leaf;
	return 0;
}

uint32_t prefix_find(const struct matcher *matcher, uint64_t head, size_t length)
{
	size_t i = mix(head + length) & matcher->prefix_mask;

	for (; matcher->prefix_slots[i].special; i = (i + 1) & matcher->prefix_mask)
		if (matcher->prefix_slots[i].head == head &&
			matcher->prefix_slots[i].length == length)
			return matcher->prefix_slots[i].special;
	return 0;
}
