/*
 * The lines of a subtree that holds an article, one by one: which of them are none of its text,
 * being links, captions, calls to subscribe, bylines, or lines before its beginning and behind its
 * end.
 */
#pragma once

#include "extract/blocks.h"
#include "extract/page_tree.h"
#include "extract/title.h"

/* Drops what is not dropped yet of the blocks from `first` up to `end`. */
void lines_drop_range(struct blocks *blocks, uint32_t first, uint32_t end, enum block_drop why);

/* Whether a line is little else than links. */
bool line_is_links(const struct block *block);
bool line_is_heading(const struct block *block);

/* Drops the lines among these blocks that are none of the article's. */
void lines_drop(const struct page_tree *tree, struct blocks *blocks, const struct titles *titles,
	uint32_t first, uint32_t end);
