/*
 * One entry's way in: its identity says whether it is known, its article is matched with the topics
 * and finds its story, both are stored, and the topics are told.  Or it is let wait for its web
 * page.  All within the transaction that is open; results in the intake's scratch arena.
 *
 * Several entries of a document may have one id, against all standards: those with links or titles
 * of their own are entries of their own, and of versions of one the newest counts.
 */
#pragma once

#include "dedup/fingerprint.h"
#include "intake/intake.h"
#include "model/identity.h"

/* What is known of the entry at hand on its way through; the caller sets the first seven. */
struct passage {
	const struct feed *feed;
	const struct feed_state *state;
	const struct channel *channel;
	const struct entry *entry;
	const struct parsed_feed *document; /* that the entry stands in; NULL: it waited */
	const struct waited *waited;        /* NULL: the entry comes from its feed */
	usec now;
	struct identity identity;
	int64_t key; /* for a new article, and the story that it begins */
	struct article article;
	struct fingerprint *fingerprint;
	struct verdict verdict;
	struct story story;
	uint32_t sites_before; /* that carried it */
	uint32_t *topics;      /* those that it matches, indices */
	size_t topic_count;
	bool known;      /* the entry was there before; perhaps it waits for its page */
	bool changed;    /* a known entry with new content */
	bool superseded; /* a newer one of its id and link stands in the document too */
};

/* Takes the entry in and counts in *progress what came of it.  Returns 0 or -errno. */
int passage_take(struct passage *passage, struct intake *intake, struct intake_progress *progress);
