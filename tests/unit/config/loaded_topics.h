/* A topics file read: what the tests of topics and of lists share. */
#pragma once

#include "config/topics.h"

struct loaded {
	struct arena *arena;
	struct topic *topics;
	size_t count;
	struct config_errors errors;
	int result; /* of topics_load() */
};

/* Loads the text as a file, with terms.txt beside it unless that is NULL. */
struct loaded loaded_topics(const char *text, const char *terms);
void loaded_clear(struct loaded *loaded);
