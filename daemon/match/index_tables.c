#include "match/matcher_index.h"

uint32_t pair_find(const struct matcher *matcher, uint32_t first, uint32_t second, uint64_t hash)
{
	size_t i = hash & matcher->pair_mask;

	for (; matcher->pairs[i].leaf; i = (i + 1) & matcher->pair_mask)
		if (matcher->pairs[i].first == first && matcher->pairs[i].second == second)
			return matcher->pairs[i].leaf;
	return 0;
}

uint32_t prefix_find(const struct matcher *matcher, uint64_t head, size_t length)
{
	size_t i = prefix_hash(head, length) & matcher->prefix_mask;

	for (; matcher->prefix_slots[i].special; i = (i + 1) & matcher->prefix_mask)
		if (matcher->prefix_slots[i].head == head &&
			matcher->prefix_slots[i].length == length)
			return matcher->prefix_slots[i].special;
	return 0;
}
