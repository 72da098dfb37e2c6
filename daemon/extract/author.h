/* Who wrote an article: names only, without "By", addresses and dates. */
#pragma once

#include "base/arena.h"
#include "extract/blocks.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"

/* The name or names, or NULL; `heading` is the headline's block or UINT32_MAX. */
const char *author_choose(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, struct arena *arena);
