/*
 * Finds an article's story among all that are remembered, and says how the two relate.  The index
 * holds a few dozen rare features of each article (under 400 bytes); what a verdict needs beyond
 * that is the stored fingerprint of a few candidates, which the caller's `load` brings.  No I/O, no
 * clock: the same calls in the same order give the same verdicts (docs/ALERTS.md A9).  After a
 * start it is read from a snapshot and brought up to date, or made anew, by story_index_add() in
 * the order of the articles' keys.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/macro.h"
#include "dedup/fingerprint.h"
#include "dedup/snapshot.h"
#include "model/story.h"

/* docs/ALERTS.md A4: a copy that comes after so long a silence of its story is a reprint. */
#define STORY_QUIET_DEFAULT (7 * USEC_DAY)

/*
 * Brings the stored fingerprint of an article: its bytes, valid until the arena is reset.  Returns
 * 0, -ENOENT where there is none (the candidate is then passed over), or another error.
 */
typedef int (*fingerprint_load_fn)(void *userdata, int64_t article, struct arena *arena,
	const void **ret_bytes, size_t *ret_length);

struct story_index_options {
	fingerprint_load_fn load;
	void *userdata;
	usec quiet; /* 0: STORY_QUIET_DEFAULT */
};

/* What is known of an article beside its text. */
struct article_facts {
	const char *host; /* of its URL, lower case; NULL unknown */
	usec first_seen;  /* 0 unknown (an archive): then nothing is called a reprint */
};

struct story_index;

/* Returns 0 or -ENOMEM. */
int story_index_new(const struct story_index_options *options, struct story_index **ret);
void story_index_free(struct story_index *index);
DEFINE_CLEANUP(story_index_freep, struct story_index, story_index_free)

/*
 * Judges an article that is not in the index; the index stays as it is.  An article of no known
 * story gets RELATION_NEW with story 0.  Returns 0, -ENOMEM or what `load` returned.
 */
int story_index_judge(struct story_index *index, const struct fingerprint *fingerprint,
	const struct article_facts *facts, struct verdict *ret);

/*
 * Remembers an article as a member of `story`.  `confidence` is the verdict's; 0 for the first of
 * its story.  Keys of articles rise from call to call.  Returns 0, -EINVAL where the key does not
 * rise, or -ENOMEM (the index is then as before).
 */
int story_index_add(struct story_index *index, int64_t article, int64_t story,
	const struct fingerprint *fingerprint, const struct article_facts *facts,
	double confidence);

/* Forgets one article; false where it was not known. */
bool story_index_remove(struct story_index *index, int64_t article);

/*
 * Forgets articles, the oldest first, that were first seen before `before`; at most `limit` of them
 * (each costs well under a microsecond).  Returns how many went: `limit` means call again.
 */
size_t story_index_prune(struct story_index *index, usec before, size_t limit);

struct story_index_usage {
	size_t articles;
	size_t bytes;         /* resident */
	int64_t last_article; /* the highest key added; 0 none */
};

struct story_index_usage story_index_usage(const struct story_index *index);

/*
 * The snapshot: everything but the options, so that a start need not add a million articles again.
 * `write` gets it in pieces and returns 0 or -errno, which ends the writing.  `read` fills the
 * buffer whole or returns -errno (-ENODATA at the end).  A snapshot of another version, or damaged
 * (it carries digests), gives -ESTALE or -EBADMSG: then the index is made anew.
 */
int story_index_write(const struct story_index *index, snapshot_write_fn write, void *userdata);
int story_index_read(const struct story_index_options *options, snapshot_read_fn read,
	void *userdata, struct story_index **ret);
