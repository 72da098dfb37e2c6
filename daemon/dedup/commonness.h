/*
 * How common words and sentences are among the stories seen so far: what weight a shared word has,
 * and whether a shared sentence is background, a template or a site's boilerplate.  Stories are
 * counted, not articles, or a wide syndication would make its own words worthless.  Fixed memory
 * (about 13 MB, touched as it fills); what is rare and old is forgotten first.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct commonness;

/* Returns 0 or -ENOMEM. */
int commonness_new(struct commonness **ret);
void commonness_free(struct commonness *commonness);
DEFINE_CLEANUP(commonness_freep, struct commonness, commonness_free)

/* The weight of a word: the logarithm (base 2) of stories over those with the word; NULL: a guess
 * from its kind alone. */
float commonness_weight(const struct commonness *commonness, uint32_t code);

/* In how many stories other than `story` the sentence stood, as far as is remembered. */
unsigned commonness_others(const struct commonness *commonness, uint32_t sentence, uint32_t story);

/* Counts a new story and each of its words once. */
void commonness_add_words(struct commonness *commonness, const uint32_t *codes, size_t count);

/* Notes that `sentence` stands in `story`. */
void commonness_add_sentence(struct commonness *commonness, uint32_t sentence, uint32_t story);

/* The memory as one block, for snapshots. */
void *commonness_bytes(struct commonness *commonness, size_t *ret_length);
