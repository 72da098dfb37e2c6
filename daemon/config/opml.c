#include "config/opml.h"

#include <errno.h>
#include <libxml/xmlreader.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "config/ini.h"
#include "config/words.h"

struct opml_state {
	const char *path;
	xmlTextReaderPtr reader;
	struct arena *arena;
	struct config_errors *errors;
	opml_outline_fn fn;
	void *userdata;
	const char *folders[OPML_DEPTH_MAX]; /* tags of the outlines around; NULL: none */
	bool comment[OPML_DEPTH_MAX];        /* isComment: it and all in it is no feed */
	int depth;
	bool seen_opml;
	bool said; /* the first fault of the XML is told; the others follow from it */
};

/* Of the node at hand: the parser itself may be lines ahead. */
static unsigned line_now(const struct opml_state *state)
{
	long line = xmlGetLineNo(xmlTextReaderCurrentNode(state->reader));

	return line > 0 ? (unsigned)line : 0;
}

static void on_xml_error(void *userdata, const char *message, xmlParserSeverities severity,
	xmlTextReaderLocatorPtr at)
{
	struct opml_state *state = userdata;
	int line = xmlTextReaderLocatorLineNumber(at);

	if (state->said || severity == XML_PARSER_SEVERITY_WARNING ||
		severity == XML_PARSER_SEVERITY_VALIDITY_WARNING)
		return;
	state->said = true;
	config_errors_add(state->errors, state->path, line > 0 ? (unsigned)line : 0,
		"no well-formed XML: %.*s", (int)strcspn(message, "\n"), message);
}

/* Copies a text as a name: white space and control characters fold to one `gap`. */
static char *copy_name(const char *text, char gap, struct arena *arena)
{
	size_t length = 0;
	char *name;

	text += strspn(text, " \t\r\n");
	name = arena_copy(arena, text, utf8_cut(text, strlen(text), INI_NAME_MAX));
	if (!name)
		return NULL;
	for (const char *at = name; *at != '\0'; at++) {
		if ((unsigned char)*at > ' ' && *at != 0x7f)
			name[length++] = *at;
		else if (length > 0 && name[length - 1] != gap)
			name[length++] = gap;
	}
	if (length > 0 && name[length - 1] == gap)
		length--;
	name[length] = '\0';
	return name;
}

/* An attribute's value as a name; absent and empty ones are NULL. */
static int get_attribute(
	struct opml_state *state, const char *attribute, char gap, const char **ret)
{
	xmlChar *value = xmlTextReaderGetAttribute(state->reader, (const xmlChar *)attribute);
	char *name;

	*ret = NULL;
	if (!value)
		return 0;
	name = copy_name((const char *)value, gap, state->arena);
	xmlFree(value);
	if (!name)
		return -ENOMEM;
	if (name[0] != '\0')
		*ret = name;
	return 0;
}

/* URLs are longer than names and are taken as they stand, without blanks around them. */
static int get_url(struct opml_state *state, const char **ret)
{
	xmlChar *value = xmlTextReaderGetAttribute(state->reader, (const xmlChar *)"xmlUrl");
	const char *text = (const char *)value;
	size_t length;

	*ret = NULL;
	if (!value)
		return 0;
	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		length--;
	*ret = arena_copy(state->arena, text, length);
	xmlFree(value);
	return *ret ? 0 : -ENOMEM;
}

/* "/Wire/World,Asia": the parts between slashes and commas. */
static int split_category(
	struct opml_state *state, const char *category, const char **tags, size_t *count)
{
	while (category && *category != '\0' && *count < OPML_TAGS_MAX) {
		size_t length = strcspn(category, "/,");
		const char *copy = arena_copy(state->arena, category, length);
		const char *tag = copy ? copy_name(copy, '-', state->arena) : NULL;

		if (!tag)
			return -ENOMEM;
		if (tag[0] != '\0')
			tags[(*count)++] = tag;
		category += length;
		category += *category != '\0';
	}
	return 0;
}

static int collect_tags(struct opml_state *state, const char ***ret)
{
	const char *tags[OPML_TAGS_MAX + 1] = {NULL};
	const char *category;
	size_t count = 0;
	int r;

	for (int i = 0; i < state->depth; i++)
		if (state->folders[i])
			tags[count++] = state->folders[i];
	r = get_attribute(state, "category", ' ', &category);
	if (r < 0)
		return r;
	r = split_category(state, category, tags, &count);
	if (r < 0)
		return r;
	*ret = words_unite(tags, NULL, state->arena);
	return *ret ? 0 : -ENOMEM;
}

static int give_feed(struct opml_state *state, const char *url)
{
	struct outline outline = {.url = url, .line = line_now(state)};
	int r;

	r = get_attribute(state, "text", ' ', &outline.name);
	if (r == 0 && !outline.name)
		r = get_attribute(state, "title", ' ', &outline.name);
	if (r == 0 && !outline.name) {
		outline.name = copy_name(url, '-', state->arena);
		r = outline.name ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = collect_tags(state, &outline.tags);
	return r < 0 ? r : state->fn(&outline, state->userdata);
}

static int is_comment(struct opml_state *state, bool *ret)
{
	const char *value;
	int r;

	r = get_attribute(state, "isComment", ' ', &value);
	if (r < 0)
		return r;
	*ret = (value && strcmp(value, "true") == 0) ||
		(state->depth > 0 && state->comment[state->depth - 1]);
	return 0;
}

static int open_outline(struct opml_state *state)
{
	bool comment;
	const char *folder = NULL;
	const char *url;
	int r;

	r = is_comment(state, &comment);
	if (r < 0)
		return r;
	r = get_url(state, &url);
	if (r < 0)
		return r;
	if (url && !comment)
		r = give_feed(state, url);
	if (r < 0 || xmlTextReaderIsEmptyElement(state->reader))
		return r;
	if (state->depth == OPML_DEPTH_MAX) {
		config_errors_add(state->errors, state->path, line_now(state),
			"outlines stand in one another too deeply; at most 32 are taken");
		return -EINVAL;
	}
	if (!url)
		r = get_attribute(state, "text", '-', &folder);
	if (r < 0)
		return r;
	state->folders[state->depth] = folder;
	state->comment[state->depth++] = comment;
	return 0;
}

/* Deals with the reader's current node.  -EINVAL: a fault that ends the file, already told. */
static int take_node(struct opml_state *state)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(state->reader);
	int type = xmlTextReaderNodeType(state->reader);
	bool outline = name && strcmp(name, "outline") == 0;

	if (type == XML_READER_TYPE_DOCUMENT_TYPE) {
		config_errors_add(state->errors, state->path, line_now(state),
			"a DOCTYPE stands in the list; it is refused, remove it");
		return -EINVAL;
	}
	if (type == XML_READER_TYPE_ELEMENT && name && strcmp(name, "opml") == 0)
		state->seen_opml = true;
	if (type == XML_READER_TYPE_ELEMENT && !state->seen_opml) {
		config_errors_add(state->errors, state->path, line_now(state),
			"no OPML: the root is <%s>; expected <opml>", name);
		return -EINVAL;
	}
	if (type == XML_READER_TYPE_ELEMENT && outline)
		return open_outline(state);
	if (type == XML_READER_TYPE_END_ELEMENT && outline && state->depth > 0)
		state->depth--;
	return 0;
}

static int read_nodes(struct opml_state *state)
{
	int got;
	int r;

	for (;;) {
		got = xmlTextReaderRead(state->reader);
		if (got == 0)
			return 0;
		if (got < 0 && !state->said)
			config_errors_add(
				state->errors, state->path, line_now(state), "no well-formed XML");
		if (got < 0)
			return -EINVAL;
		r = take_node(state);
		if (r < 0)
			return r;
	}
}

int opml_read(const char *path, const char *text, size_t length, struct arena *arena,
	struct config_errors *errors, opml_outline_fn fn, void *userdata)
{
	struct opml_state state = {
		.path = path,
		.arena = arena,
		.errors = errors,
		.fn = fn,
		.userdata = userdata,
	};
	int r;

	state.reader = xmlReaderForMemory(
		text, (int)length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_BIG_LINES);
	if (!state.reader)
		return -ENOMEM;
	xmlTextReaderSetErrorHandler(state.reader, on_xml_error, &state);
	r = read_nodes(&state);
	xmlFreeTextReader(state.reader);
	return r == -EINVAL ? 0 : r;
}
