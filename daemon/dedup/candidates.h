/*
 * Which features of an article are looked up, which are kept, and which articles they lead to.
 */
#pragma once

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
};

/* Chooses what is kept of an article.  Returns how many. */
size_t features_keep(const struct reader *reader, const struct commonness *commonness,
	uint32_t (*ret)[FEATURES_KEPT]);

/* A feature to be looked up, and what finding it is worth. */
struct asked_feature {
	uint32_t feature;
	float worth;
};

/* All features of an article, for looking up. */
size_t features_ask(const struct reader *reader, const struct commonness *commonness,
	struct asked_feature (*ret)[FEATURES_ASKED]);
