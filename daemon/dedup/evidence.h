/*
 * What speaks for and against two articles telling one story: how far each covers the other, word
 * by word and sentence by sentence.  No verdict is made here (similarity.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup/reader.h"

/* One direction: how much of one article the other covers. */
struct coverage {
	float soft;
	float soft_worth; /* the same, with sentences weighted by worth */
	float hard;
	float hard_worth;
	float lead_soft;
	float lead_hard;
	float pairs;   /* of neighbouring names and numbers, weighted */
	float anchors; /* of names and numbers, weighted */
	float words;   /* of all words, weighted */
	float title;   /* of the title's words, by the other's title */
	float title_text;
	float numbers_agree; /* in sentences with a counterpart */
	float names_agree;
	float first;     /* of the first sentence */
	float worth;     /* mean worth of its sentences */
	float skipped;   /* share of its words before the first sentence with a counterpart */
	float lead_lead; /* of its lead, by the other's lead */
	float run;       /* share of its words in the longest run of sentences with counterparts */
	float mass;      /* weight of names and numbers that the other has too */
	float bits;      /* weight of words that the other has too */
	unsigned own_words; /* in prose that is no boilerplate */
	unsigned shared_pairs;
	unsigned pair_count;
	unsigned numbers;
	unsigned numbers_shared;
	unsigned words_in_prose;
	unsigned sentences;
	unsigned aligned;
};

struct evidence {
	struct coverage article; /* of the new article by the candidate */
	struct coverage of;      /* of the candidate by the new article */
	bool article_thin;
	bool of_thin;
};

/* How far the other article has one's words. */
struct shared_words {
	float bits;       /* their weight */
	float share;      /* of the weight of all */
	unsigned lacking; /* words other than names that the other has not */
	unsigned words;   /* that are compared */
};

/* What is found by looking the words of an article up in another, which is indexed. */
struct meeting {
	bool met[READER_WORDS_MAX]; /* whether the other article has an entry's word */
	struct shared_words article;
	struct shared_words of;
	unsigned shared_pairs;
	float shared_pair_weight;
	size_t pairs; /* of the article of the two that has fewer */
	/* After evidence_meet_runs(): */
	bool shingles[READER_SLOTS];                     /* of the article that the other has too */
	uint16_t of_shingles[FINGERPRINT_SENTENCES_MAX]; /* of a sentence: that the article has */
	/* After evidence_gather(): */
	struct places places[READER_WORDS_MAX]; /* of each entry's word in the other article */
};

/*
 * Finds which words and pairs the two have in common, where `article` is indexed and of the other
 * the words are taken in; fills both readers' `found`.
 */
void evidence_meet(struct reader *article, struct reader *of, struct meeting *ret);

/*
 * Finds which runs of words the two have in common, after evidence_meet() (those of `article` are
 * indexed, if they were not yet).  Returns whether all that is shared is enough for one story: for
 * many candidates it is not, and costs little.
 */
bool evidence_meet_runs(struct reader *article, struct reader *of, struct meeting *meeting);

/*
 * Sets the two beside each other after evidence_meet_runs(), both open; fills both readers'
 * counterparts.
 */
void evidence_gather(
	struct reader *article, struct reader *of, struct meeting *meeting, struct evidence *ret);
