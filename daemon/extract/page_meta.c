#include "extract/page_meta.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "text/html_text.h"

enum {
	AUTHORS_BYTES_MAX = 300, /* of all the authors' names */
	AUTHORS_NODES_MAX = 64,  /* of an element whose authors belong together */
};

/* Names of <meta name= | property= | itemprop=>. */
static const struct {
	const char *name;
	enum page_field field;
	enum page_source source;
} meta_names[] = {
	{"og:title", FIELD_TITLE, SOURCE_OPENGRAPH},
	{"twitter:title", FIELD_TITLE, SOURCE_META},
	{"headline", FIELD_TITLE, SOURCE_MICRODATA},
	{"dc.title", FIELD_TITLE, SOURCE_META},
	{"dcterms.title", FIELD_TITLE, SOURCE_META},
	{"dcterm.title", FIELD_TITLE, SOURCE_META},
	{"weibo:article:title", FIELD_TITLE, SOURCE_META},
	{"parsely-title", FIELD_TITLE, SOURCE_META},
	{"sailthru.title", FIELD_TITLE, SOURCE_META},
	{"citation_title", FIELD_TITLE, SOURCE_META},
	{"title", FIELD_TITLE, SOURCE_WEAK},
	{"author", FIELD_AUTHOR, SOURCE_META},
	{"article:author", FIELD_AUTHOR, SOURCE_OPENGRAPH},
	{"og:article:author", FIELD_AUTHOR, SOURCE_OPENGRAPH},
	{"article:author_name", FIELD_AUTHOR, SOURCE_META},
	{"book:author", FIELD_AUTHOR, SOURCE_META},
	{"byl", FIELD_AUTHOR, SOURCE_META},
	{"dc.creator", FIELD_AUTHOR, SOURCE_META},
	{"dcterms.creator", FIELD_AUTHOR, SOURCE_META},
	{"dcterm.creator", FIELD_AUTHOR, SOURCE_META},
	{"creator", FIELD_AUTHOR, SOURCE_META},
	{"authors", FIELD_AUTHOR, SOURCE_META},
	{"og:author", FIELD_AUTHOR, SOURCE_META},
	{"rnews:author", FIELD_AUTHOR, SOURCE_META},
	{"lp.article:author", FIELD_AUTHOR, SOURCE_META},
	{"cxenseparse:author", FIELD_AUTHOR, SOURCE_META},
	{"shareaholic:article_author_name", FIELD_AUTHOR, SOURCE_META},
	{"dc.contributor", FIELD_AUTHOR, SOURCE_WEAK},
	{"twitter:creator", FIELD_AUTHOR, SOURCE_WEAK},
	{"parsely-author", FIELD_AUTHOR, SOURCE_META},
	{"sailthru.author", FIELD_AUTHOR, SOURCE_META},
	{"citation_author", FIELD_AUTHOR, SOURCE_META},
	{"twitter:data1", FIELD_AUTHOR, SOURCE_WEAK},
	{"article:published_time", FIELD_PUBLISHED, SOURCE_OPENGRAPH},
	{"article:published", FIELD_PUBLISHED, SOURCE_OPENGRAPH},
	{"og:article:published_time", FIELD_PUBLISHED, SOURCE_OPENGRAPH},
	{"og:published_time", FIELD_PUBLISHED, SOURCE_OPENGRAPH},
	{"og:pubdate", FIELD_PUBLISHED, SOURCE_OPENGRAPH},
	{"datepublished", FIELD_PUBLISHED, SOURCE_MICRODATA},
	{"rnews:datepublished", FIELD_PUBLISHED, SOURCE_MICRODATA},
	{"dc.date.issued", FIELD_PUBLISHED, SOURCE_META},
	{"dc.created", FIELD_PUBLISHED, SOURCE_META},
	{"dc.date.created", FIELD_PUBLISHED, SOURCE_META},
	{"dc.date", FIELD_PUBLISHED, SOURCE_META},
	{"dc.issued", FIELD_PUBLISHED, SOURCE_META},
	{"dcterms.created", FIELD_PUBLISHED, SOURCE_META},
	{"dcterms.issued", FIELD_PUBLISHED, SOURCE_META},
	{"dcterms.date", FIELD_PUBLISHED, SOURCE_META},
	{"dcterms.available", FIELD_PUBLISHED, SOURCE_META},
	{"parsely-pub-date", FIELD_PUBLISHED, SOURCE_META},
	{"sailthru.date", FIELD_PUBLISHED, SOURCE_META},
	{"citation_publication_date", FIELD_PUBLISHED, SOURCE_META},
	{"citation_date", FIELD_PUBLISHED, SOURCE_META},
	{"citation_online_date", FIELD_PUBLISHED, SOURCE_META},
	{"pubdate", FIELD_PUBLISHED, SOURCE_META},
	{"pub_date", FIELD_PUBLISHED, SOURCE_META},
	{"ptime", FIELD_PUBLISHED, SOURCE_META},
	{"pdate", FIELD_PUBLISHED, SOURCE_META},
	{"publishdate", FIELD_PUBLISHED, SOURCE_META},
	{"publish_date", FIELD_PUBLISHED, SOURCE_META},
	{"publication_date", FIELD_PUBLISHED, SOURCE_META},
	{"published_date", FIELD_PUBLISHED, SOURCE_META},
	{"published_time", FIELD_PUBLISHED, SOURCE_META},
	{"published", FIELD_PUBLISHED, SOURCE_META},
	{"datecreated", FIELD_PUBLISHED, SOURCE_META},
	{"date_created", FIELD_PUBLISHED, SOURCE_META},
	{"article.created_time", FIELD_PUBLISHED, SOURCE_META},
	{"article.created", FIELD_PUBLISHED, SOURCE_META},
	{"article_date_original", FIELD_PUBLISHED, SOURCE_META},
	{"cxenseparse:recs:publishtime", FIELD_PUBLISHED, SOURCE_META},
	{"originalpublicationdate", FIELD_PUBLISHED, SOURCE_META},
	{"displaydate", FIELD_PUBLISHED, SOURCE_META},
	{"bt:pubdate", FIELD_PUBLISHED, SOURCE_META},
	{"created", FIELD_PUBLISHED, SOURCE_META},
	{"published_at", FIELD_PUBLISHED, SOURCE_META},
	{"publisheddate", FIELD_PUBLISHED, SOURCE_META},
	{"article_date", FIELD_PUBLISHED, SOURCE_META},
	{"article_publication_date", FIELD_PUBLISHED, SOURCE_META},
	{"article:post_date", FIELD_PUBLISHED, SOURCE_META},
	{"date.issued", FIELD_PUBLISHED, SOURCE_META},
	{"eprints.date", FIELD_PUBLISHED, SOURCE_META},
	{"release_date", FIELD_PUBLISHED, SOURCE_META},
	{"og:release_date", FIELD_PUBLISHED, SOURCE_META},
	{"mediator_published_time", FIELD_PUBLISHED, SOURCE_META},
	{"vr:published_time", FIELD_PUBLISHED, SOURCE_META},
	{"shareaholic:article_published_time", FIELD_PUBLISHED, SOURCE_META},
	{"date", FIELD_PUBLISHED, SOURCE_WEAK},
	{"article:modified_time", FIELD_MODIFIED, SOURCE_OPENGRAPH},
	{"article:modified", FIELD_MODIFIED, SOURCE_OPENGRAPH},
	{"og:article:modified_time", FIELD_MODIFIED, SOURCE_OPENGRAPH},
	{"og:updated_time", FIELD_MODIFIED, SOURCE_OPENGRAPH},
	{"datemodified", FIELD_MODIFIED, SOURCE_MICRODATA},
	{"dcterms.modified", FIELD_MODIFIED, SOURCE_META},
	{"dc.date.modified", FIELD_MODIFIED, SOURCE_META},
	{"modificationdate", FIELD_MODIFIED, SOURCE_META},
	{"lastmod", FIELD_MODIFIED, SOURCE_META},
	{"last-modified", FIELD_MODIFIED, SOURCE_META},
	{"utime", FIELD_MODIFIED, SOURCE_META},
	{"article.updated", FIELD_MODIFIED, SOURCE_META},
	{"revised", FIELD_MODIFIED, SOURCE_META},
	{"og:site_name", FIELD_SITE, SOURCE_OPENGRAPH},
	{"application-name", FIELD_SITE, SOURCE_META},
	{"apple-mobile-web-app-title", FIELD_SITE, SOURCE_WEAK},
	{"dc.publisher", FIELD_SITE, SOURCE_WEAK},
	{"og:image", FIELD_IMAGE, SOURCE_OPENGRAPH},
	{"og:image:url", FIELD_IMAGE, SOURCE_OPENGRAPH},
	{"og:image:secure_url", FIELD_IMAGE, SOURCE_OPENGRAPH},
	{"twitter:image", FIELD_IMAGE, SOURCE_META},
	{"twitter:image:src", FIELD_IMAGE, SOURCE_META},
	{"thumbnail", FIELD_IMAGE, SOURCE_WEAK},
	{"og:locale", FIELD_LANGUAGE, SOURCE_OPENGRAPH},
	{"inlanguage", FIELD_LANGUAGE, SOURCE_MICRODATA},
	{"content-language", FIELD_LANGUAGE, SOURCE_META},
	{"language", FIELD_LANGUAGE, SOURCE_META},
	{"dc.language", FIELD_LANGUAGE, SOURCE_META},
	{"og:url", FIELD_URL, SOURCE_OPENGRAPH},
};

/* Properties of microdata in the content, and of RDFa, where a prefix may stand before. */
static const struct {
	const char *name;
	enum page_field field;
} item_names[] = {
	{"headline", FIELD_TITLE},
	{"author", FIELD_AUTHOR},
	{"creator", FIELD_AUTHOR},
	{"datepublished", FIELD_PUBLISHED},
	{"datecreated", FIELD_PUBLISHED},
	{"datemodified", FIELD_MODIFIED},
	{"dc:created", FIELD_PUBLISHED},
	{"dc:date", FIELD_PUBLISHED},
	{"dc:creator", FIELD_AUTHOR},
};

/* Names of families are written with a dot, a colon or a dash between: "dc.title", "DC:title". */
static bool is_name(const char *name, const char *known)
{
	for (; *name && *known; name++, known++)
		if (tolower((unsigned char)*name) != *known &&
			!(strchr(".:-_", *name) && strchr(".:-_", *known)))
			return false;
	return *name == *known;
}

/* Whether a list has the word, also behind the prefix of schema.org's vocabulary. */
static bool is_one_of(const char *list, const char *word)
{
	while (*list) {
		size_t length = strcspn(list, " \t\n\r\f");
		size_t prefix = ascii_begins(list, length, "schema:") ? strlen("schema:") : 0;

		if (ascii_is(list + prefix, length - prefix, word))
			return true;
		list += length;
		list += strspn(list, " \t\n\r\f");
	}
	return false;
}

void page_meta_add(struct page_meta *meta, enum page_field field, enum page_source source,
	const char *value, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer folded = BUFFER_INIT(META_BODY_MAX);
	size_t length = value ? strlen(value) : 0;

	if (length == 0 || meta->values[field][source])
		return;
	if (field != FIELD_BODY && length > META_VALUE_MAX)
		length = utf8_cut_word(value, length, META_VALUE_MAX);
	if (plain_text_add(value, length, field == FIELD_BODY ? 0 : HTML_TEXT_LINE, &folded) < 0 ||
		folded.length == 0)
		return;
	meta->values[field][source] = arena_strdup(arena, buffer_string(&folded));
}

const char *page_meta_best(const struct page_meta *meta, enum page_field field)
{
	for (size_t source = 0; source < SOURCE_MAX; source++)
		if (meta->values[field][source])
			return meta->values[field][source];
	return NULL;
}

/* Each of several authors has a <meta> of his own; some sites give addresses before names. */
static void add_author(struct page_meta *meta, const char *name, enum page_source source,
	const char *value, struct arena *arena)
{
	const char *before = meta->values[FIELD_AUTHOR][source];

	if (strstr(value, "://"))
		return;
	if (!before) {
		page_meta_add(meta, FIELD_AUTHOR, source, value, arena);
		meta->author_name = name;
		return;
	}
	if (meta->author_name != name || strstr(before, value) ||
		strlen(before) + strlen(value) + 2 > AUTHORS_BYTES_MAX)
		return;
	meta->values[FIELD_AUTHOR][source] = NULL;
	page_meta_add(
		meta, FIELD_AUTHOR, source, arena_printf(arena, "%s, %s", before, value), arena);
}

static void add_named(
	struct page_meta *meta, const char *name, const char *value, struct arena *arena)
{
	if (strcasecmp(name, "og:type") == 0) {
		meta->type = value;
		meta->article = meta->article || strcasecmp(value, "article") == 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(meta_names); i++)
		if (is_name(name, meta_names[i].name)) {
			if (meta_names[i].field == FIELD_AUTHOR)
				add_author(meta, meta_names[i].name, meta_names[i].source, value,
					arena);
			else
				page_meta_add(meta, meta_names[i].field, meta_names[i].source,
					value, arena);
			return;
		}
}

/* A name, or several with white space between (RDFa's "property" has such). */
static void read_meta(struct page_meta *meta, const struct page_node *node, struct arena *arena)
{
	static const enum page_attribute_name attributes[] = {
		ATTRIBUTE_PROPERTY, ATTRIBUTE_NAME, ATTRIBUTE_ITEMPROP, ATTRIBUTE_HTTP_EQUIV};
	const char *value = page_node_attribute(node, ATTRIBUTE_CONTENT);

	for (size_t i = 0; value && i < ARRAY_SIZE(attributes); i++) {
		const char *names = page_node_attribute(node, attributes[i]);

		while (names && *names) {
			char name[64] = "";
			size_t length = strcspn(names, " \t\n\r\f");

			if (length < sizeof(name)) {
				memcpy(name, names, length);
				add_named(meta, name, value, arena);
			}
			names += length;
			names += strspn(names, " \t\n\r\f");
		}
	}
}

static void read_link(struct page_meta *meta, const struct page_node *node, struct arena *arena)
{
	const char *rel = page_node_attribute(node, ATTRIBUTE_REL);
	const char *href = page_node_attribute(node, ATTRIBUTE_HREF);

	if (!rel || !href)
		return;
	if (is_one_of(rel, "canonical"))
		page_meta_add(meta, FIELD_URL, SOURCE_JSONLD, href, arena);
	else if (is_one_of(rel, "image_src"))
		page_meta_add(meta, FIELD_IMAGE, SOURCE_WEAK, href, arena);
}

/* The value of an element: an attribute for machines, else its text. */
static const char *element_value(const struct page_tree *tree, size_t index, struct buffer *buffer)
{
	const struct page_node *node = &tree->nodes[index];
	const char *value = page_node_attribute(node, ATTRIBUTE_CONTENT);

	if (!value)
		value = page_node_attribute(node, ATTRIBUTE_DATETIME);
	if (value)
		return value;
	buffer_reset(buffer);
	(void)page_tree_text(tree, index, buffer);
	return buffer_string(buffer);
}

/* An author of microdata is a person with a name, among links and pictures. */
static size_t name_within(const struct page_tree *tree, size_t index)
{
	for (size_t i = index + 1; i < tree->nodes[index].end; i++) {
		const char *item = page_node_attribute(&tree->nodes[i], ATTRIBUTE_ITEMPROP);
		const char *property = page_node_attribute(&tree->nodes[i], ATTRIBUTE_PROPERTY);

		if ((item && is_one_of(item, "name")) || (property && is_one_of(property, "name")))
			return i;
	}
	return index;
}

static const char *property_of(const struct page_node *node)
{
	const char *property = page_node_attribute(node, ATTRIBUTE_ITEMPROP);

	return property ? property : page_node_attribute(node, ATTRIBUTE_PROPERTY);
}

/* An author, and those that stand beside. */
static void read_authors(struct page_meta *meta, const struct page_tree *tree, size_t index,
	const char *name, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer names = BUFFER_INIT(AUTHORS_BYTES_MAX);
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(META_BODY_MAX);
	const struct page_node *parent = &tree->nodes[tree->nodes[index].parent];
	size_t end = parent->end - index <= AUTHORS_NODES_MAX ? parent->end : index + 1;

	for (size_t i = index; i < end; i++) {
		const char *property = property_of(&tree->nodes[i]);
		const char *value;

		if (!property || !is_one_of(property, name)) {
			if (property && is_one_of(property, "comment"))
				i = tree->nodes[i].end - 1;
			continue;
		}
		value = element_value(tree, name_within(tree, i), &text);
		if (!strstr(value, "://") && !strstr(buffer_string(&names), value))
			(void)buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "", value);
		i = tree->nodes[i].end - 1;
	}
	page_meta_add(meta, FIELD_AUTHOR, SOURCE_MICRODATA, buffer_string(&names), arena);
}

/* *left: how many more elements may be read, which on a hostile page stand within one another. */
static void read_item(struct page_meta *meta, const struct page_tree *tree, size_t index,
	struct buffer *buffer, size_t *left, struct arena *arena)
{
	const char *property = property_of(&tree->nodes[index]);

	for (size_t i = 0; property && *left > 0 && i < ARRAY_SIZE(item_names); i++) {
		if (meta->values[item_names[i].field][SOURCE_MICRODATA] ||
			!is_one_of(property, item_names[i].name))
			continue;
		(*left)--;
		if (item_names[i].field == FIELD_AUTHOR)
			read_authors(meta, tree, index, item_names[i].name, arena);
		else
			page_meta_add(meta, item_names[i].field, SOURCE_MICRODATA,
				element_value(tree, index, buffer), arena);
	}
}

static void read_title(
	struct page_meta *meta, const struct page_tree *tree, size_t index, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(META_BODY_MAX);

	if (meta->document_title || page_tree_text(tree, index, &text) < 0 || text.length == 0)
		return;
	meta->document_title =
		arena_copy(arena, text.bytes, utf8_cut(text.bytes, text.length, META_VALUE_MAX));
}

void page_meta_read(struct page_meta *meta, const struct page_tree *tree, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(META_BODY_MAX);
	size_t items = META_ITEMS_MAX;

	for (size_t i = 1; i < tree->count; i++) {
		const struct page_node *node = &tree->nodes[i];

		if (node->tag == PAGE_TITLE)
			read_title(meta, tree, i, arena);
		if (node->attribute_count == 0)
			continue;
		if (node->tag == PAGE_META)
			read_meta(meta, node, arena);
		else if (node->tag == PAGE_LINK)
			read_link(meta, node, arena);
		else if (node->tag == PAGE_BASE && !meta->base)
			meta->base = page_node_attribute(node, ATTRIBUTE_HREF);
		else if (node->tag == PAGE_HTML)
			page_meta_add(meta, FIELD_LANGUAGE, SOURCE_JSONLD,
				page_node_attribute(node, ATTRIBUTE_LANG), arena);
		if (node->tag == PAGE_META)
			continue;
		read_item(meta, tree, i, &buffer, &items, arena);
	}
}
