/* The attributes of an element as libxml2's SAX2 reports them: five pointers each. */
#pragma once

#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct xml_attributes {
	const xmlChar **values; /* name, prefix, namespace, begin and end of the value */
	size_t count;
};

/* Borrowed; `bytes` is NULL where there is none. */
struct xml_value {
	const char *bytes;
	size_t length;
};

static inline struct xml_value xml_attribute_at(
	const struct xml_attributes *attributes, size_t index)
{
	const xmlChar **values = attributes->values + 5 * index;

	return (struct xml_value){(const char *)values[3], (size_t)(values[4] - values[3])};
}

/* By its name in any letter case, whatever its namespace. */
static inline struct xml_value xml_attribute(
	const struct xml_attributes *attributes, const char *name)
{
	for (size_t i = 0; i < attributes->count; i++)
		if (strcasecmp((const char *)attributes->values[5 * i], name) == 0)
			return xml_attribute_at(attributes, i);
	return (struct xml_value){0};
}

/* By prefix and name. */
static inline struct xml_value xml_attribute_of(
	const struct xml_attributes *attributes, const char *prefix, const char *name)
{
	for (size_t i = 0; i < attributes->count; i++) {
		const xmlChar **values = attributes->values + 5 * i;

		if (values[1] && strcmp((const char *)values[1], prefix) == 0 &&
			strcmp((const char *)values[0], name) == 0)
			return xml_attribute_at(attributes, i);
	}
	return (struct xml_value){0};
}

static inline bool xml_value_is(const struct xml_value *value, const char *word)
{
	return value->length == strlen(word) &&
		strncasecmp(value->bytes ? value->bytes : "", word, value->length) == 0;
}

static inline bool xml_value_has(const struct xml_value *value, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= value->length; i++)
		if (strncasecmp(value->bytes + i, word, length) == 0)
			return true;
	return false;
}
