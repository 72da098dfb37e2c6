#include "extract/lines.h"

#include <string.h>

#include "extract/date_text.h"
#include "extract/phrases.h"

/* A block of this value is surely text: what is short before the first and behind the last goes. */
#define SURE_VALUE 60.0F
/* Of the text, so much in paragraphs: a short line outside of one is then none of it. */
#define PARAGRAPHS_SHARE 0.8F

enum {
	LINE_BYTES_MAX = 64 * 1024,
	STRAY_LENGTH_MAX = 60, /* characters */
	REPEAT_LINES = 3,
	DATE_LENGTH_MAX = 120, /* of a line that tells the date */
	SENTENCE_LENGTH = 20,  /* characters that a sentence of links has beside these */
	PLAIN_LENGTH = 60,     /* characters that a line has beside its links, if it is text */
};

void lines_drop_range(struct blocks *blocks, uint32_t first, uint32_t end, enum block_drop why)
{
	for (uint32_t i = first; i < end; i++)
		if (!blocks->blocks[i].dropped)
			blocks->blocks[i].dropped = why;
}

bool line_is_links(const struct block *block)
{
	return block->linked * 2 > block->length && block->length < block->linked + PLAIN_LENGTH;
}

bool line_is_heading(const struct block *block)
{
	return block->tag >= PAGE_H1 && block->tag <= PAGE_H6;
}

/* Whether the text is in paragraphs: a short line outside of one is then none of it. */
static bool has_paragraphs(const struct blocks *blocks, uint32_t first, uint32_t end)
{
	float whole = 0;
	float within = 0;

	for (uint32_t i = first; i < end; i++) {
		const struct block *block = &blocks->blocks[i];

		if (block->dropped || block->value <= 0)
			continue;
		whole += block->value;
		if (block->tag == PAGE_P || block->tag == PAGE_LI || block->tag == PAGE_BLOCKQUOTE)
			within += block->value;
	}
	return within > PARAGRAPHS_SHARE * whole;
}

static bool is_stray(const struct block *block)
{
	return block->length < STRAY_LENGTH_MAX && block->tag == PAGE_BLOCK;
}

static bool is_in_link(const struct page_tree *tree, uint32_t node)
{
	while (node > 0 && tree->nodes[node].tag != PAGE_A && !tree->nodes[node].block)
		node = tree->nodes[node].parent;
	return tree->nodes[node].tag == PAGE_A;
}

/* A paragraph most of which is links, but which ends as a sentence does, outside of them. */
static bool is_sentence(
	const struct page_tree *tree, const struct block *block, const struct buffer *text)
{
	return block->tag == PAGE_P && block->length >= block->linked + SENTENCE_LENGTH &&
		text->length > 0 && strchr(".!?", text->bytes[text->length - 1]) &&
		!is_in_link(tree, block->end - 1);
}

/* Text of a link that is the address itself is the author's. */
static bool is_address(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0 ||
		strncmp(text, "www.", 4) == 0;
}

/* A picture's caption, said once more near it for those who do not see the picture. */
static bool is_repeated(const struct page_tree *tree, const struct blocks *blocks, uint32_t index,
	const struct buffer *text)
{
	_cleanup_(buffer_free) struct buffer other = BUFFER_INIT(LINE_BYTES_MAX);
	uint32_t first = index > REPEAT_LINES ? index - REPEAT_LINES : 0;

	for (uint32_t i = first; i < index && text->length > STRAY_LENGTH_MAX / 2; i++) {
		const struct block *block = &blocks->blocks[i];

		if (block->length != blocks->blocks[index].length || !block->dropped)
			continue;
		buffer_reset(&other);
		if (block_text(tree, block, &other) == 0 && other.length == text->length &&
			memcmp(other.bytes, text->bytes, text->length) == 0)
			return true;
	}
	return false;
}

/* Whether a line is surely text of an article. */
static bool is_sure(const struct block *block)
{
	return !block->dropped && block->value >= SURE_VALUE && !line_is_heading(block);
}

/* Between the headline and the text: who wrote it when, in a line of its own. */
static void drop_dates(
	const struct page_tree *tree, struct blocks *blocks, uint32_t first, uint32_t end)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(LINE_BYTES_MAX);
	struct page_time time;

	for (uint32_t i = first; i < end && !is_sure(&blocks->blocks[i]); i++) {
		struct block *block = &blocks->blocks[i];

		if (block->dropped || block->length > DATE_LENGTH_MAX)
			continue;
		buffer_reset(&text);
		if (block_text(tree, block, &text) == 0 &&
			date_find(buffer_string(&text), text.length, false, &time))
			block->dropped = BLOCK_HEAD;
	}
}

static void drop_lines(const struct page_tree *tree, struct blocks *blocks,
	const struct titles *titles, uint32_t first, uint32_t end)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(LINE_BYTES_MAX);
	bool paragraphs = has_paragraphs(blocks, first, end);

	for (uint32_t i = first; i < end; i++) {
		struct block *block = &blocks->blocks[i];

		if (block->dropped)
			continue;
		if (paragraphs && is_stray(block)) {
			block->dropped = BLOCK_HEAD;
			continue;
		}
		if (block->length > PHRASE_LINE_MAX) {
			if (line_is_links(block))
				block->dropped = BLOCK_LINKS;
			continue;
		}
		buffer_reset(&text);
		if (block_text(tree, block, &text) < 0)
			continue;
		if (is_repeated(tree, blocks, i, &text))
			block->dropped = BLOCK_REPEATED;
		else if (line_is_links(block) && !is_address(buffer_string(&text)) &&
			!is_sentence(tree, block, &text))
			block->dropped = BLOCK_LINKS;
		else if (phrase_is_boilerplate(buffer_string(&text), text.length))
			block->dropped = BLOCK_PHRASE;
		else if (titles_have(titles, buffer_string(&text), text.length))
			block->dropped = BLOCK_TITLE;
	}
}

/* Whether a line goes on with the text that another of the subtree began. */
static bool goes_on(
	const struct page_tree *tree, const struct block *block, const struct block *with)
{
	const struct page_node *nodes = tree->nodes;

	if (nodes[block->owner].parent == nodes[with->owner].parent || block->owner == with->owner)
		return true;
	return block->tag == PAGE_LI || block->tag == PAGE_TD || block->tag == PAGE_DD;
}

static void trim(const struct page_tree *tree, struct blocks *blocks, uint32_t first, uint32_t end)
{
	uint32_t head = first;
	uint32_t tail = end;
	uint32_t last;

	while (head < end && !is_sure(&blocks->blocks[head]))
		head++;
	if (head == end)
		return;
	while (tail > head && !is_sure(&blocks->blocks[tail - 1]))
		tail--;
	/* Lines of the same make, up to the first that is another. */
	last = tail;
	while (tail < end &&
		(blocks->blocks[tail].dropped ||
			goes_on(tree, &blocks->blocks[tail], &blocks->blocks[last - 1])))
		tail++;
	while (tail > last &&
		(blocks->blocks[tail - 1].dropped || line_is_heading(&blocks->blocks[tail - 1])))
		tail--;
	lines_drop_range(blocks, tail, end, BLOCK_TAIL);
	last = head;
	while (head > first &&
		(blocks->blocks[head - 1].dropped ||
			goes_on(tree, &blocks->blocks[head - 1], &blocks->blocks[last])))
		head--;
	lines_drop_range(blocks, first, head, BLOCK_HEAD);
}

void lines_drop(const struct page_tree *tree, struct blocks *blocks, const struct titles *titles,
	uint32_t first, uint32_t end)
{
	drop_dates(tree, blocks, first, end);
	drop_lines(tree, blocks, titles, first, end);
	trim(tree, blocks, first, end);
}
