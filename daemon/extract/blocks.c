#include "extract/blocks.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "text/html_text.h"

enum {
	LINE_LEVELS = 3, /* upwards, in which an item's or a heading's element is looked for */
	TEXT_BYTES_MAX = 48 * 1024 * 1024,
};

/* How a block is valued; see tests/bench/bench_extract.c for the measure. */
#define LINK_WEIGHT 2.5F       /* a block with 40 % of its text in links is worth nothing */
#define BLOCK_COST 15.0F       /* characters; what a lone word costs */
#define ITEM_COST 15.0F        /* more, in lists and tables */
#define PARAGRAPH_LENGTH 80.0F /* characters outside of links */
#define PARAGRAPH_SHARE 0.3F

struct cutter {
	const struct page_tree *tree;
	struct blocks *blocks;
	struct block block; /* as it grows; no text yet: first == end */
	uint32_t owner;
	uint32_t link_end; /* behind the link that the cutter is in */
	unsigned breaks;   /* in a row */
	bool space;        /* the last character was white space */
	bool failed;
};

static bool is_gone(const struct page_node *node)
{
	return node->hidden || node->tag == PAGE_CONTROL || node->tag == PAGE_BUTTON ||
		node->tag == PAGE_HEAD || node->tag == PAGE_TITLE;
}

/* The element that says what kind of line this is. */
static enum page_tag line_tag(const struct page_tree *tree, uint32_t owner)
{
	uint32_t at = owner;

	for (unsigned level = 0; level < LINE_LEVELS && at > 0; level++) {
		enum page_tag tag = tree->nodes[at].tag;

		if (tag == PAGE_P || tag == PAGE_LI || tag == PAGE_TD || tag == PAGE_DD ||
			tag == PAGE_DT || tag == PAGE_PRE || tag == PAGE_BLOCKQUOTE ||
			(tag >= PAGE_H1 && tag <= PAGE_H6))
			return tag;
		if (tag != PAGE_BLOCK && tag != PAGE_SECTION)
			break;
		at = tree->nodes[at].parent;
	}
	return PAGE_BLOCK;
}

static float block_value(const struct block *block)
{
	float linked = (float)block->linked;
	float plain = (float)block->length - linked;
	float value = plain - (LINK_WEIGHT - 1) * linked;

	/* A paragraph may have many links. */
	if (plain >= PARAGRAPH_LENGTH && value < PARAGRAPH_SHARE * plain)
		value = PARAGRAPH_SHARE * plain;
	value -= BLOCK_COST;
	if (block->tag == PAGE_LI || block->tag == PAGE_TD || block->tag == PAGE_DD ||
		block->tag == PAGE_DT)
		value -= ITEM_COST;
	return value;
}

static void add_block(struct cutter *cutter)
{
	struct blocks *blocks = cutter->blocks;
	struct block *block = &cutter->block;

	if (block->length > 0 && blocks->count < BLOCKS_MAX) {
		if (array_grow((void **)&blocks->blocks, &blocks->size, blocks->count,
			    sizeof(*blocks->blocks)) < 0) {
			cutter->failed = true;
			return;
		}
		block->owner = cutter->owner;
		block->tag = line_tag(cutter->tree, cutter->owner);
		block->value = block_value(block);
		blocks->blocks[blocks->count++] = *block;
	}
	*block = (struct block){0};
	cutter->breaks = 0;
	cutter->space = true;
}

/* The lead byte says how wide a character is: from U+2E80 on three, else one. */
static unsigned width(unsigned char byte, unsigned char next)
{
	if (byte < 0x80 || (byte >= 0xC0 && byte < 0xE2))
		return 1;
	if (byte < 0xC0)
		return 0;
	if (byte == 0xE2)
		return next >= 0xBA ? 3 : 1;
	return byte < 0xF0 ? 3 : 1;
}

static void add_text(struct cutter *cutter, uint32_t index)
{
	const struct page_node *node = &cutter->tree->nodes[index];
	const char *text = cutter->tree->text.bytes + node->start;
	uint32_t length = 0;
	bool space = cutter->space;

	for (uint32_t i = 0; i < node->length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte <= ' ' ||
			(byte == 0xC2 && i + 1 < node->length && text[i + 1] == '\xA0')) {
			length += !space;
			space = true;
			i += byte == 0xC2;
			continue;
		}
		length += width(byte, i + 1 < node->length ? (unsigned char)text[i + 1] : 0);
		space = false;
	}
	/* White space alone neither begins a block nor parts two breaks. */
	if (length == 0 || (space && length == 1 && cutter->space != space && node->length < 2)) {
		cutter->space = space;
		return;
	}
	if (cutter->block.length == 0)
		cutter->block.first = index;
	cutter->block.end = index + 1;
	cutter->block.length += length;
	if (index < cutter->link_end)
		cutter->block.linked += length;
	cutter->space = space;
	if (!(space && length == 1))
		cutter->breaks = 0;
}

static void add_element(struct cutter *cutter, uint32_t index)
{
	const struct page_node *node = &cutter->tree->nodes[index];

	if (node->tag == PAGE_BR) {
		cutter->space = true;
		if (++cutter->breaks >= 2)
			add_block(cutter);
	} else if (node->tag == PAGE_HR) {
		add_block(cutter);
	} else if (node->block) {
		add_block(cutter);
		cutter->owner = index;
	} else if (node->tag == PAGE_A && page_node_attribute(node, ATTRIBUTE_HREF)) {
		if (node->end > cutter->link_end)
			cutter->link_end = node->end;
		cutter->block.links++;
	}
}

/* Closes the block elements that end before `index`. */
static void leave(struct cutter *cutter, uint32_t index)
{
	const struct page_node *nodes = cutter->tree->nodes;

	while (cutter->owner > 0 && index >= nodes[cutter->owner].end) {
		add_block(cutter);
		do
			cutter->owner = nodes[cutter->owner].parent;
		while (cutter->owner > 0 && !nodes[cutter->owner].block);
	}
}

static int index_nodes(const struct page_tree *tree, struct blocks *blocks)
{
	size_t block = 0;

	blocks->at = calloc(tree->count + 1, sizeof(*blocks->at));
	if (!blocks->at)
		return -ENOMEM;
	for (size_t i = 0; i <= tree->count; i++) {
		while (block < blocks->count && blocks->blocks[block].first < i)
			block++;
		blocks->at[i] = (uint32_t)block;
	}
	return 0;
}

int blocks_cut(const struct page_tree *tree, struct blocks *ret)
{
	struct blocks blocks = {0};
	struct cutter cutter = {.tree = tree, .blocks = &blocks, .space = true};

	for (uint32_t i = 1; i < tree->count && !cutter.failed; i++) {
		const struct page_node *node = &tree->nodes[i];

		leave(&cutter, i);
		if (node->tag == PAGE_TEXT) {
			add_text(&cutter, i);
		} else if (is_gone(node)) {
			if (node->block)
				add_block(&cutter);
			i = node->end - 1;
		} else {
			add_element(&cutter, i);
		}
	}
	add_block(&cutter);
	if (cutter.failed || index_nodes(tree, &blocks) < 0) {
		blocks_clear(&blocks);
		return -ENOMEM;
	}
	*ret = blocks;
	return 0;
}

void blocks_clear(struct blocks *blocks)
{
	free(blocks->blocks);
	free(blocks->at);
	*blocks = (struct blocks){0};
}

float blocks_good(const struct page_tree *tree, const struct blocks *blocks, uint32_t node)
{
	float sum = 0;

	for (uint32_t i = blocks->at[node]; i < blocks->at[tree->nodes[node].end]; i++)
		if (!blocks->blocks[i].dropped && blocks->blocks[i].value > 0)
			sum += blocks->blocks[i].value;
	return sum;
}

int block_text(const struct page_tree *tree, const struct block *block, struct buffer *out)
{
	_cleanup_(buffer_free) struct buffer raw = BUFFER_INIT(TEXT_BYTES_MAX);

	for (uint32_t i = block->first; i < block->end; i++) {
		const struct page_node *node = &tree->nodes[i];

		if (node->tag == PAGE_TEXT)
			(void)buffer_add(&raw, tree->text.bytes + node->start, node->length);
		else if (node->tag == PAGE_BR)
			(void)buffer_add_char(&raw, ' ');
		else if (is_gone(node))
			i = node->end - 1;
	}
	if (raw.failed)
		return raw.failed;
	return plain_text_add(buffer_string(&raw), raw.length, HTML_TEXT_LINE, out);
}
