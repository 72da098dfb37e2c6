/* What tests and the training of similarity_weights.c see of a judgement. */
#pragma once

#include "dedup/evidence.h"
#include "dedup/story_index.h"

/* Called for each candidate that was compared. */
typedef void (*story_index_watch_fn)(void *userdata, int64_t article, int64_t story,
	const struct evidence *evidence, double probability);

void story_index_watch(struct story_index *index, story_index_watch_fn watch, void *userdata);
