/* JSON-LD (schema.org) of an article; see page_meta.h. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "extract/page_meta.h"
#include "text/html_text.h"

enum {
	DEPTH_MAX = 8, /* of graphs within graphs */
	NAMES_MAX = 10,
	NAMES_BYTES_MAX = 1024,
};

/* What an object's @type means. */
enum kind {
	KIND_OTHER,
	KIND_PAGE,
	KIND_ARTICLE,
};

static enum kind kind_of_type(const char *type)
{
	static const char *const articles[] = {
		"Article", "BlogPosting", "Report", "Posting", "Recipe", "Review", "ClaimReview"};
	size_t length = strlen(type);

	if (strcasecmp(type, "WebPage") == 0 || strcasecmp(type, "ItemPage") == 0)
		return KIND_PAGE;
	for (size_t i = 0; i < ARRAY_SIZE(articles); i++)
		if (length >= strlen(articles[i]) &&
			strcasecmp(type + length - strlen(articles[i]), articles[i]) == 0)
			return KIND_ARTICLE;
	return KIND_OTHER;
}

static enum kind kind_of(const json_t *object)
{
	const json_t *type = json_object_get(object, "@type");
	enum kind kind = KIND_OTHER;

	if (json_is_string(type))
		return kind_of_type(json_string_value(type));
	for (size_t i = 0; i < json_array_size(type); i++) {
		const char *name = json_string_value(json_array_get(type, i));
		enum kind one = name ? kind_of_type(name) : KIND_OTHER;

		kind = one > kind ? one : kind;
	}
	return kind;
}

/* Values are text with references, now and then with markup. */
static void add(struct page_meta *meta, enum page_field field, enum page_source source,
	const char *value, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(META_BODY_MAX);

	if (!value || meta->values[field][source] || strlen(value) > META_BODY_MAX)
		return;
	/* Line breaks of a body are its paragraphs, unless it has markup. */
	if (field == FIELD_BODY && !strchr(value, '<') && !strchr(value, '&'))
		page_meta_add(meta, field, source, value, arena);
	else if (html_text_add(value, strlen(value), 0, &text) == 0)
		page_meta_add(meta, field, source, buffer_string(&text), arena);
}

static const char *name_of(const json_t *value)
{
	const json_t *name;

	if (json_is_string(value))
		return json_string_value(value);
	name = json_object_get(value, "name");
	if (json_is_array(name))
		name = json_array_get(name, 0);
	return json_string_value(name);
}

/* A person, or a list of them, or of their names. */
static void add_names(
	struct page_meta *meta, enum page_source source, const json_t *value, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer names = BUFFER_INIT(NAMES_BYTES_MAX);

	if (!json_is_array(value)) {
		add(meta, FIELD_AUTHOR, source, name_of(value), arena);
		return;
	}
	for (size_t i = 0; i < json_array_size(value) && i < NAMES_MAX; i++) {
		const char *name = name_of(json_array_get(value, i));

		if (name && *name)
			(void)buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "", name);
	}
	if (!names.failed)
		add(meta, FIELD_AUTHOR, source, buffer_string(&names), arena);
}

static const char *url_of(const json_t *value)
{
	if (json_is_array(value))
		value = json_array_get(value, 0);
	if (json_is_object(value))
		value = json_object_get(value, "url");
	return json_string_value(value);
}

static bool is_false(const json_t *value)
{
	return json_is_false(value) ||
		(json_is_string(value) && strcasecmp(json_string_value(value), "false") == 0);
}

static const char *string_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void read_article(
	struct page_meta *meta, const json_t *object, enum kind kind, struct arena *arena)
{
	/* What is said of the page says less of the article. */
	enum page_source source = kind == KIND_ARTICLE ? SOURCE_JSONLD : SOURCE_WEAK;
	const char *date = string_at(object, "datePublished");

	add(meta, FIELD_PUBLISHED, source, date ? date : string_at(object, "dateCreated"), arena);
	add(meta, FIELD_MODIFIED, source, string_at(object, "dateModified"), arena);
	add_names(meta, source, json_object_get(object, "author"), arena);
	add(meta, FIELD_LANGUAGE, source == SOURCE_JSONLD ? SOURCE_ELEMENT : source,
		string_at(object, "inLanguage"), arena);
	if (kind != KIND_ARTICLE)
		return;
	meta->article = true;
	add(meta, FIELD_TITLE, source, string_at(object, "headline"), arena);
	if (!meta->values[FIELD_TITLE][source])
		add(meta, FIELD_TITLE, source, string_at(object, "name"), arena);
	add_names(meta, source, json_object_get(object, "creator"), arena);
	add(meta, FIELD_BODY, source, string_at(object, "articleBody"), arena);
	add(meta, FIELD_IMAGE, source, url_of(json_object_get(object, "image")), arena);
	add(meta, FIELD_SITE, source, name_of(json_object_get(object, "publisher")), arena);
	meta->locked = meta->locked || is_false(json_object_get(object, "isAccessibleForFree"));
}

/* The graph, lists of things, and what a page is mainly about. */
static void read_value(
	struct page_meta *meta, const json_t *value, unsigned depth, struct arena *arena)
{
	enum kind kind;

	if (depth == DEPTH_MAX)
		return;
	for (size_t i = 0; i < json_array_size(value); i++)
		read_value(meta, json_array_get(value, i), depth + 1, arena);
	if (!json_is_object(value))
		return;
	kind = kind_of(value);
	if (kind != KIND_OTHER)
		read_article(meta, value, kind, arena);
	else if (string_at(value, "@type") && strcasecmp(string_at(value, "@type"), "WebSite") == 0)
		add(meta, FIELD_SITE, SOURCE_WEAK, string_at(value, "name"), arena);
	read_value(meta, json_object_get(value, "@graph"), depth + 1, arena);
	if (kind != KIND_ARTICLE)
		read_value(meta, json_object_get(value, "mainEntity"), depth + 1, arena);
}

/*
 * Scripts as publishers' programs write them: line breaks within strings, a byte order mark, a
 * comment or CDATA around all.  Gives what a strict parser takes.
 */
static void mend(const char *text, size_t length, struct buffer *out)
{
	const char *start = memchr(text, '{', length);
	const char *list = memchr(text, '[', start ? (size_t)(start - text) : length);
	const char *end = text + length;
	bool quoted = false;

	/* "<![CDATA[" has brackets of its own. */
	if (list && start && list[1] != 'C' && (list == text || list[-1] != 'A'))
		start = list;
	if (!start)
		return;
	while (end > start && end[-1] != '}' && end[-1] != ']')
		end--;
	while (end - start > 2 && end[-1] == ']' && end[-2] == ']' && *start == '{')
		end -= 2;
	while (end > start && end[-1] != '}' && end[-1] != ']')
		end--;
	for (; start < end; start++) {
		if (*start == '\\' && start + 1 < end) {
			(void)buffer_add(out, start++, 2);
			continue;
		}
		if (*start == '"')
			quoted = !quoted;
		if (quoted && (unsigned char)*start < ' ')
			(void)buffer_add_string(out, *start == '\n' ? "\\n" : " ");
		else
			(void)buffer_add_char(out, *start);
	}
}

void json_ld_read(struct page_meta *meta, const char *text, size_t length, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer mended = BUFFER_INIT(2 * length + 16);
	json_error_t error;
	json_t *root = json_loadb(text, length, JSON_DISABLE_EOF_CHECK, &error);

	if (!root) {
		mend(text, length, &mended);
		root = json_loadb(
			buffer_string(&mended), mended.length, JSON_DISABLE_EOF_CHECK, &error);
	}
	if (!root)
		return;
	read_value(meta, root, 0, arena);
	json_decref(root);
}
