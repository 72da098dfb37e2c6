/*
 * What changed in an entry that its publisher edited.  Other than with an article from elsewhere,
 * that it is the same report is not in question; whether the change is material is
 * (docs/ALERTS.md A3): headline, figures, names, or a good part of the text.
 */
#pragma once

#include "dedup/fingerprint.h"
#include "model/story.h"

/*
 * Compares the entry with what it was.  relation is RELATION_UPDATE, with material and changed set,
 * or RELATION_COPY where nothing that matters changed; story and of stay 0.  Returns 0 or -ENOMEM.
 */
int revision_judge(
	const struct fingerprint *after, const struct fingerprint *before, struct verdict *ret);
