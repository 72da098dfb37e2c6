/*
 * New entries whose articles wait for their web pages (FullText=): which ones do, and how they are
 * kept in the store meanwhile, so that a crash loses none.  The entry is known from then on; its
 * article is taken in by intake_take_waiting() once the page was read or the wait is over.
 */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "model/entry.h"
#include "model/feed.h"
#include "model/identity.h"
#include "store/store.h"

enum {
	/* auto: a text of so many bytes is the article, or enough of it to be known by. */
	DEFERRAL_LONG_TEXT = 1200,
	DEFERRAL_WAITING_MAX = 10000,         /* entries; more are taken in with the feed's text */
	DEFERRAL_ENTRY_MAX = 4 * 1024 * 1024, /* bytes of one; a longer text is no excerpt */
};

/* Whether pages of the feed's articles are wanted at all. */
bool deferral_feed_wants(const struct feed *feed);

/*
 * Whether the entry's page is to be read first.  A first poll fetches no pages: what it brings is
 * old, and there is much of it.
 */
bool deferral_wanted(
	const struct feed *feed, const struct feed_state *state, const struct entry *entry);

/*
 * Puts the entry among those that wait; of a `changed` one an earlier page will not do.  Returns 1,
 * 0 where it cannot wait (it is too long), or -errno.
 */
int deferral_put(struct store *store, const struct feed_state *state, const struct channel *channel,
	const struct entry *entry, const struct identity *identity, bool changed, usec now);

/* The entry as it was put, alone in its document.  Returns 0, -EBADMSG or -ENOMEM. */
int deferral_read(
	const struct waiting_entry *waiting, struct arena *arena, struct parsed_feed *ret);
