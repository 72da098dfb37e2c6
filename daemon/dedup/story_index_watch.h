/* What tests and the training of similarity_weights.c see of a judgement. */
#pragma once

#include "dedup/evidence.h"
#include "dedup/relation.h"
#include "dedup/story_index.h"

struct story_index_watch {
	/* Called for each candidate that was compared. */
	void (*compared)(void *userdata, int64_t article, const struct evidence *evidence,
		double probability);
	/* Called for each article that found its story. */
	void (*related)(void *userdata, int64_t of, const struct relation_input *input);
	void *userdata;
};

void story_index_watch(struct story_index *index, const struct story_index_watch *watch);
