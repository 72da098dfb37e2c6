/*
 * An article: an entry accepted as new or changed, normalised, with the text that matching and
 * fingerprints see.  Also what `wirewatch match` and `replay` read from JSON Lines.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "model/entry.h"

enum {
	ARTICLE_TEXT_MAX = ENTRY_TEXT_MAX,
};

/* What text_from says of a text that is the web page's. */
#define TEXT_FROM_PAGE "page"

struct article {
	const char *id;  /* public: an id, or the archive's own in replay */
	const char *url; /* canonical (base/url.h) or NULL */
	const char *title;
	const char *text; /* plain text, paragraphs on lines of their own */
	const char *author;
	const char *source; /* the feed's title */
	const char *language;
	const char **categories;
	size_t category_count;
	/* TEXT_FROM_PAGE; or why it is the feed's although the page was wanted; NULL: the feed's */
	const char *text_from;
	int64_t published; /* seconds; DATE_NONE */
	usec first_seen;
};

/* json_t of jansson, kept out of the header. */
struct json_t;

/*
 * Reads an article line (wirewatch(1)): `{"id","url","title","author","published","lang","source",
 * "categories"|"category","text"}`, all but id optional.  Strings are copied into the arena.
 * Returns 0, -ENOMEM, or -EINVAL with *ret_error in words (in the arena).
 */
int article_from_json(const struct json_t *object, struct arena *arena, struct article *ret,
	const char **ret_error);
