/*
 * What one run of a matcher has found: which leaves occur and, where wanted, at which positions;
 * and the programs run over that.  Positions count tokens through all texts of the article, with
 * POSITION_GAP between two texts, so that no NEAR reaches from one into the next.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "match/matcher_index.h"

enum {
	POSITION_GAP = QUERY_DISTANCE_MAX + 2,
	/* Of one node; they bound the work on texts made to be slow. */
	NEAR_SPANS_MAX = 1 << 20,
	NEAR_STEPS_MAX = 1 << 24,
};

struct occurrence {
	uint32_t position;
	uint32_t before; /* index of the one found before; 0: none */
};

/* A leaf's occurrences, the last one first. */
struct occurrence_chain {
	uint32_t last;
	uint32_t run; /* in which they were found; of an older one they are void */
};

/* Tokens [start, end). */
struct span {
	uint32_t start;
	uint32_t end;
};

struct occurrences {
	uint64_t *truth;  /* a bit a leaf; all zero between runs */
	uint32_t *leaves; /* those that occur */
	size_t leaf_count;
	size_t leaf_size;
	struct occurrence_chain *chains; /* a slot (struct leaf) each */
	struct occurrence *pool;         /* [0] is not used */
	size_t pool_count;
	size_t pool_size;
	struct span *spans; /* a stack of the evaluation */
	size_t span_count;
	size_t span_size;
	/* Where spans end that were made last: which of a NEAR's pairs are there already. */
	uint32_t *stamps;
	size_t stamp_size;
	uint32_t stamp;
	size_t margin; /* occurrences_reserve()'s count */
	size_t truth_words;
	size_t chain_count;
	uint32_t idle_leaf; /* of the run's matcher */
	uint32_t run;
};

static inline bool occurrences_has(const struct occurrences *occurrences, uint32_t leaf)
{
	return occurrences->truth[leaf / 64] >> (leaf % 64) & 1;
}

/* Forgets the last run and makes ready for a run of this matcher.  Returns 0 or -ENOMEM. */
int occurrences_begin(struct occurrences *occurrences, const struct matcher *matcher);
void occurrences_clear(struct occurrences *occurrences);

/* Makes room for one leaf and one place for each of `count` tokens.  Returns 0 or -ENOMEM. */
int occurrences_reserve(struct occurrences *occurrences, size_t count);

/*
 * Notes that a leaf occurs, and where if it has a slot: without a branch, since neither can be
 * foretold.  The idle leaf and slot 0 take what is of no use.  occurrences_reserve() comes before.
 */
static inline void occurrences_note(
	struct occurrences *occurrences, uint32_t leaf, uint32_t slot, uint32_t position)
{
	uint64_t *truth = &occurrences->truth[leaf / 64];
	uint64_t bit = UINT64_C(1) << (leaf % 64);
	struct occurrence_chain *chain = &occurrences->chains[slot];
	uint32_t index = (uint32_t)occurrences->pool_count;

	occurrences->leaves[occurrences->leaf_count] = leaf;
	occurrences->leaf_count += !(*truth & bit);
	*truth |= bit;
	occurrences->pool[index].position = position;
	occurrences->pool[index].before = chain->run == occurrences->run ? chain->last : 0;
	chain->last = index;
	chain->run = occurrences->run;
	occurrences->pool_count += slot != 0;
}

/* Notes that a leaf occurs.  Returns 0 or -ENOMEM. */
int occurrences_add(struct occurrences *occurrences, const struct matcher *matcher, uint32_t leaf,
	uint32_t position);

/* Decides regular expressions, which are not found beforehand. */
struct regex_judge {
	int (*match)(void *userdata, const struct regex_leaf *regex);
	void *userdata;
};

/*
 * The spans of a program of leaves, OR and NEAR, sorted; none of others.  Borrowed until the next
 * evaluation.  Returns 0 or -ENOMEM.
 */
int program_spans(struct occurrences *occurrences, const struct matcher *matcher,
	const uint32_t *program, const struct span **ret, size_t *ret_count);

/* Runs a program.  Returns 1 true, 0 false, -ENOMEM. */
int program_run(struct occurrences *occurrences, const struct matcher *matcher,
	const struct regex_judge *judge, const uint32_t *program);
