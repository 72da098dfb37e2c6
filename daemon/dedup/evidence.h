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

/* What is found by looking the words of an article up in another, which is indexed. */
struct meeting {
	struct places places[READER_WORDS_MAX]; /* of each entry's word in the other article */
	bool shingles[READER_SLOTS];            /* of the article that the other has too */
	uint16_t of_shingles[FINGERPRINT_SENTENCES_MAX]; /* of a sentence: that the article has */
};

/*
 * Finds what the two have in common, where `article` is indexed (its runs of words are, if they
 * were not yet); fills both readers' `found`.  Returns whether that is enough for one story: for
 * many candidates it is not, and costs little.
 */
bool evidence_meet(struct reader *article, struct reader *of, struct meeting *ret);

/* Sets the two beside each other after evidence_meet(); fills both readers' counterparts. */
void evidence_gather(struct reader *article, struct reader *of, const struct meeting *meeting,
	struct evidence *ret);
