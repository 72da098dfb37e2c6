/*
 * What the index holds, and the work space of a judgement.  Shared by story_index.c, which keeps
 * the index, and story_index_judge.c, which looks through it.
 */
#pragma once

#include "dedup/candidates.h"
#include "dedup/commonness.h"
#include "dedup/records.h"
#include "dedup/similarity_model.h"
#include "dedup/story_index.h"
#include "dedup/story_index_watch.h"

enum {
	COMPARED_MAX = 8, /* candidates that are compared (docs/STORIES.md) */
	TALLY_SLOTS = 2 * CANDIDATES_MAX,
};

/* A candidate that was compared. */
struct compared {
	uint32_t number;
	int64_t story;
	double probability;
	float closeness;
	bool described; /* the difference is there */
	struct comparison comparison;
};

struct story_index {
	struct story_index_options options;
	struct postings *postings;
	struct commonness *commonness;
	struct records records;
	size_t live;
	int64_t last_article;
	struct arena *arena;
	struct story_index_watch watch;
	/* Work space. */
	struct reader article;
	uint64_t judged; /* the hash of the fingerprint in `article`; 0 none, or no longer true */
	struct reader of;
	struct meeting meeting;
	struct text_features features; /* of `article` */
	struct asked_feature asked[FEATURES_ASKED];
	struct candidate tallies[TALLY_SLOTS]; /* article 0: free */
	uint16_t used[CANDIDATES_MAX];
	size_t used_count;
	struct compared compared[COMPARED_MAX + 1]; /* and the story's first article */
	size_t compared_count;
};

/* Takes an article in, unless it was judged just now. */
void story_index_open(
	struct story_index *index, const struct fingerprint *fingerprint, uint32_t story);

/* The first article of a story that is still remembered; 0 where that is not known. */
uint32_t story_index_first(const struct story_index *index, int64_t story);
