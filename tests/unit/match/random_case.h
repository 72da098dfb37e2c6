/*
 * Random topics and articles, made from few words so that they meet; from a fuzzer's bytes or from
 * a seed.  Queries are mostly right: what the parser refuses is left out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "model/article.h"

/* Where the randomness comes from: bytes while there are some, then nothing but zeros; or a seed.
 */
struct dice {
	const uint8_t *bytes;
	size_t count;
	uint64_t seed; /* 0: use the bytes */
};

/* A number below `sides`. */
unsigned dice_roll(struct dice *dice, unsigned sides);

/* Appends a query; `depth` bounds its groups. */
void random_query(struct dice *dice, struct buffer *buffer, int depth);

/* Makes an article in the arena. */
struct article random_article(struct dice *dice, struct arena *arena);

/*
 * Makes topics and articles and holds the matcher against the reference evaluator.  Returns the
 * number of verdicts compared, or a negative number, having printed how they differ.
 */
int random_case_run(struct dice *dice);
