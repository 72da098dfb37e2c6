/* JSON-LD (schema.org) of an article; see page_meta.h. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "extract/json_mend.h"
#include "extract/page_meta.h"
#include "extract/title.h"
#include "text/html_text.h"

enum {
	DEPTH_MAX = 10, /* of graphs within graphs, and the lists of scripts and of their values */
	NAMES_MAX = 10,
	NAMES_BYTES_MAX = 1024,
	SEARCHES_MAX = 64, /* of a page's graphs for an id */
};

/* What an object's @type means. */
enum kind {
	KIND_OTHER,
	KIND_PAGE,
	KIND_ARTICLE,
};

/* Of several articles, the one under the page's title comes first, any other last. */
enum pass {
	PASS_SAME,
	PASS_UNNAMED,
	PASS_OTHER,
	PASS_MAX,
};

struct reading {
	struct page_meta *meta;
	struct arena *arena;
	json_t *roots; /* the values of all scripts */
	enum pass pass;
	size_t searches; /* for things by their ids */
	bool found;      /* an article that has a headline */
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
static void add(
	struct reading *reading, enum page_field field, enum page_source source, const char *value)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(META_BODY_MAX);
	struct page_meta *meta = reading->meta;

	if (!value || meta->values[field][source] || strlen(value) > META_BODY_MAX)
		return;
	/* Line breaks of a body are its paragraphs, unless it has markup. */
	if (field == FIELD_BODY && !strchr(value, '<') && !strchr(value, '&'))
		page_meta_add(meta, field, source, value, reading->arena);
	else if (html_text_add(value, strlen(value), 0, &text) == 0)
		page_meta_add(meta, field, source, buffer_string(&text), reading->arena);
}

static const char *string_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* What else a graph tells of the thing that goes by an id. */
static const json_t *find_named(const json_t *value, const char *id, unsigned depth)
{
	const char *own = string_at(value, "@id");
	const json_t *found = NULL;

	if (depth == DEPTH_MAX)
		return NULL;
	if (own && strcmp(own, id) == 0 && json_object_get(value, "name"))
		return value;
	for (size_t i = 0; i < json_array_size(value) && !found; i++)
		found = find_named(json_array_get(value, i), id, depth + 1);
	return found || !json_is_object(value)
		? found
		: find_named(json_object_get(value, "@graph"), id, depth + 1);
}

static void add_name(struct buffer *names, const char *name)
{
	if (name && *name)
		(void)buffer_printf(names, "%s%s", names->length > 0 ? ", " : "", name);
}

/* A person, by name or by reference, a list of them, or of their names. */
static void gather_names(
	struct reading *reading, const json_t *value, struct buffer *names, unsigned depth)
{
	const json_t *name = json_object_get(value, "name");
	const char *id = string_at(value, "@id");

	for (size_t i = 0; i < json_array_size(value) && i < NAMES_MAX && depth < 3; i++)
		gather_names(reading, json_array_get(value, i), names, depth + 1);
	if (json_is_string(value)) {
		add_name(names, json_string_value(value));
	} else if (name && depth < 3) {
		gather_names(reading, name, names, depth + 1);
	} else if (string_at(value, "familyName")) {
		const char *given = string_at(value, "givenName");

		add_name(names, given);
		(void)buffer_printf(
			names, "%s%s", given ? " " : "", string_at(value, "familyName"));
	} else if (id && depth < 2 && reading->searches < SEARCHES_MAX) {
		reading->searches++;
		gather_names(reading, find_named(reading->roots, id, 0), names, 2);
	}
}

static void add_names(struct reading *reading, enum page_field field, enum page_source source,
	const json_t *value)
{
	_cleanup_(buffer_free) struct buffer names = BUFFER_INIT(NAMES_BYTES_MAX);

	if (!value || reading->meta->values[field][source])
		return;
	gather_names(reading, value, &names, 0);
	if (!names.failed)
		add(reading, field, source, buffer_string(&names));
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

static void read_article(struct reading *reading, const json_t *object, enum kind kind)
{
	/* What is said of the page says less of the article. */
	enum page_source source = kind == KIND_ARTICLE ? SOURCE_JSONLD : SOURCE_WEAK;
	const char *date = string_at(object, "datePublished");
	struct page_meta *meta = reading->meta;

	add(reading, FIELD_PUBLISHED, source, date ? date : string_at(object, "dateCreated"));
	add(reading, FIELD_MODIFIED, source, string_at(object, "dateModified"));
	add_names(reading, FIELD_AUTHOR, source, json_object_get(object, "author"));
	add(reading, FIELD_LANGUAGE, source == SOURCE_JSONLD ? SOURCE_ELEMENT : source,
		string_at(object, "inLanguage"));
	if (kind != KIND_ARTICLE)
		return;
	meta->article = true;
	add(reading, FIELD_TITLE, source, string_at(object, "headline"));
	if (!meta->values[FIELD_TITLE][source])
		add(reading, FIELD_TITLE, source, string_at(object, "name"));
	add_names(reading, FIELD_AUTHOR, source, json_object_get(object, "creator"));
	add(reading, FIELD_BODY, source, string_at(object, "articleBody"));
	add(reading, FIELD_IMAGE, source, url_of(json_object_get(object, "image")));
	add_names(reading, FIELD_SITE, source, json_object_get(object, "publisher"));
	meta->locked = meta->locked || is_false(json_object_get(object, "isAccessibleForFree"));
}

/* Whether the headline is the page's. */
static bool is_same(const struct page_meta *meta, const char *headline)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(META_BODY_MAX);
	const char *title = meta->document_title;
	const char *other = meta->values[FIELD_TITLE][SOURCE_OPENGRAPH];

	if (html_text_add(headline, strlen(headline), HTML_TEXT_LINE, &text) < 0)
		return false;
	headline = buffer_string(&text);
	return (!title && !other) || (title && titles_agree(headline, title)) ||
		(other && titles_agree(headline, other));
}

static bool is_due(struct reading *reading, const json_t *object, enum kind kind)
{
	const char *headline = string_at(object, "headline");
	enum pass pass;

	headline = headline ? headline : string_at(object, "name");
	if (kind != KIND_ARTICLE || !headline || *headline == '\0')
		return reading->pass == PASS_UNNAMED;
	pass = is_same(reading->meta, headline) ? PASS_SAME : PASS_OTHER;
	if (pass != reading->pass || (pass == PASS_OTHER && reading->found))
		return false;
	reading->found = true;
	return true;
}

/* The graph, lists of things, and what a page is mainly about. */
static void read_value(struct reading *reading, const json_t *value, unsigned depth)
{
	enum kind kind;

	if (depth == DEPTH_MAX)
		return;
	for (size_t i = 0; i < json_array_size(value); i++)
		read_value(reading, json_array_get(value, i), depth + 1);
	if (!json_is_object(value))
		return;
	kind = kind_of(value);
	if (kind != KIND_OTHER && is_due(reading, value, kind))
		read_article(reading, value, kind);
	else if (string_at(value, "@type") && strcasecmp(string_at(value, "@type"), "WebSite") == 0)
		add(reading, FIELD_SITE, SOURCE_WEAK, string_at(value, "name"));
	read_value(reading, json_object_get(value, "@graph"), depth + 1);
	if (kind != KIND_ARTICLE)
		read_value(reading, json_object_get(value, "mainEntity"), depth + 1);
}

/* A script's values; a list of them where a strict reader would not have taken it. */
static json_t *load(const struct page_script *script)
{
	_cleanup_(buffer_free) struct buffer mended = BUFFER_INIT(3 * script->length + 256);
	json_error_t error;
	json_t *root = json_loadb(script->text, script->length, 0, &error);

	if (!root && json_mend(script->text, script->length, &mended) == 0)
		root = json_loadb(buffer_string(&mended), mended.length, 0, &error);
	return root;
}

void json_ld_read(struct page_meta *meta, const struct page_script *scripts, size_t count,
	struct arena *arena)
{
	struct reading reading = {.meta = meta, .arena = arena, .roots = json_array()};

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(reading.roots, load(&scripts[i]));
	for (enum pass pass = 0; pass < PASS_MAX; pass++) {
		reading.pass = pass;
		read_value(&reading, reading.roots, 0);
	}
	json_decref(reading.roots);
}
