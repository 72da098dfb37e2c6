/*
 * Which of a page's blocks are the article: what is boilerplate by its element or by its name goes
 * (unless it holds much of the good text), the subtree of the greatest sum of values is taken, from
 * that a line goes that is a link, a caption, a call to subscribe, or a short head or tail.
 */
#pragma once

#include "extract/blocks.h"
#include "extract/page_tree.h"
#include "extract/title.h"

struct content {
	uint32_t root;    /* the subtree */
	uint32_t heading; /* block of the heading that is the title; UINT32_MAX: none */
	float good;       /* the sum of values in it */
	float whole;      /* the same for the page, before anything went */
};

/*
 * Drops all blocks but the article's, which begin behind the heading that is one of the titles.
 *  Returns 0 or -ENOMEM.
 */
int content_choose(const struct page_tree *tree, struct blocks *blocks, const struct titles *titles,
	struct content *ret);

/* Appends the blocks that were not dropped, a line each.  Returns 0 or the buffer's failure. */
int content_text(const struct page_tree *tree, const struct blocks *blocks, struct buffer *out);
