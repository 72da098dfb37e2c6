/*
 * How an article relates to an earlier one of its story, from the two set beside each other:
 * the same text, the same report in other words, or a materially new version; and what changed.
 */
#pragma once

#include <stdbool.h>

#include "dedup/evidence.h"
#include "dedup/network.h"
#include "model/story.h"

enum {
	RELATION_FEATURES = 19,
	/* Beside the closest earlier article, and beside the story's first. */
	RELATION_INPUTS = 2 * RELATION_FEATURES + 1,
	RELATION_CLASSES = 3, /* copy, rewrite, update: from RELATION_COPY on */
};

/* What differs; shares are of words in prose. */
struct difference {
	float new_share;  /* of the article, without a counterpart */
	float new_first;  /* of the article's first words (the lead) */
	float new_names;  /* of the names in what is new: the share that the earlier one has too */
	float gone_share; /* of the earlier one */
	float reworded;   /* of what has a counterpart: the share of other words */
	float much_reworded; /* of what has a counterpart: words in sentences that are half others
			      */
	float title_changed; /* weight of words in the new title that the old one has not */
	float touched;       /* of the sentences with a counterpart: the share with other words */
	float strange;       /* of the words in those: the share that the earlier one has nowhere */
	unsigned numbers;    /* in sentences with a close counterpart */
	unsigned numbers_new; /* of these: not in the counterpart */
	unsigned names;
	unsigned names_new;
	unsigned sentences_new;
};

/* After evidence_gather(). */
void difference_find(const struct reader *article, const struct reader *of,
	const struct evidence *evidence, struct difference *ret);

/* What the relation is chosen by: the differences to the closest article and the story's first. */
struct relation_input {
	float features[RELATION_INPUTS];
};

/* `first` and `first_evidence` are NULL where the closest is the first. */
void relation_input(const struct difference *closest, const struct evidence *closest_evidence,
	const struct difference *first, const struct evidence *first_evidence,
	struct relation_input *ret);

/* Copy, rewrite or update. */
enum relation relation_choose(const struct relation_input *input);

/* Whether users want to hear of it (docs/ALERTS.md A3). */
bool difference_is_material(const struct difference *difference);

/* What changed, in words. */
void difference_describe(const struct difference *difference, char (*ret)[WHY_BYTES]);

extern const struct network relation_network;
