#include "match/occurrences.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "match/matcher_build.h"

int occurrences_prepare(struct occurrences *occurrences, const struct matcher *matcher)
{
	size_t words = matcher->leaf_count / 64 + 1;
	size_t slots = (size_t)matcher->slot_count + 1;

	if (words > occurrences->truth_words) {
		uint64_t *truth = calloc(words, sizeof(*truth));

		if (!truth)
			return -ENOMEM;
		free(occurrences->truth);
		occurrences->truth = truth;
		occurrences->truth_words = words;
	}
	if (slots > occurrences->chain_count) {
		struct occurrence_chain *chains = calloc(slots, sizeof(*chains));

		if (!chains)
			return -ENOMEM;
		free(occurrences->chains);
		occurrences->chains = chains;
		occurrences->chain_count = slots;
	}
	return 0;
}

void occurrences_clear(struct occurrences *occurrences)
{
	free(occurrences->truth);
	free(occurrences->leaves);
	free(occurrences->chains);
	free(occurrences->pool);
	free(occurrences->spans);
	*occurrences = (struct occurrences){0};
}

void occurrences_reset(struct occurrences *occurrences)
{
	for (size_t i = 0; i < occurrences->leaf_count; i++)
		occurrences->truth[occurrences->leaves[i] / 64] = 0;
	occurrences->leaf_count = 0;
	occurrences->pool_count = 1;
}

static int add_position(
	struct occurrences *occurrences, uint32_t slot, bool first, uint32_t position)
{
	struct occurrence_chain *chain = &occurrences->chains[slot];
	uint32_t index = (uint32_t)occurrences->pool_count;
	int r;

	r = array_grow((void **)&occurrences->pool, &occurrences->pool_size,
		occurrences->pool_count, sizeof(*occurrences->pool));
	if (r < 0)
		return r;
	occurrences->pool[index] = (struct occurrence){.position = position};
	occurrences->pool_count++;
	if (first)
		chain->first = index;
	else
		occurrences->pool[chain->last].next = index;
	chain->last = index;
	return 0;
}

int occurrences_add(struct occurrences *occurrences, const struct matcher *matcher, uint32_t leaf,
	uint32_t position)
{
	bool first = !occurrences_has(occurrences, leaf);
	uint32_t slot;
	int r;

	if (first) {
		r = array_grow((void **)&occurrences->leaves, &occurrences->leaf_size,
			occurrences->leaf_count, sizeof(*occurrences->leaves));
		if (r < 0)
			return r;
		occurrences->truth[leaf / 64] |= UINT64_C(1) << (leaf % 64);
		occurrences->leaves[occurrences->leaf_count++] = leaf;
	}
	slot = matcher->leaves[leaf].slot;
	return slot ? add_position(occurrences, slot, first, position) : 0;
}
