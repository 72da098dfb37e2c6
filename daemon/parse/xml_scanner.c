#include "parse/xml_scanner.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/macro.h"
#include "parse/entry_hash.h"
#include "parse/xml_characters.h"
#include "parse/xml_names.h"
#include "parse/xml_reader.h"
#include "parse/xml_skip.h"

enum {
	ATTRIBUTES_MAX = 128, /* of a tag, and namespaces in scope: all are compared */
	POINTERS = 5,         /* of an attribute, as SAX2 has them */
};

/* An element that is open. */
struct element {
	const struct xml_name *name;
	size_t namespaces; /* in scope before it */
};

struct xml_scanner {
	struct xml_scan scan;
	void *userdata;
	const char *text;
	const char *at;
	const char *end;
	const char *tag; /* where the last one begins */
	bool stopped;
	bool unix_lines; /* no carriage return in all of it */
	enum xml_role entry_role;
	struct entry_hash entry;
	const struct xml_name *counter; /* the one in which it is */
	struct buffer decoded;          /* a text */
	struct buffer values; /* of a tag's attributes: the tag and its last value at most */
	size_t depth;
	size_t namespace_count;
	size_t attribute_count;
	/* From here on not zeroed, as it is large. */
	struct element open[XML_DEPTH_MAX + 1];
	const xmlChar *namespaces[2 * ATTRIBUTES_MAX]; /* prefix, name */
	const xmlChar *attributes[POINTERS * ATTRIBUTES_MAX];
	struct xml_names names;
};

int xml_scanner_new(const struct xml_scan *scan, struct xml_scanner **ret)
{
	struct xml_scanner *scanner = malloc(sizeof(*scanner));

	if (!scanner)
		return -ENOMEM;
	memset(scanner, 0, offsetof(struct xml_scanner, open));
	scanner->scan = *scan;
	scanner->text = scan->prolog->root;
	scanner->at = scanner->text;
	scanner->tag = scanner->text;
	scanner->end = scanner->text + scan->prolog->root_length;
	scanner->entry_role = strcmp(scan->prolog->root_name, "urlset") == 0 ||
			strcmp(scan->prolog->root_name, "sitemapindex") == 0
		? ROLE_ADDRESS
		: ROLE_ENTRY;
	scanner->decoded = BUFFER_INIT(XML_TEXT_BYTES_MAX);
	scanner->values = BUFFER_INIT(2 * TAG_BYTES_MAX);
	scanner->entry = ENTRY_HASH_INIT;
	xml_names_init(&scanner->names, scan->arena);
	*ret = scanner;
	return 0;
}

void xml_scanner_free(struct xml_scanner *scanner)
{
	if (!scanner)
		return;
	buffer_free(&scanner->decoded);
	buffer_free(&scanner->values);
	entry_hash_clear(&scanner->entry);
	free(scanner);
}

void xml_scanner_stop(struct xml_scanner *scanner)
{
	scanner->stopped = true;
}

size_t xml_scanner_place(const struct xml_scanner *scanner)
{
	return (size_t)(scanner->tag - scanner->text);
}

void xml_scanner_begin_entry(struct xml_scanner *scanner)
{
	entry_hash_begin(&scanner->entry, scanner->tag);
	scanner->counter = NULL;
}

struct digest xml_scanner_end_entry(struct xml_scanner *scanner)
{
	return entry_hash_end(&scanner->entry, scanner->at);
}

/* ---- names ---- */

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

/* Returns whether there was any. */
static bool skip_blanks(struct xml_scanner *scanner)
{
	const char *begin = scanner->at;

	while (scanner->at < scanner->end && is_blank(*scanner->at))
		scanner->at++;
	return scanner->at > begin;
}

static const struct xml_name *take_name(struct xml_scanner *scanner)
{
	const char *begin = scanner->at;
	const struct xml_name *name;

	scanner->at = xml_name_end(begin, scanner->end);
	if (scanner->at == begin)
		return NULL;
	name = xml_names_find(&scanner->names, begin, (size_t)(scanner->at - begin));
	return name && name->local ? name : NULL;
}

/* The namespace's name that the prefix (NULL: none) is declared for, or NULL. */
static const xmlChar *find_namespace(const struct xml_scanner *scanner, const xmlChar *prefix)
{
	for (size_t i = scanner->namespace_count; i-- > 0;)
		if (scanner->namespaces[2 * i] == prefix) {
			const xmlChar *uri = scanner->namespaces[2 * i + 1];

			return *uri ? uri : NULL;
		}
	return NULL;
}

/* ---- attributes ---- */

/* The value whose quote is at scanner->at, decoded. */
static bool take_value(struct xml_scanner *scanner, const char **ret, size_t *ret_length)
{
	const char *begin = scanner->at + 1;
	size_t left = (size_t)(scanner->end - begin);
	size_t before = scanner->values.length;
	const char *close = begin;
	bool plain = true;

	left = left < TAG_BYTES_MAX ? left : TAG_BYTES_MAX;
	for (; close < begin + left && *close != *scanner->at; close++) {
		if (*close == '<')
			return false;
		plain = plain && *close != '&' && (unsigned char)*close >= ' ';
	}
	if (close == begin + left)
		return false;
	scanner->at = close + 1;
	*ret = begin;
	*ret_length = (size_t)(close - begin);
	if (plain)
		return true;
	if (!xml_decode(begin, *ret_length, WHITE_SPACES, &scanner->values))
		return false;
	*ret = scanner->values.bytes + before;
	*ret_length = scanner->values.length - before;
	return true;
}

/* A declared namespace; the predefined prefixes are libxml2's affair. */
static bool add_namespace(
	struct xml_scanner *scanner, const xmlChar *prefix, const char *uri, size_t length)
{
	const struct element *element = &scanner->open[scanner->depth];
	const struct xml_name *name = xml_names_find(&scanner->names, uri, length);

	if (!name || scanner->namespace_count == ATTRIBUTES_MAX)
		return false;
	if (prefix && (length == 0 || strncmp((const char *)prefix, "xml", 3) == 0))
		return false;
	if (strcmp((const char *)name->bytes, "http://www.w3.org/XML/1998/namespace") == 0 ||
		strcmp((const char *)name->bytes, "http://www.w3.org/2000/xmlns/") == 0)
		return false;
	for (size_t i = element->namespaces; i < scanner->namespace_count; i++)
		if (scanner->namespaces[2 * i] == prefix)
			return false;
	scanner->namespaces[2 * scanner->namespace_count] = prefix;
	scanner->namespaces[2 * scanner->namespace_count + 1] = name->bytes;
	scanner->namespace_count++;
	return true;
}

static bool add_attribute(
	struct xml_scanner *scanner, const struct xml_name *name, const char *value, size_t length)
{
	const xmlChar **attribute = scanner->attributes + POINTERS * scanner->attribute_count;

	if (scanner->attribute_count == ATTRIBUTES_MAX)
		return false;
	for (const xmlChar **other = scanner->attributes; other < attribute; other += POINTERS)
		if (other[0] == name->local && other[1] == name->prefix)
			return false;
	attribute[0] = name->local;
	attribute[1] = name->prefix;
	attribute[3] = (const xmlChar *)value;
	attribute[4] = (const xmlChar *)value + length;
	scanner->attribute_count++;
	return true;
}

static bool take_attribute(struct xml_scanner *scanner)
{
	const struct xml_name *name = take_name(scanner);
	const char *value;
	size_t length;

	if (!name)
		return false;
	(void)skip_blanks(scanner);
	if (scanner->at == scanner->end || *scanner->at++ != '=')
		return false;
	(void)skip_blanks(scanner);
	if (scanner->at == scanner->end || (*scanner->at != '"' && *scanner->at != '\'') ||
		!take_value(scanner, &value, &length))
		return false;
	if (name->prefix && strcmp((const char *)name->prefix, "xmlns") == 0)
		return add_namespace(scanner, name->local, value, length);
	if (!name->prefix && strcmp((const char *)name->local, "xmlns") == 0)
		return add_namespace(scanner, NULL, value, length);
	return add_attribute(scanner, name, value, length);
}

/* All up to the tag's end. */
static bool take_attributes(struct xml_scanner *scanner, bool *ret_empty)
{
	scanner->attribute_count = 0;
	buffer_reset(&scanner->values);
	/* All its room at once, so that decoded values stay where they are. */
	if (!buffer_reserve(&scanner->values, 2 * TAG_BYTES_MAX))
		return false;
	for (;;) {
		bool blanks = skip_blanks(scanner);

		if (scanner->end - scanner->at < 2 || scanner->at - scanner->tag > TAG_BYTES_MAX)
			return false;
		*ret_empty = *scanner->at == '/';
		if (*scanner->at == '>' || (*ret_empty && scanner->at[1] == '>')) {
			scanner->at += *ret_empty ? 2 : 1;
			return true;
		}
		if (!blanks || !take_attribute(scanner))
			return false;
	}
}

/* ---- elements ---- */

static void report_end(struct xml_scanner *scanner)
{
	const struct element *element = &scanner->open[scanner->depth];

	scanner->scan.callbacks->endElementNs(
		scanner->userdata, element->name->local, element->name->prefix, NULL);
	scanner->namespace_count = element->namespaces;
	scanner->depth--;
}

static void report_start(struct xml_scanner *scanner)
{
	const struct element *element = &scanner->open[scanner->depth];
	const struct xml_name *name = element->name;
	size_t declared = scanner->namespace_count - element->namespaces;

	for (size_t i = 0; i < scanner->attribute_count; i++) {
		const xmlChar **attribute = scanner->attributes + POINTERS * i;

		attribute[2] = attribute[1] ? find_namespace(scanner, attribute[1]) : NULL;
	}
	scanner->scan.callbacks->startElementNs(scanner->userdata, name->local, name->prefix,
		find_namespace(scanner, name->prefix), (int)declared,
		scanner->namespaces + 2 * element->namespaces, (int)scanner->attribute_count, 0,
		scanner->attributes);
}

/* Passes over the entry at scanner->tag if it is known. */
static bool skip_known(struct xml_scanner *scanner)
{
	struct digest digest;
	const char *end;

	end = xml_skip_entry(scanner->tag, scanner->end, &scanner->entry, &digest);
	if (!end ||
		!bsearch(&digest, scanner->scan.known, scanner->scan.known_count, sizeof(digest),
			digest_compare))
		return false;
	(void)buffer_add(scanner->scan.seen, &digest, sizeof(digest));
	scanner->at = end;
	return true;
}

static bool start_tag(struct xml_scanner *scanner)
{
	const struct xml_name *name;
	struct element *element;
	bool empty;

	scanner->tag = scanner->at++;
	name = take_name(scanner);
	if (!name || scanner->depth == XML_DEPTH_MAX)
		return false;
	if (name->prefix && strncmp((const char *)name->prefix, "xml", 3) == 0)
		return false;
	if (name->role == scanner->entry_role && scanner->scan.known_count > 0 &&
		!entry_hash_runs(&scanner->entry) && scanner->depth > 0 && skip_known(scanner))
		return true;
	element = &scanner->open[++scanner->depth];
	*element = (struct element){name, scanner->namespace_count};
	if (!take_attributes(scanner, &empty))
		return false;
	report_start(scanner);
	if (empty) {
		report_end(scanner);
	} else if (name->role == ROLE_COUNTER && !scanner->counter) {
		scanner->counter = name;
		entry_hash_pause(&scanner->entry, scanner->at);
	}
	return true;
}

static bool end_tag(struct xml_scanner *scanner)
{
	const struct xml_name *name = scanner->open[scanner->depth].name;

	scanner->tag = scanner->at;
	scanner->at += 2;
	if (scanner->depth == 0 || (size_t)(scanner->end - scanner->at) <= name->length ||
		memcmp(scanner->at, name->bytes, name->length) != 0)
		return false;
	scanner->at += name->length;
	(void)skip_blanks(scanner);
	if (scanner->at == scanner->end || *scanner->at++ != '>')
		return false;
	if (scanner->counter == name) {
		entry_hash_resume(&scanner->entry, scanner->tag);
		scanner->counter = NULL;
	}
	report_end(scanner);
	return true;
}

/* ---- what is between the tags ---- */

static bool section(struct xml_scanner *scanner)
{
	const char *begin = scanner->at + strlen("<![CDATA[");
	const char *close = xml_section_end(begin, scanner->end);
	const char *text = begin;
	size_t length = (size_t)(close - begin);

	if (!close || scanner->depth == 0)
		return false;
	if (!scanner->unix_lines && memchr(text, '\r', length)) {
		buffer_reset(&scanner->decoded);
		if (!xml_unify_lines(text, length, &scanner->decoded))
			return false;
		text = scanner->decoded.bytes;
		length = scanner->decoded.length;
	}
	scanner->scan.callbacks->cdataBlock(scanner->userdata, (const xmlChar *)text, (int)length);
	scanner->at = close + 3;
	return true;
}

static bool comment(struct xml_scanner *scanner)
{
	const char *begin = scanner->at + strlen("<!--");
	const char *close = memmem(begin, (size_t)(scanner->end - begin), "--", 2);

	if (!close || scanner->end - close < 3 || close[2] != '>')
		return false;
	scanner->at = close + 3;
	return true;
}

static bool instruction(struct xml_scanner *scanner)
{
	const char *begin = scanner->at + 2;
	const char *name_end = xml_name_end(begin, scanner->end);
	const char *close;

	/* "xml" itself is reserved in any letter case (XML 1.0, section 2.6). */
	if (name_end == begin || name_end == scanner->end ||
		!(isalpha((unsigned char)*begin) || *begin == '_') ||
		(name_end - begin == 3 && strncasecmp(begin, "xml", 3) == 0))
		return false;
	close = memmem(name_end, (size_t)(scanner->end - name_end), "?>", 2);
	if (!close || (close > name_end && !is_blank(*name_end)))
		return false;
	scanner->at = close + 2;
	return true;
}

static bool declaration(struct xml_scanner *scanner)
{
	size_t left = (size_t)(scanner->end - scanner->at);

	if (left > 4 && memcmp(scanner->at, "<!--", 4) == 0)
		return comment(scanner);
	return left > 9 && memcmp(scanner->at, "<![CDATA[", 9) == 0 && section(scanner);
}

/* "]]>" has no place in text. */
static bool has_section_end(const char *text, const char *end)
{
	const char *greater = text;

	while ((greater = memchr(greater, '>', (size_t)(end - greater)))) {
		if (greater - text >= 2 && greater[-1] == ']' && greater[-2] == ']')
			return true;
		greater++;
	}
	return false;
}

/* The text up to `end`. */
static bool text(struct xml_scanner *scanner, const char *end)
{
	const char *bytes = scanner->at;
	size_t length = (size_t)(end - bytes);

	if (scanner->depth == 0)
		return skip_blanks(scanner) && scanner->at == end;
	scanner->at = end;
	if (has_section_end(bytes, end))
		return false;
	if (memchr(bytes, '&', length) || (!scanner->unix_lines && memchr(bytes, '\r', length))) {
		buffer_reset(&scanner->decoded);
		if (!xml_decode(bytes, length, scanner->unix_lines ? WHITE_KEPT : WHITE_LINES,
			    &scanner->decoded))
			return false;
		bytes = scanner->decoded.bytes;
		length = scanner->decoded.length;
	}
	scanner->scan.callbacks->characters(scanner->userdata, (const xmlChar *)bytes, (int)length);
	return true;
}

static bool markup(struct xml_scanner *scanner)
{
	if (scanner->end - scanner->at < 2)
		return false;
	switch (scanner->at[1]) {
	case '/':
		return end_tag(scanner);
	case '!':
		return declaration(scanner);
	case '?':
		return instruction(scanner);
	default:
		/* There is one root. */
		return (scanner->depth > 0 || scanner->at == scanner->text) && start_tag(scanner);
	}
}

int xml_scanner_run(struct xml_scanner *scanner, void *userdata)
{
	size_t length = (size_t)(scanner->end - scanner->text);
	bool good = length <= XML_TEXT_BYTES_MAX && scanner->scan.prolog->entity_count == 0 &&
		xml_is_clean(scanner->text, length);

	scanner->userdata = userdata;
	scanner->unix_lines = !memchr(scanner->text, '\r', length);
	while (good && !scanner->stopped && scanner->at < scanner->end) {
		const char *less = memchr(scanner->at, '<', (size_t)(scanner->end - scanner->at));

		less = less ? less : scanner->end;
		good = less == scanner->at ? markup(scanner) : text(scanner, less);
	}
	return good && !scanner->stopped && scanner->depth == 0 ? 0 : -EAGAIN;
}
