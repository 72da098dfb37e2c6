/*
 * From evidence to a verdict: the probability that two articles tell one story, their relation, and
 * both in words.  The weights are in similarity_weights.c, which says how they were made.
 */
#pragma once

#include "dedup/evidence.h"
#include "dedup/network.h"
#include "dedup/relation.h"
#include "model/story.h"

enum {
	SIMILARITY_FEATURES = 51,
};

/* What the probability is computed from; each about 0 to 1. */
void similarity_features(const struct evidence *evidence, float (*ret)[SIMILARITY_FEATURES]);

/*
 * Whether the probability may be above 0, by what is known of two articles after evidence_meet():
 * for many candidates it may not.
 */
bool similarity_may_be(const struct meeting *meeting);

/* That the two tell one story. */
double similarity_probability(const struct evidence *evidence);

enum {
	SIMILARITY_BRIEF_WORDS = 60, /* with fewer that are compared an article is a summary */
};

/*
 * The probability from which on an article joins.  A summary has less to show, and brings fewer
 * others with it if it is wrong.
 */
static inline double similarity_join(size_t words)
{
	return words < SIMILARITY_BRIEF_WORDS ? 0.4 : 0.85;
}

/* The least of these. */
#define SIMILARITY_JOIN_MIN 0.4

/* An earlier article of the story beside the new one. */
struct comparison {
	struct evidence evidence;
	struct difference difference;
};

/*
 * Fills relation, similarity, material, why and changed from the closest article of the story and
 * from its first (NULL: it is the closest, or is forgotten).
 */
void similarity_relate(
	const struct comparison *closest, const struct comparison *first, struct verdict *ret);

extern const struct network similarity_network;
