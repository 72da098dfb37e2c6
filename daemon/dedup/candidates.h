/*
 * Which features of an article are looked up, which are kept, and which articles they lead to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup/evidence.h"
#include "dedup/postings.h"

enum {
	FEATURES_KEPT = 31,    /* of an article: what an index of 400 bytes an article allows */
	FEATURES_ASKED = 3000, /* at most, of an article that is judged */
	CANDIDATES_MAX = 512,  /* articles that are counted for one judgement */
};

struct candidate {
	uint32_t article; /* running number */
	float score;
	bool has_words; /* shares a rare word or words in a row, not pairs of names alone */
};

/* A run of words. */
struct run {
	uint32_t feature;
	uint16_t word; /* of the text, with which it begins */
	uint8_t sentence;
};

/* What an article's text has of runs and whole sentences, for looking up and for keeping. */
struct text_features {
	struct run runs[READER_WORDS_MAX];
	size_t run_count;
	uint32_t sentences[FINGERPRINT_SENTENCES_MAX]; /* 0 none */
};

/* After reader_open(); good until the reader opens another article. */
void features_read(const struct reader *reader, struct text_features *ret);

/* Chooses what is kept of an article.  Returns how many. */
size_t features_keep(const struct reader *reader, const struct text_features *text,
	const struct commonness *commonness, uint32_t (*ret)[FEATURES_KEPT]);

enum feature_kind {
	FEATURE_PAIR, /* neighbouring names and numbers */
	FEATURE_WORD, /* a rare one */
	FEATURE_RUN,  /* of words */
	FEATURE_SENTENCE,
};

/* What finding a feature speaks for an article, where so many stories have it. */
float feature_worth(enum feature_kind kind, size_t stories);

/* A feature to be looked up. */
struct asked_feature {
	uint32_t feature;
	uint8_t kind; /* enum feature_kind */
};

/* All features of an article, for looking up. */
size_t features_ask(const struct reader *reader, const struct text_features *text,
	const struct commonness *commonness, struct asked_feature (*ret)[FEATURES_ASKED]);
