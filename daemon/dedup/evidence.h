/*
 * What speaks for and against two articles telling one story: how far each covers the other, word
 * by word and sentence by sentence.  A reader takes one article in; evidence_gather() sets a second
 * one against it.  No verdict is made here (similarity.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "dedup/commonness.h"
#include "dedup/fingerprint_view.h"

enum {
	READER_WORDS_MAX = 2048,
	READER_BUCKETS = 2048,
	READER_SHINGLE_SLOTS = 4096, /* a power of two above twice the words */
	READER_PAIRS_MAX = 4096,
};

/* A sentence beside its best counterpart in the other article. */
struct counterpart {
	float soft;      /* weight of its words which the counterpart has, 0 to 1 */
	float hard;      /* share of its runs of three words which the other article has */
	float worth;     /* 1, or less for what other stories have too */
	uint16_t number; /* of the counterpart; UINT16_MAX none */
	uint8_t numbers; /* that it has, and of these the counterpart too */
	uint8_t numbers_shared;
	uint8_t names;
	uint8_t names_shared;
};

struct reader {
	const struct fingerprint *fingerprint;
	const struct sentence *sentences[FINGERPRINT_SENTENCES_MAX]; /* those that count */
	size_t sentence_count;
	bool thin; /* hardly any prose: furniture counts too */
	size_t word_count;
	float weights[READER_WORDS_MAX]; /* by word of the fingerprint */
	uint16_t sentence_of[READER_WORDS_MAX];
	uint16_t heads[READER_BUCKETS]; /* chains of words by identity; 1 + word */
	uint16_t next[READER_WORDS_MAX];
	bool found[READER_WORDS_MAX];            /* in the other article, after evidence_gather() */
	uint32_t shingle_of[READER_WORDS_MAX];   /* that begins with the word; 0 none */
	uint32_t shingles[READER_SHINGLE_SLOTS]; /* set; 0 free */
	uint32_t shingle_mask;                   /* of the slots in use */
	uint32_t pairs[READER_PAIRS_MAX];        /* of names and numbers, sorted */
	float pair_weights[READER_PAIRS_MAX];
	uint8_t pair_times[READER_PAIRS_MAX];
	size_t pair_count;
	uint32_t
		frames[FINGERPRINT_SENTENCES_MAX]; /* hash of each sentence but names and numbers */
	struct sentence_uses uses[FINGERPRINT_SENTENCES_MAX];
	float worth[FINGERPRINT_SENTENCES_MAX];
	struct counterpart counterparts[FINGERPRINT_SENTENCES_MAX];
};

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

/* A word that stands in about half of the stories, or has three letters, tells nothing. */
#define READER_WEIGHT_MIN 1.2F

static inline bool reader_counts(const struct reader *reader, size_t word)
{
	return reader->weights[word] >= READER_WEIGHT_MIN;
}

/* Takes an article in.  `story` is its story's key (low bits) or 0 for a new article. */
void reader_open(struct reader *reader, const struct fingerprint *fingerprint,
	const struct commonness *commonness, uint32_t story);

/* Values the article's sentences anew, for a comparison with an article of `story`. */
void reader_value(struct reader *reader, uint32_t story);

/* Whether the article has a word in the sentences that count. */
bool reader_has(const struct reader *reader, uint32_t code);

/* Sets the two beside each other; fills both readers' counterparts. */
void evidence_gather(struct reader *article, struct reader *of, struct evidence *ret);

/* The hash of a sentence without its names and numbers, by which templates are known. */
uint32_t sentence_frame(const struct fingerprint *fingerprint, const struct sentence *sentence);

uint32_t shingle_hash(const uint32_t *codes, size_t count);
uint32_t pair_hash(uint32_t a, uint32_t b);
