/*
 * Judges the sentences of a text that was read: which are prose, which are captions, notices, rows
 * of tables or the headline repeated; and which of its words are names.
 */
#pragma once

#include "dedup/scan.h"

enum {
	SENTENCE_CUES = 36,
};

/* A word by which notices to the reader are known, and its scan_hash(). */
struct cue {
	uint32_t hash;
	const char *word;
};

extern const struct cue sentence_cues[SENTENCE_CUES];

/*
 * Sets the sentences' flags; splits off a headline that stands glued to one; does what
 * sentences_prove_names() does.
 */
void sentences_judge(struct scan *scan, const struct scan *title);

/* Notes the words that are capitalised where others are not. */
void sentences_prove_names(struct scan *scan);

static inline bool sentences_name_is_proven(const struct scan *scan, uint32_t hash)
{
	return scan->proven[hash % PROVEN_BITS / 8] >> (hash % 8) & 1;
}
