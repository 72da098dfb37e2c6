/*
 * What makes two entries of a feed the same (docs/ARCHITECTURE.md 3): the id, else the link, else
 * title and text.  The other digests find an entry again whose id changed: a feed whose ids all
 * change at once brings no alerts.  Where several entries of a document have one id, those with
 * links of their own go by these (intake/passage.h).
 */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "model/article.h"
#include "model/entry.h"

struct identity {
	struct digest entry; /* the identity itself */
	struct digest link;  /* of canonical link and title; zero where there is no link */
	struct digest text;  /* of title and text; zero where there is neither */
};

/*
 * The link counts with the title, because feeds exist whose entries all link to one page.  Scratch
 * memory comes from the arena; at its limit the link counts as absent.
 */
void identity_of_entry(const struct entry *entry, struct arena *arena, struct identity *ret);

/* What an article has of its feed. */
struct article_origin {
	const char *feed_url; /* part of the public id */
	const char *source;   /* the feed's title or name */
	const char *language; /* the channel's or NULL, for entries that name none */
	int64_t key;          /* for the article; part of the public id */
	usec now;
};

/*
 * The article that an entry becomes; strings are borrowed from the entry and the origin or stand
 * in the arena.  Returns 0 or -ENOMEM.
 */
int article_from_entry(const struct entry *entry, const struct identity *identity,
	const struct article_origin *origin, struct arena *arena, struct article *ret);

/* The text of an entry that matching and fingerprints see: the longer of content and summary. */
const char *entry_text(const struct entry *entry);
