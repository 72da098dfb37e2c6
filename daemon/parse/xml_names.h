/*
 * The names of a document, each kept once, so that its address is the name, as it is with libxml2's
 * dictionary.  At most XML_NAMES_MAX of XML_NAME_BYTES_MAX bytes; the strings are the arena's.
 */
#pragma once

#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum {
	XML_NAMES_MAX = 512, /* of elements, attributes and namespaces; a feed has some dozens */
	XML_NAME_BYTES_MAX = 512,
	XML_NAME_SLOTS = 1024, /* a power of two */
};

/* What an element's name is to the scanner. */
enum xml_role {
	ROLE_NONE,
	ROLE_ENTRY,   /* of a feed */
	ROLE_ADDRESS, /* an entry of a sitemap */
	ROLE_COUNTER, /* what it holds changes while the entry does not */
};

struct xml_name {
	const xmlChar *bytes; /* as written */
	size_t length;
	/* Of a name of ASCII with one colon at most (Namespaces in XML, section 4); else NULL. */
	const xmlChar *local;
	const xmlChar *prefix; /* NULL: none */
	enum xml_role role;
};

struct xml_names {
	struct arena *arena;
	uint16_t slots[XML_NAME_SLOTS]; /* index + 1 */
	size_t count;
	struct xml_name names[XML_NAMES_MAX]; /* last: not zeroed, as it is large */
};

/* Whether an element's content changes while its entry does not: counts of comments and views. */
bool xml_name_is_counter(const char *name, size_t length);

/* Makes an empty table whose names are kept in the arena. */
void xml_names_init(struct xml_names *names, struct arena *arena);

/* The name's record; NULL where there are too many, or it is too long, or out of memory. */
const struct xml_name *xml_names_find(struct xml_names *names, const char *text, size_t length);
