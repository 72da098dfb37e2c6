#include "extract/content.h"

#include <errno.h>
#include <string.h>

#include "extract/cues.h"
#include "extract/lines.h"
#include "extract/phrases.h"

/* What may not be dropped by a name, or by an element: it holds so much of the good text. */
#define CUE_SHARE_MAX 0.25F
#define NEVER_SHARE_MAX 0.6F
#define TAG_SHARE_MAX 0.5F
#define HEADING_SHARE_MAX 0.2F
/* What a level upwards costs a subtree's sum. */
#define LEVEL_DISCOUNT 0.9F
/* An element marked as the article's body is it, if it holds so much of the chosen one's text. */
#define BODY_SHARE_MIN 0.6F
#define NAMED_SHARE_MIN 0.9F
/* What a line that is no text takes from its subtree's sum, of its value below 0. */
#define BAD_WEIGHT 0.5F
/* What goes on with the text elsewhere is worth so much at least. */
#define PART_VALUE_MIN 60.0F
/* One of several articles in the subtree is it alone from this share on. */
#define ARTICLE_SHARE_MIN 0.25F
#define BOX_SHARE_MIN 0.85F
#define TEASER_REST_MIN 0.3F
/* Of good text between the headline and the comments. */
#define BEFORE_COMMENTS_MIN 60.0F
/* So little text, of so much, is a mistake. */
#define LITTLE_GOOD 200.0F
#define LITTLE_SHARE 0.1F

enum {
	LINE_BYTES_MAX = 64 * 1024,
	POST_NODES = 8, /* in which a quoted post is looked for */
	TEASER_LINES = 2,
	SIBLING_LEVELS = 6, /* upwards */
};

/* ---- what goes ---- */

static void drop_subtree(
	const struct page_tree *tree, struct blocks *blocks, uint32_t node, enum block_drop why)
{
	lines_drop_range(blocks, blocks->at[node], blocks->at[tree->nodes[node].end], why);
}

static bool is_other_tag(const struct page_node *node)
{
	switch (node->tag) {
	case PAGE_NAV:
	case PAGE_ASIDE:
	case PAGE_FOOTER:
	case PAGE_FORM:
	case PAGE_FIGCAPTION:
	case PAGE_FIGURE:
	case PAGE_CAPTION:
		return true;
	default:
		return false;
	}
}

/* From what share of the good text on the node is kept all the same; 0: it stays anyway. */
static float keep_share(const struct page_node *node)
{
	if (node->tag == PAGE_BODY || node->tag == PAGE_HTML)
		return 0;
	if (is_other_tag(node))
		return TAG_SHARE_MAX;
	switch (node->attribute_count > 0 ? cue_of(node) : CUE_NONE) {
	case CUE_OTHER:
		return CUE_SHARE_MAX;
	case CUE_NEVER:
		return NEVER_SHARE_MAX;
	default:
		return 0;
	}
}

/* A post that the article quotes stands in a box that is named for its player or its frame. */
static bool holds_post(const struct page_tree *tree, uint32_t node)
{
	for (uint32_t i = node; i < tree->nodes[node].end && i < node + POST_NODES; i++) {
		const char *class = tree->nodes[i].tag == PAGE_BLOCKQUOTE
			? page_node_attribute(&tree->nodes[i], ATTRIBUTE_CLASS)
			: NULL;

		if (class && (strstr(class, "-tweet") || strstr(class, "-media")))
			return true;
	}
	return false;
}

static void drop_other(const struct page_tree *tree, struct blocks *blocks, uint32_t heading)
{
	float whole = blocks_good(tree, blocks, 0);

	for (uint32_t i = 1; i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];
		float share;

		if (node->tag == PAGE_TEXT || blocks->at[i] == blocks->at[node->end])
			continue;
		share = keep_share(node);
		if (share == 0)
			continue;
		/* What holds the headline holds the article, unless it is the headline's box. */
		if (heading >= blocks->at[i] && heading < blocks->at[node->end])
			share = HEADING_SHARE_MAX;
		if (blocks_good(tree, blocks, i) >= share * whole || holds_post(tree, i))
			continue;
		drop_subtree(
			tree, blocks, i, is_other_tag(node) ? BLOCK_BY_ELEMENT : BLOCK_BY_NAME);
		i = node->end - 1;
	}
}

static bool is_title(const struct page_tree *tree, const struct block *block,
	const struct titles *titles, struct buffer *text)
{
	buffer_reset(text);
	return block_text(tree, block, text) == 0 &&
		titles_have(titles, buffer_string(text), text->length);
}

/* A headline that is a link, with a line or two: another article's teaser. */
static void drop_teasers(
	const struct page_tree *tree, struct blocks *blocks, const struct titles *titles)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(LINE_BYTES_MAX);

	float before = blocks_good(tree, blocks, 0);

	for (uint32_t i = 0; i < blocks->count; i++) {
		const struct block *block = &blocks->blocks[i];
		uint32_t parent = tree->nodes[block->owner].parent;
		uint32_t end = blocks->at[tree->nodes[parent].end];
		uint32_t good = 0;

		if (block->dropped || !line_is_heading(block) || !line_is_links(block) ||
			i > blocks->at[parent] + 1)
			continue;
		for (uint32_t k = i + 1; k < end && good <= TEASER_LINES; k++)
			good += blocks->blocks[k].value > 0;
		if (good <= TEASER_LINES && !is_title(tree, block, titles, &text))
			lines_drop_range(blocks, i, end, BLOCK_TEASER);
	}
	/* A page of nothing else is one of teasers, and better read than empty. */
	for (uint32_t i = 0;
		blocks_good(tree, blocks, 0) < TEASER_REST_MIN * before && i < blocks->count; i++)
		if (blocks->blocks[i].dropped == BLOCK_TEASER)
			blocks->blocks[i].dropped = BLOCK_KEPT;
}

/* Comments may be longer than the article; their heading tells where they begin. */
static void drop_comments(const struct page_tree *tree, struct blocks *blocks, uint32_t heading)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(LINE_BYTES_MAX);
	float good = 0;

	for (uint32_t i = heading; i < blocks->count; i++) {
		const struct block *block = &blocks->blocks[i];

		if (!block->dropped && block->value > 0 && i > heading)
			good += block->value;
		if (!line_is_heading(block) || good < BEFORE_COMMENTS_MIN)
			continue;
		buffer_reset(&text);
		if (block_text(tree, block, &text) == 0 && text.length > 0 &&
			phrase_begins_comments(text.bytes, text.length)) {
			lines_drop_range(blocks, i, (uint32_t)blocks->count, BLOCK_COMMENTS);
			return;
		}
	}
}

/* ---- the subtree ---- */

/* Whether an article may be in it alone: a list or a table has words before or behind it. */
static bool is_box(const struct page_node *node)
{
	switch (node->tag) {
	case PAGE_BLOCK:
	case PAGE_SECTION:
	case PAGE_ARTICLE:
	case PAGE_MAIN:
	case PAGE_BODY:
	case PAGE_TD:
	case PAGE_FORM:
	case PAGE_INLINE:
	case PAGE_PRE:
		return true;
	default:
		return false;
	}
}

/* What a block counts in its subtree's sum: only links speak against one. */
static float block_weight(const struct block *block)
{
	if (block->value > 0)
		return block->value;
	return block->linked > 0 ? BAD_WEIGHT * block->value : 0;
}

/* The sums from the leaves upwards: a parent comes before its children. */
static uint32_t best_subtree(const struct page_tree *tree, const struct blocks *blocks, float *sums)
{
	uint32_t best = 0;

	for (size_t i = 0; i < blocks->count; i++)
		if (!blocks->blocks[i].dropped)
			sums[blocks->blocks[i].owner] += block_weight(&blocks->blocks[i]);
	for (uint32_t i = (uint32_t)tree->count; i-- > 1;) {
		const struct page_node *node = &tree->nodes[i];

		if (node->tag != PAGE_TEXT)
			sums[node->parent] += sums[i] * (node->block ? LEVEL_DISCOUNT : 1);
	}
	for (uint32_t i = 1; i < tree->count; i++)
		if (sums[i] > sums[best])
			best = i;
	while (best > 0 && !is_box(&tree->nodes[best]))
		best = tree->nodes[best].parent;
	return best;
}

/* What share of the text makes it believed that an element is the body; above 1: none. */
static float body_share(const struct page_node *node)
{
	const char *property = page_node_attribute(node, ATTRIBUTE_ITEMPROP);

	if (property && strcasestr(property, "articleBody"))
		return BODY_SHARE_MIN;
	return cue_of(node) == CUE_BODY ? NAMED_SHARE_MIN : 2;
}

/* The smallest element that is marked as the body and holds enough. */
static uint32_t marked_body(
	const struct page_tree *tree, const struct blocks *blocks, uint32_t root)
{
	float whole = blocks_good(tree, blocks, root);
	uint32_t found = root;

	for (uint32_t i = root + 1; i < tree->nodes[root].end; i++) {
		const struct page_node *node = &tree->nodes[i];

		if (node->attribute_count > 0 &&
			blocks_good(tree, blocks, i) >= body_share(node) * whole)
			found = i;
	}
	return found;
}

/* Whether another article's headline stands between the subtrees of two nodes. */
static bool has_heading_between(
	const struct blocks *blocks, uint32_t first, uint32_t second, const struct page_tree *tree)
{
	for (uint32_t i = blocks->at[tree->nodes[first].end]; i < blocks->at[second]; i++)
		if (blocks->blocks[i].tag == PAGE_H1 || blocks->blocks[i].tag == PAGE_H2)
			return true;
	return second < tree->nodes[first].end;
}

/* The rest of a text that something parts in two: an element of the same class goes on with it. */
static uint32_t with_siblings(
	const struct page_tree *tree, const struct blocks *blocks, uint32_t root)
{
	const char *class = page_node_attribute(&tree->nodes[root], ATTRIBUTE_CLASS);
	uint32_t at = root;

	for (unsigned level = 0; class && *class && level < SIBLING_LEVELS && at > 0; level++) {
		at = tree->nodes[at].parent;
		for (uint32_t i = at + 1; i < tree->nodes[at].end; i++) {
			const struct page_node *node = &tree->nodes[i];
			const char *other = node->tag == tree->nodes[root].tag
				? page_node_attribute(node, ATTRIBUTE_CLASS)
				: NULL;

			if (i == root)
				i = node->end - 1;
			else if (other && strcmp(other, class) == 0 &&
				blocks_good(tree, blocks, i) >= PART_VALUE_MIN &&
				!has_heading_between(
					blocks, i < root ? i : root, i < root ? root : i, tree))
				return at;
		}
	}
	return root;
}

/* ---- the headline ---- */

/* The block that is a title: a heading before another line. */
static uint32_t find_heading(
	const struct page_tree *tree, const struct blocks *blocks, const struct titles *titles)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(LINE_BYTES_MAX);
	uint32_t found = UINT32_MAX;

	for (uint32_t i = 0; i < blocks->count && titles->count > 0; i++) {
		const struct block *block = &blocks->blocks[i];
		bool heading = line_is_heading(block);

		if (block->length > TITLE_KEY_MAX || (found != UINT32_MAX && !heading))
			continue;
		buffer_reset(&text);
		if (block_text(tree, block, &text) < 0 ||
			!titles_have(titles, buffer_string(&text), text.length))
			continue;
		found = i;
		if (heading)
			break;
	}
	return found;
}

/* Several articles on one page: the one under the headline, if it holds enough. */
static uint32_t article_of_heading(
	const struct page_tree *tree, const struct blocks *blocks, uint32_t root, uint32_t heading)
{
	uint32_t at = blocks->blocks[heading].owner;

	while (at > root && tree->nodes[at].tag != PAGE_ARTICLE)
		at = tree->nodes[at].parent;
	if (at <= root ||
		blocks_good(tree, blocks, at) < ARTICLE_SHARE_MIN * blocks_good(tree, blocks, root))
		return root;
	return at;
}

/* What stands before the headline, unless that is most of it. */
static void drop_before(const struct page_tree *tree, struct blocks *blocks, uint32_t first,
	uint32_t end, uint32_t heading)
{
	float before = 0;
	float whole = 0;

	(void)tree;
	if (heading == UINT32_MAX || heading < first || heading >= end)
		return;
	for (uint32_t i = first; i < end; i++) {
		const struct block *block = &blocks->blocks[i];

		if (block->dropped || block->value <= 0)
			continue;
		whole += block->value;
		if (i <= heading)
			before += block->value;
	}
	if (before < whole / 2)
		lines_drop_range(blocks, first, heading + 1, BLOCK_HEAD);
	else
		blocks->blocks[heading].dropped = BLOCK_TITLE;
}

/*
 * Where nearly all of the text is in one box of the subtree, what follows that box is something
 * else.
 */
static uint32_t end_of_text(
	const struct page_tree *tree, const struct blocks *blocks, uint32_t root)
{
	float whole = blocks_good(tree, blocks, root);
	uint32_t at = root;
	uint32_t found = root;

	while (found != 0) {
		found = 0;
		for (uint32_t i = at + 1; i < tree->nodes[at].end; i = tree->nodes[i].end)
			if (tree->nodes[i].tag != PAGE_TEXT &&
				blocks_good(tree, blocks, i) >= BOX_SHARE_MIN * whole) {
				found = i;
				break;
			}
		at = found != 0 ? found : at;
	}
	return tree->nodes[at].end;
}

/* `names`: whether elements are dropped by theirs. */
static int choose(const struct page_tree *tree, struct blocks *blocks, const struct titles *titles,
	bool names, struct content *ret)
{
	_cleanup_(freep) float *sums = calloc(tree->count, sizeof(*sums));
	struct content content = {.heading = UINT32_MAX};
	uint32_t first;
	uint32_t end;

	if (!sums)
		return -ENOMEM;
	content.whole = blocks_good(tree, blocks, 0);
	content.heading = find_heading(tree, blocks, titles);
	if (names)
		drop_other(tree, blocks, content.heading);
	drop_teasers(tree, blocks, titles);
	drop_comments(tree, blocks, content.heading);
	content.root = best_subtree(tree, blocks, sums);
	if (content.heading != UINT32_MAX)
		content.root = article_of_heading(tree, blocks, content.root, content.heading);
	content.root = marked_body(tree, blocks, content.root);
	content.root = with_siblings(tree, blocks, content.root);
	first = blocks->at[content.root];
	end = blocks->at[end_of_text(tree, blocks, content.root)];
	lines_drop_range(blocks, 0, first, BLOCK_OUTSIDE);
	lines_drop_range(blocks, end, (uint32_t)blocks->count, BLOCK_OUTSIDE);
	drop_before(tree, blocks, first, end, content.heading);
	lines_drop(tree, blocks, titles, first, end);
	content.good = blocks_good(tree, blocks, content.root);
	*ret = content;
	return 0;
}

int content_choose(const struct page_tree *tree, struct blocks *blocks, const struct titles *titles,
	struct content *ret)
{
	int r;

	r = choose(tree, blocks, titles, true, ret);
	if (r < 0 || ret->good >= LITTLE_GOOD || ret->good >= LITTLE_SHARE * ret->whole)
		return r;
	/* Hardly anything is left of much: the names mean something else on this page. */
	for (size_t i = 0; i < blocks->count; i++)
		blocks->blocks[i].dropped = BLOCK_KEPT;
	return choose(tree, blocks, titles, false, ret);
}

int content_text(const struct page_tree *tree, const struct blocks *blocks, struct buffer *out)
{
	for (size_t i = 0; i < blocks->count && !out->failed; i++) {
		if (blocks->blocks[i].dropped)
			continue;
		if (out->length > 0)
			(void)buffer_add_char(out, '\n');
		(void)block_text(tree, &blocks->blocks[i], out);
	}
	return out->failed;
}
