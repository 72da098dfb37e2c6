#include "extract/author.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/macro.h"
#include "extract/byline.h"
#include "extract/cues.h"
#include "text/html_text.h"

enum {
	LINES_BEFORE = 3, /* of the headline, in which a byline is looked for */
	LINES_BEHIND = 8,
	BYLINE_MAX = 120,       /* characters */
	BYLINE_NODES_MAX = 200, /* of a headline's block, with its byline behind a break */
	AUTHOR_NODES_MAX = 48,  /* of an element that tells the author */
	CANDIDATES_MAX = 100,   /* elements that are looked at for an author */
	NAMES_MAX = 10,
	NAMES_BYTES_MAX = 1024,
};

/* Where to look, and for whom. */
struct search {
	const struct page_tree *tree;
	const struct blocks *blocks;
	uint32_t heading;
	struct arena *arena;
};

static bool is_one_of(const char *list, const char *word)
{
	for (; list && *list; list += strspn(list, " \t\n\r\f")) {
		size_t length = strcspn(list, " \t\n\r\f");

		if (ascii_is(list, length, word))
			return true;
		list += length;
	}
	return false;
}

/* ---- elements ---- */

static bool is_author_class(const char *names)
{
	static const char *const words[] = {"author", "byline", "autor", "auteur", "writer"};

	/* Of comments, and of what is only about one. */
	if (!names || strcasestr(names, "comment") || strcasestr(names, "avatar"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasestr(names, words[i]))
			return true;
	return false;
}

/* A link to what an author wrote. */
static bool is_author_link(const struct page_node *node)
{
	static const char *const parts[] = {"/author", "/autor", "/auteur", "/people/", "/person/",
		"/by/", "/staff/", "/profile", "/contributor", "/journalist", "/writer", "/user"};
	const char *href = page_node_attribute(node, ATTRIBUTE_HREF);

	if (node->tag != PAGE_A)
		return false;
	if (is_one_of(page_node_attribute(node, ATTRIBUTE_REL), "author"))
		return true;
	for (size_t i = 0; href && i < ARRAY_SIZE(parts); i++)
		if (strcasestr(href, parts[i]))
			return true;
	return false;
}

static bool is_name_element(const struct page_node *node)
{
	static const char *const words[] = {
		"fn", "p-name", "author-name", "author__name", "authorname", "name", "p-author"};
	const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);
	const char *item = page_node_attribute(node, ATTRIBUTE_ITEMPROP);

	for (size_t i = 0; class && i < ARRAY_SIZE(words); i++)
		if (is_one_of(class, words[i]))
			return true;
	return is_one_of(item, "name") || is_author_link(node);
}

/* The text of an element, its parts parted by bars where no white space does. */
static int parted_text(const struct page_tree *tree, size_t node, struct buffer *out)
{
	_cleanup_(buffer_free) struct buffer raw = BUFFER_INIT(64 * 1024);
	uint32_t parent = 0;

	for (size_t i = node; i < tree->nodes[node].end; i++) {
		const struct page_node *at = &tree->nodes[i];
		const char *text = buffer_string(&tree->text) + at->start;

		if (at->tag != PAGE_TEXT) {
			if (i != node && raw.length > 0 && (at->block || at->tag == PAGE_BR))
				(void)buffer_add_string(&raw, at->block ? " | " : " ");
			continue;
		}
		if (raw.length > 0 && at->parent != parent && isalnum((unsigned char)*text) &&
			isalnum((unsigned char)raw.bytes[raw.length - 1]))
			(void)buffer_add_string(&raw, " | ");
		(void)buffer_add(&raw, text, at->length);
		parent = at->parent;
	}
	return raw.failed ? raw.failed
			  : plain_text_add(buffer_string(&raw), raw.length, HTML_TEXT_LINE, out);
}

static void add_name(struct buffer *names, const char *name)
{
	if (name && !(names->length > 0 && strstr(names->bytes, name)))
		(void)buffer_printf(names, "%s%s", names->length > 0 ? ", " : "", name);
}

/* The names that elements within this one are marked to be, else what its text says. */
static const char *names_within(const struct search *search, size_t index)
{
	_cleanup_(buffer_free) struct buffer names = BUFFER_INIT(NAMES_BYTES_MAX);
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(64 * 1024);
	const struct page_tree *tree = search->tree;
	const char *whole = NULL;
	size_t count = 0;

	for (size_t i = index + 1; i < tree->nodes[index].end && count < NAMES_MAX; i++) {
		if (tree->nodes[i].attribute_count == 0 || !is_name_element(&tree->nodes[i]))
			continue;
		buffer_reset(&text);
		if (parted_text(tree, i, &text) == 0)
			add_name(&names, byline_names(buffer_string(&text), search->arena));
		count++;
		i = tree->nodes[i].end - 1;
	}
	buffer_reset(&text);
	if (parted_text(tree, index, &text) == 0)
		whole = byline_names(buffer_string(&text), search->arena);
	/* Others may stand behind the marked ones: "and Orla Penhale, Reuters". */
	if (names.length == 0 ||
		(whole && strlen(whole) <= BYLINE_MAX &&
			strncmp(whole, names.bytes, strcspn(names.bytes, ",")) == 0))
		return whole;
	return arena_strdup(search->arena, names.bytes);
}

/* Whether a subtree tells of other articles, or of comments. */
static bool is_elsewhere(const struct page_node *node)
{
	const char *class = page_node_attribute(node, ATTRIBUTE_CLASS);
	const char *item = page_node_attribute(node, ATTRIBUTE_ITEMPROP);

	if (node->tag == PAGE_BODY || node->tag == PAGE_HTML)
		return false;
	return node->tag == PAGE_ASIDE || node->tag == PAGE_NAV || node->tag == PAGE_FOOTER ||
		is_one_of(item, "comment") || is_one_of(class, "comment") ||
		(node->attribute_count > 0 && cue_of(node) == CUE_NEVER);
}

/* Several links to authors that stand side by side. */
static const char *names_of_links(const struct search *search, size_t index)
{
	_cleanup_(buffer_free) struct buffer names = BUFFER_INIT(NAMES_BYTES_MAX);
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(64 * 1024);
	const struct page_tree *tree = search->tree;
	uint32_t parent = tree->nodes[index].parent;
	size_t count = 0;

	for (size_t i = index; i < tree->nodes[parent].end && count < NAMES_MAX;
		i = tree->nodes[i].end) {
		if (!is_author_link(&tree->nodes[i]))
			continue;
		count++;
		buffer_reset(&text);
		if (parted_text(tree, i, &text) == 0)
			add_name(&names, byline_names(buffer_string(&text), search->arena));
	}
	return names.length > 0 ? arena_strdup(search->arena, buffer_string(&names)) : NULL;
}

static bool is_within_elsewhere(const struct page_tree *tree, size_t index)
{
	for (size_t i = index; i > 0; i = tree->nodes[i].parent)
		if (is_elsewhere(&tree->nodes[i]))
			return true;
	return false;
}

/*
 * The first element by its rel or class, from a node on; `any`: what is written unlike names too.
 * Few are candidates, so that only theirs are looked at for what they stand in.
 */
static const char *from_elements(const struct search *search, size_t first, bool any)
{
	const struct page_tree *tree = search->tree;
	size_t tried = 0;

	for (size_t i = first; i < tree->count && tried < CANDIDATES_MAX; i++) {
		const struct page_node *node = &tree->nodes[i];
		const char *found;
		bool link;

		if (node->attribute_count == 0 || node->tag == PAGE_BODY)
			continue;
		link = node->tag == PAGE_A &&
			is_one_of(page_node_attribute(node, ATTRIBUTE_REL), "author");
		if (!link &&
			(node->end - i >= AUTHOR_NODES_MAX ||
				!is_author_class(page_node_attribute(node, ATTRIBUTE_CLASS))))
			continue;
		tried++;
		if (is_within_elsewhere(tree, i)) {
			i = node->end - 1;
			continue;
		}
		found = link ? names_of_links(search, i) : names_within(search, i);
		if (found && (any ? !byline_is_sentence(found) : byline_is_name_like(found)))
			return found;
	}
	return NULL;
}

/* ---- lines ---- */

/* A block's lines, which single breaks part. */
static int block_lines(const struct search *search, const struct block *block, struct buffer *out)
{
	_cleanup_(buffer_free) struct buffer raw = BUFFER_INIT(64 * 1024);
	const struct page_tree *tree = search->tree;

	for (uint32_t i = block->first; i < block->end && i < block->first + BYLINE_NODES_MAX;
		i++) {
		const struct page_node *node = &tree->nodes[i];
		size_t start = raw.length;

		if (node->tag == PAGE_BR)
			(void)buffer_add_char(&raw, '\n');
		if (node->tag != PAGE_TEXT)
			continue;
		(void)buffer_add(&raw, tree->text.bytes + node->start, node->length);
		for (; start < raw.length; start++)
			if (raw.bytes[start] == '\n')
				raw.bytes[start] = ' ';
	}
	return raw.failed ? raw.failed : plain_text_add(buffer_string(&raw), raw.length, 0, out);
}

/* "By Orla Penhale" in a line of the block: a word before the names makes it one. */
static const char *from_block(const struct search *search, const struct block *block)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(64 * 1024);
	char *line;

	if (block->length > 4 * BYLINE_MAX || block_lines(search, block, &text) < 0 ||
		text.length == 0)
		return NULL;
	line = text.bytes;
	while (line) {
		char *end = strchr(line, '\n');
		const char *found;

		if (end)
			*end++ = '\0';
		found = strlen(line) <= 2 * BYLINE_MAX ? byline_find(line, search->arena) : NULL;
		if (found)
			return found;
		line = end;
	}
	return NULL;
}

/* Near the headline, or where the text begins. */
static const char *from_lines(const struct search *search)
{
	const struct blocks *blocks = search->blocks;
	size_t at = search->heading;
	const char *found = NULL;

	if (search->heading == UINT32_MAX)
		for (at = 0; at < blocks->count && blocks->blocks[at].dropped; at++)
			;
	for (size_t i = at; i < at + LINES_BEHIND && i < blocks->count && !found; i++)
		found = from_block(search, &blocks->blocks[i]);
	for (size_t i = at; i > 0 && i + LINES_BEFORE > at && !found; i--)
		found = from_block(search, &blocks->blocks[i - 1]);
	return found;
}

/* A link by its address, in the lines that follow the headline. */
static const char *from_links(const struct search *search)
{
	const struct blocks *blocks = search->blocks;
	size_t end;

	if (search->heading == UINT32_MAX)
		return NULL;
	end = search->heading + LINES_BEHIND;
	end = blocks->blocks[end < blocks->count ? end : blocks->count - 1].end;
	for (size_t i = blocks->blocks[search->heading].end; i < end; i++)
		if (search->tree->nodes[i].tag == PAGE_A && is_author_link(&search->tree->nodes[i]))
			return names_of_links(search, i);
	return NULL;
}

/* Keeps the names if they are somebody's, else for want of better. */
static bool take(const char *names, const char *site, const char **best)
{
	if (!names)
		return false;
	if (!byline_is_nobody(names, site)) {
		*best = names;
		return true;
	}
	if (!*best)
		*best = names;
	return false;
}

const char *author_choose(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, const char *site, struct arena *arena)
{
	const struct search search = {tree, blocks, heading, arena};
	size_t start = heading == UINT32_MAX ? 1 : blocks->blocks[heading].first;
	const char *best = NULL;

	for (size_t source = 0; source < SOURCE_WEAK; source++)
		if (take(byline_names(meta->values[FIELD_AUTHOR][source], arena), site, &best))
			return best;
	if (take(from_elements(&search, start, false), site, &best) ||
		take(from_elements(&search, 1, false), site, &best) ||
		take(from_lines(&search), site, &best) || take(from_links(&search), site, &best))
		return best;
	(void)take(byline_names(meta->values[FIELD_AUTHOR][SOURCE_WEAK], arena), site, &best);
	return best ? best : from_elements(&search, start, true);
}
