/*
 * An article's headline: JSON-LD's, else OpenGraph's, microdata's, other meta tags', else the
 * heading that stands in the page's title, else the page's title; without the site's name before or
 * behind.  Two lines are the same headline if their letters and digits are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "extract/blocks.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"

enum {
	TITLE_KEY_MAX = 512, /* bytes of a line that count */
	TITLES_MAX = 6,
};

/* What a page calls its article, as keys to compare by. */
struct titles {
	const char *keys[TITLES_MAX];
	size_t count;
};

/* The headline, or NULL; sets what else may stand for it in the page. */
const char *title_choose(const struct page_meta *meta, const struct page_tree *tree,
	const char *site, const char *host, struct arena *arena, struct titles *ret_titles);

/* Whether a line is one of the titles. */
bool titles_have(const struct titles *titles, const char *text, size_t length);

/* Whether one of two has the other in it, as far as letters and digits go. */
bool titles_agree(const char *one, const char *other);
