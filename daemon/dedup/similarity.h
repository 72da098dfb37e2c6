/*
 * Compares two articles by their fingerprints: how much of one the other covers, sentence by
 * sentence, what names and numbers they share, which story probability follows and by which
 * relation.  A pure function of the two and of how common words are.
 */
#pragma once

#include "dedup/fingerprint.h"
#include "model/story.h"

/*
 * Judges whether `article` tells the same story as the earlier `of`, with no knowledge of other
 * articles: what `wirewatch compare` shows, and how the new text of an entry that changed is
 * compared with its old one (docs/ALERTS.md A3).  In the verdict, story and of stay
 * 0; relation is RELATION_NEW where the two are different stories.  Returns 0 or -ENOMEM.
 */
int similarity_compare(
	const struct fingerprint *article, const struct fingerprint *of, struct verdict *ret);
