#include "extract/page_tree.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "base/array.h"
#include "text/html_text.h"

enum {
	TEXT_BYTES_MAX = 48 * 1024 * 1024, /* a page of 16 MiB, converted */
};

struct builder {
	struct page_tree *tree;
	uint32_t open[PAGE_NODE_DEPTH_MAX];
	size_t depth;
	size_t deeper; /* elements open that are too deep to be nodes */
	bool failed;
};

static const char *const attribute_names[ATTRIBUTE_MAX] = {
	[ATTRIBUTE_CLASS] = "class",
	[ATTRIBUTE_CONTENT] = "content",
	[ATTRIBUTE_DATETIME] = "datetime",
	[ATTRIBUTE_HREF] = "href",
	[ATTRIBUTE_HTTP_EQUIV] = "http-equiv",
	[ATTRIBUTE_ID] = "id",
	[ATTRIBUTE_ITEMPROP] = "itemprop",
	[ATTRIBUTE_ITEMTYPE] = "itemtype",
	[ATTRIBUTE_LANG] = "lang",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_PROPERTY] = "property",
	[ATTRIBUTE_REL] = "rel",
	[ATTRIBUTE_ROLE] = "role",
	[ATTRIBUTE_SRC] = "src",
};

static struct page_node *add_node(struct builder *builder)
{
	struct page_tree *tree = builder->tree;
	struct page_node *node;

	if (tree->count == PAGE_NODES_MAX)
		return NULL;
	if (array_grow((void **)&tree->nodes, &tree->size, tree->count, sizeof(*tree->nodes)) < 0) {
		builder->failed = true;
		return NULL;
	}
	node = &tree->nodes[tree->count];
	*node = (struct page_node){
		.parent = builder->depth > 0 ? builder->open[builder->depth - 1] : 0,
		.depth = (uint16_t)builder->depth,
	};
	node->end = (uint32_t)++tree->count;
	return node;
}

static void read_attribute(struct builder *builder, struct page_node *node, const char *name,
	const char *value, struct page_attribute *attributes)
{
	if (strcmp(name, "hidden") == 0) {
		/* "until-found" is for the page's own search. */
		node->hidden = strcmp(value, "until-found") != 0;
		return;
	}
	if (strcmp(name, "aria-hidden") == 0) {
		node->hidden = node->hidden || strcmp(value, "true") == 0;
		return;
	}
	for (size_t i = 0; i < ATTRIBUTE_MAX; i++) {
		if (strcmp(name, attribute_names[i]) != 0)
			continue;
		if (node->attribute_count < PAGE_ATTRIBUTES_MAX)
			attributes[node->attribute_count++] =
				(struct page_attribute){(enum page_attribute_name)i,
					arena_strdup(builder->tree->arena, value)};
		return;
	}
}

static const struct page_tag_info *read_kind(const char *name, const char **attributes)
{
	const char *value;
	size_t number = 0;
	const struct page_tag_info *info;

	if (!attributes || strcmp(attributes[0], PAGE_FILTER_KIND) != 0)
		return page_tag_find(name, strlen(name));
	for (value = attributes[1]; value && *value >= '0' && *value <= '9' && number < 1000;
		value++)
		number = 10 * number + (size_t)(*value - '0');
	info = page_tag_info_at(number);
	return info ? info : page_tag_find(name, strlen(name));
}

static void set_attributes(struct builder *builder, struct page_node *node, const char **attributes)
{
	struct page_attribute found[PAGE_ATTRIBUTES_MAX];
	struct page_attribute *kept;

	for (; attributes && attributes[0]; attributes += 2)
		if (strcmp(attributes[0], PAGE_FILTER_KIND) != 0)
			read_attribute(builder, node, attributes[0],
				attributes[1] ? attributes[1] : "", found);
	if (node->attribute_count == 0)
		return;
	kept = arena_array(builder->tree->arena, node->attribute_count, sizeof(*kept));
	if (!kept) {
		builder->failed = true;
		node->attribute_count = 0;
		return;
	}
	memcpy(kept, found, node->attribute_count * sizeof(*kept));
	for (size_t i = 0; i < node->attribute_count; i++)
		builder->failed = builder->failed || !kept[i].value;
	node->attributes = kept;
}

static void start_element(void *userdata, const xmlChar *name, const xmlChar **attributes)
{
	struct builder *builder = userdata;
	const char **strings = (const char **)attributes;
	const struct page_tag_info *info = read_kind((const char *)name, strings);
	struct page_node *node;
	size_t index = builder->tree->count;

	if (builder->depth == PAGE_NODE_DEPTH_MAX) {
		builder->deeper++;
		return;
	}
	node = add_node(builder);
	if (!node) {
		builder->deeper++;
		return;
	}
	node->tag = info->tag;
	node->block = info->flags & TAG_IS_BLOCK;
	set_attributes(builder, node, strings);
	builder->open[builder->depth++] = (uint32_t)index;
}

static void end_element(void *userdata, const xmlChar *name)
{
	struct builder *builder = userdata;

	(void)name;
	if (builder->deeper > 0) {
		builder->deeper--;
		return;
	}
	/* The page itself stays open. */
	if (builder->depth > 1)
		builder->tree->nodes[builder->open[--builder->depth]].end =
			(uint32_t)builder->tree->count;
}

static void add_text(void *userdata, const xmlChar *text, int length)
{
	struct builder *builder = userdata;
	struct page_tree *tree = builder->tree;
	struct page_node *last = &tree->nodes[tree->count - 1];
	struct page_node *node;

	if (length <= 0)
		return;
	/* The parser gives long texts in pieces. */
	if (last->tag == PAGE_TEXT && tree->count > 1 &&
		last->parent == builder->open[builder->depth - 1] &&
		last->start + last->length == tree->text.length) {
		last->length += (uint32_t)length;
	} else {
		node = add_node(builder);
		if (!node)
			return;
		node->start = (uint32_t)tree->text.length;
		node->length = (uint32_t)length;
	}
	if (buffer_add(&tree->text, text, (size_t)length) < 0)
		builder->failed = true;
}

/* Having this, the parser does not format its errors: a page has hundreds, which nobody reads. */
static void ignore_error(void *userdata, xmlErrorPtr error)
{
	(void)userdata, (void)error;
}

static int parse(struct builder *builder, const struct buffer *markup)
{
	htmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElement = start_element,
		.endElement = end_element,
		.characters = add_text,
		.ignorableWhitespace = add_text,
		.cdataBlock = add_text,
		.serror = ignore_error,
	};
	htmlParserCtxtPtr context =
		htmlCreateMemoryParserCtxt(buffer_string(markup), (int)markup->length);

	if (!context)
		return markup->length == 0 ? 0 : -ENOMEM;
	(void)htmlCtxtUseOptions(context,
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
			HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC);
	(void)xmlSwitchEncoding(context, XML_CHAR_ENCODING_UTF8);
	memcpy(context->sax, &handler, sizeof(handler));
	context->userData = builder;
	(void)htmlParseDocument(context);
	htmlFreeParserCtxt(context);
	return 0;
}

/* Elements that the parser did not end: end of the document. */
static void close_all(struct builder *builder)
{
	while (builder->depth > 0)
		builder->tree->nodes[builder->open[--builder->depth]].end =
			(uint32_t)builder->tree->count;
}

int page_tree_build(const struct buffer *markup, struct arena *arena, struct page_tree *ret)
{
	struct page_tree tree = {.arena = arena, .text = BUFFER_INIT(TEXT_BYTES_MAX)};
	struct builder builder = {.tree = &tree};
	struct page_node *page = add_node(&builder);
	int r;

	if (!page)
		return -ENOMEM;
	page->tag = PAGE_BLOCK;
	page->block = true;
	builder.open[builder.depth++] = 0;
	r = parse(&builder, markup);
	close_all(&builder);
	if (r == 0 && builder.failed)
		r = -ENOMEM;
	if (r < 0) {
		page_tree_clear(&tree);
		return r;
	}
	*ret = tree;
	return 0;
}

void page_tree_clear(struct page_tree *tree)
{
	free(tree->nodes);
	buffer_free(&tree->text);
	tree->nodes = NULL;
	tree->count = tree->size = 0;
}

const char *page_node_attribute(const struct page_node *node, enum page_attribute_name name)
{
	for (size_t i = 0; i < node->attribute_count; i++)
		if (node->attributes[i].name == name)
			return node->attributes[i].value;
	return NULL;
}

int page_tree_text(const struct page_tree *tree, size_t node, struct buffer *out)
{
	_cleanup_(buffer_free) struct buffer raw = BUFFER_INIT(TEXT_BYTES_MAX);

	for (size_t i = node; i < tree->nodes[node].end; i++) {
		const struct page_node *at = &tree->nodes[i];

		if (at->tag == PAGE_TEXT)
			(void)buffer_add(&raw, tree->text.bytes + at->start, at->length);
		else if (at->block || at->tag == PAGE_BR)
			(void)buffer_add_char(&raw, ' ');
	}
	if (raw.failed)
		return raw.failed;
	return plain_text_add(buffer_string(&raw), raw.length, HTML_TEXT_LINE, out);
}
