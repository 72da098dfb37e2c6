/* Articles, an index and its store for the tests of this room. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the above */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dedup/story_index.h"

enum {
	SHELF_MAX = 1000,
};

/* An index whose fingerprints lie in memory; articles have the keys 1, 2, ... */
struct shelf {
	struct story_index *index;
	struct arena *arena;
	void *bytes[SHELF_MAX];
	size_t lengths[SHELF_MAX];
	int64_t stories[SHELF_MAX];
	double confidences[SHELF_MAX];
	size_t count;
	size_t loads;
};

static inline int shelf_load(void *userdata, int64_t article, struct arena *arena,
	const void **ret_bytes, size_t *ret_length)
{
	struct shelf *shelf = userdata;

	(void)arena;
	shelf->loads++;
	*ret_bytes = shelf->bytes[article];
	*ret_length = shelf->lengths[article];
	return *ret_bytes ? 0 : -ENOENT;
}

static inline void shelf_open(struct shelf *shelf)
{
	const struct story_index_options options = {.load = shelf_load, .userdata = shelf};

	*shelf = (struct shelf){0};
	assert_int_equal(story_index_new(&options, &shelf->index), 0);
	assert_int_equal(arena_new((size_t)4 * 1024 * 1024, &shelf->arena), 0);
}

static inline void shelf_close(struct shelf *shelf)
{
	for (size_t i = 0; i < SHELF_MAX; i++)
		free(shelf->bytes[i]);
	story_index_free(shelf->index);
	arena_free(shelf->arena);
}

/* Judges an article seen at `first_seen` and adds it as the verdict says. */
static inline struct verdict shelf_add_at(
	struct shelf *shelf, const char *title, const char *text, usec first_seen)
{
	const struct article article = {.title = title, .text = text};
	const struct article_facts facts = {.host = "example.org", .first_seen = first_seen};
	struct fingerprint *fingerprint;
	struct verdict verdict;
	const void *bytes;
	size_t key = ++shelf->count;

	assert_true(key < SHELF_MAX);
	arena_reset(shelf->arena);
	assert_int_equal(fingerprint_make(&article, shelf->arena, &fingerprint), 0);
	assert_int_equal(story_index_judge(shelf->index, fingerprint, &facts, &verdict), 0);
	bytes = fingerprint_bytes(fingerprint, &shelf->lengths[key]);
	shelf->bytes[key] = malloc(shelf->lengths[key]);
	assert_non_null(shelf->bytes[key]);
	memcpy(shelf->bytes[key], bytes, shelf->lengths[key]);
	shelf->stories[key] = verdict.story ? verdict.story : (int64_t)key;
	shelf->confidences[key] = verdict.story ? verdict.confidence : 0.0;
	assert_int_equal(story_index_add(shelf->index, (int64_t)key, shelf->stories[key],
				 fingerprint, &facts, shelf->confidences[key]),
		0);
	return verdict;
}

static inline struct verdict shelf_add(struct shelf *shelf, const char *title, const char *text)
{
	return shelf_add_at(shelf, title, text, 0);
}
