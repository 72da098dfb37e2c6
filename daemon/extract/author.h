/*
 * Who wrote an article: names only, without "By", addresses and dates.  The page's metadata come
 * first, then elements of telling names, lines near the headline; names that are nobody's last.
 */
#pragma once

#include "base/arena.h"
#include "extract/blocks.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"

/*
 * The name or names, or NULL; `heading` is the headline's block or UINT32_MAX, `site` the site's
 * name or NULL.
 */
const char *author_choose(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, const char *site, struct arena *arena);
