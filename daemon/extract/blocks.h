/*
 * The lines of a page: a block is a run of inline content between the edges of block elements, or
 * between two breaks in a row.  Blocks stand in document order and are made of whole nodes, so that
 * the blocks of a subtree are a range.  What is hidden, or a control, is in none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "extract/page_tree.h"

enum {
	BLOCKS_MAX = 100000, /* of a page; the rest is left out */
};

/* Why a block is none of the article's. */
enum block_drop {
	BLOCK_KEPT,
	BLOCK_BY_ELEMENT,
	BLOCK_BY_NAME,
	BLOCK_OUTSIDE, /* of the subtree */
	BLOCK_TEASER,
	BLOCK_LINKS,
	BLOCK_PHRASE,
	BLOCK_HEAD, /* before the text begins */
	BLOCK_TAIL,
	BLOCK_TITLE,
	BLOCK_REPEATED,
	BLOCK_COMMENTS,
};

struct block {
	uint32_t first; /* nodes, up to but not `end` */
	uint32_t end;
	uint32_t owner;  /* the nearest block element */
	uint32_t length; /* in characters; one of the Far East counts as three */
	uint32_t linked; /* of these in links */
	uint32_t links;
	enum page_tag tag; /* of the owner, or of the list item, heading, cell it is in */
	float value;       /* how much it looks like text of an article; below 0: like none */
	enum block_drop dropped;
};

struct blocks {
	struct block *blocks;
	size_t count;
	size_t size;
	uint32_t *at; /* of each node, and one behind: the first block from it on */
};

/* Returns 0 or -ENOMEM. */
int blocks_cut(const struct page_tree *tree, struct blocks *ret);
void blocks_clear(struct blocks *blocks);

/* The sum of the values above 0 of the blocks of a subtree that are not dropped. */
float blocks_good(const struct page_tree *tree, const struct blocks *blocks, uint32_t node);

/* Appends a block's text, its white space folded.  Returns 0 or the buffer's failure. */
int block_text(const struct page_tree *tree, const struct block *block, struct buffer *out);
