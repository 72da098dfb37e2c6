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
	NEAR_SPANS_MAX = 1 << 20, /* of one node; bounds the work on texts made to be slow */
};

struct occurrence {
	uint32_t position;
	uint32_t next; /* index; 0: the last */
};

/* A leaf's occurrences. */
struct occurrence_chain {
	uint32_t first;
	uint32_t last;
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
	struct occurrence_chain *chains; /* a slot (struct leaf) each; valid where truth is set */
	struct occurrence *pool;         /* [0] is not used */
	size_t pool_count;
	size_t pool_size;
	struct span *spans; /* a stack of the evaluation */
	size_t span_count;
	size_t span_size;
	size_t truth_words;
	size_t chain_count;
};

static inline bool occurrences_has(const struct occurrences *occurrences, uint32_t leaf)
{
	return occurrences->truth[leaf / 64] >> (leaf % 64) & 1;
}

/* Makes room for a matcher's leaves and slots.  Returns 0 or -ENOMEM. */
int occurrences_prepare(struct occurrences *occurrences, const struct matcher *matcher);
void occurrences_clear(struct occurrences *occurrences);

/* Forgets what the last run found. */
void occurrences_reset(struct occurrences *occurrences);

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
