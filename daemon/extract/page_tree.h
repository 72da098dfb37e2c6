/*
 * A page as a tree of elements and runs of text, in document order: nodes[0] is the page itself,
 * the nodes of a subtree follow its root up to nodes[root].end.  Built by libxml2's HTML parser
 * (SAX) from filtered markup.  Strings are valid UTF-8 in the arena or the tree's own buffer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "extract/page_filter.h"
#include "extract/page_tag.h"

enum {
	PAGE_NODES_MAX = 200000, /* the rest of the page is left out */
	PAGE_NODE_DEPTH_MAX = 512,
	PAGE_ATTRIBUTES_MAX = 16, /* of an element */
};

enum page_attribute_name {
	ATTRIBUTE_CLASS,
	ATTRIBUTE_CONTENT,
	ATTRIBUTE_DATETIME,
	ATTRIBUTE_HREF,
	ATTRIBUTE_HTTP_EQUIV,
	ATTRIBUTE_ID,
	ATTRIBUTE_ITEMPROP,
	ATTRIBUTE_ITEMTYPE,
	ATTRIBUTE_LANG,
	ATTRIBUTE_NAME,
	ATTRIBUTE_PROPERTY,
	ATTRIBUTE_REL,
	ATTRIBUTE_ROLE,
	ATTRIBUTE_SRC,
	ATTRIBUTE_MAX,
};

struct page_attribute {
	enum page_attribute_name name;
	const char *value;
};

struct page_node {
	uint32_t parent;
	uint32_t end;    /* behind the last node within this one */
	uint32_t start;  /* of a text: where in the tree's buffer */
	uint32_t length; /* and its bytes */
	enum page_tag tag;
	uint16_t depth;
	uint16_t attribute_count;
	bool block;
	bool hidden; /* by an attribute of its own */
	const struct page_attribute *attributes;
};

struct page_tree {
	struct page_node *nodes;
	size_t count;
	size_t size;
	struct buffer text;
	struct arena *arena;
};

/* Returns 0 or -ENOMEM. */
int page_tree_build(const struct buffer *markup, struct arena *arena, struct page_tree *ret);
void page_tree_clear(struct page_tree *tree);

/* The value, or NULL. */
const char *page_node_attribute(const struct page_node *node, enum page_attribute_name name);

/* Appends the text of a subtree, folded to one line.  Returns 0 or the buffer's failure. */
int page_tree_text(const struct page_tree *tree, size_t node, struct buffer *out);
