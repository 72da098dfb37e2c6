#include "match/occurrences.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/macro.h"

static int reserve_leaves(struct occurrences *occurrences, const struct matcher *matcher)
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

int occurrences_begin(struct occurrences *occurrences, const struct matcher *matcher)
{
	int r;

	if (occurrences->truth) {
		for (size_t i = 0; i < occurrences->leaf_count; i++)
			occurrences->truth[occurrences->leaves[i] / 64] = 0;
		occurrences->truth[occurrences->idle_leaf / 64] = 0;
	}
	occurrences->leaf_count = 0;
	r = reserve_leaves(occurrences, matcher);
	if (r < 0)
		return r;
	assert(occurrences->truth && occurrences->chains);
	occurrences->idle_leaf = (uint32_t)matcher->leaf_count;
	occurrences->truth[occurrences->idle_leaf / 64] |= UINT64_C(1)
		<< (occurrences->idle_leaf % 64);
	occurrences->pool_count = 1;
	if (++occurrences->run == 0) {
		memset(occurrences->chains, 0,
			occurrences->chain_count * sizeof(*occurrences->chains));
		occurrences->run = 1;
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
	free(occurrences->stamps);
	*occurrences = (struct occurrences){0};
}

static int reserve(struct occurrences *occurrences, size_t count)
{
	size_t leaves = occurrences->leaf_count + count;
	size_t places = occurrences->pool_count + count;
	int r = 0;

	if (leaves > occurrences->leaf_size)
		r = array_reserve((void **)&occurrences->leaves, &occurrences->leaf_size,
			leaves + leaves / 2, sizeof(*occurrences->leaves));
	if (r >= 0 && places > occurrences->pool_size)
		r = array_reserve((void **)&occurrences->pool, &occurrences->pool_size,
			places + places / 2, sizeof(*occurrences->pool));
	return r;
}

int occurrences_reserve(struct occurrences *occurrences, size_t count)
{
	occurrences->margin = count;
	return reserve(occurrences, count);
}

int occurrences_add(struct occurrences *occurrences, const struct matcher *matcher, uint32_t leaf,
	uint32_t position)
{
	int r;

	/* What was reserved stays for those who count on it. */
	r = reserve(occurrences, occurrences->margin + 1);
	if (r < 0)
		return r;
	occurrences_note(occurrences, leaf, matcher->leaves[leaf].slot, position);
	return 0;
}
