/*
 * How common words and sentences are among the stories seen so far: what weight a shared word has,
 * and whether a shared sentence is background, a template or a site's boilerplate.  Stories are
 * counted, not articles, or a wide syndication would make its own words worthless.  Fixed memory
 * (about 13 MB, touched as it fills); what is rare and old is forgotten first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "dedup/snapshot.h"

struct commonness;

/* Returns 0 or -ENOMEM. */
int commonness_new(struct commonness **ret);
void commonness_free(struct commonness *commonness);
DEFINE_CLEANUP(commonness_freep, struct commonness, commonness_free)

/*
 * The weights of words: the logarithm (base 2) of stories over those with the word; NULL: a guess
 * from its kind alone.
 */
void commonness_weigh(const struct commonness *commonness, const uint32_t *codes, size_t count,
	float *ret_weights);

/*
 * The least weight of a word that so few stories have that it leads to them (docs/STORIES.md,
 * candidates).
 */
float commonness_rare_weight(const struct commonness *commonness);

/* In how many stories a sentence stood, as far as is remembered, and in which it was last. */
struct sentence_uses {
	uint32_t stories;
	uint32_t last;
};

struct sentence_uses commonness_uses(const struct commonness *commonness, uint32_t sentence);

/* In how many other than `story`. */
static inline unsigned sentence_others(struct sentence_uses uses, uint32_t story)
{
	if (uses.stories == 1)
		return uses.last != story;
	return uses.stories > 0 ? uses.stories - 1 : 0;
}

/* Asks for what is known of a sentence to be brought near. */
void commonness_prefetch(const struct commonness *commonness, uint32_t sentence);

/* Counts a new story; then each of its words is counted once. */
void commonness_add_story(struct commonness *commonness);
void commonness_add_word(struct commonness *commonness, uint32_t code);

/* Notes that `sentence` stands in `story`. */
void commonness_add_sentence(struct commonness *commonness, uint32_t sentence, uint32_t story);

/* As story_index_write() and story_index_read(). */
int commonness_write(const struct commonness *commonness, const struct snapshot_writer *writer);
int commonness_read(const struct snapshot_reader *reader, struct commonness **ret);

size_t commonness_bytes(void);
