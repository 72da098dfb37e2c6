/*
 * What stands before the root element: junk, declarations, comments, and a document type, of which
 * nothing is kept but simple entities.  libxml2 never sees a DTD: nothing external can be loaded
 * and nothing can expand beyond the bounds below.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ENTITIES_MAX = 64,      /* of a document; more are unknown */
	ENTITY_NAME_BYTES = 64, /* with the NUL */
	/* Entities stand for a word or a sentence; the bound keeps 16 MiB of references small. */
	ENTITY_VALUE_BYTES = 256,
};

/* An internal entity without references to others. */
struct xml_entity {
	char name[ENTITY_NAME_BYTES];
	char value[ENTITY_VALUE_BYTES];
};

struct xml_prolog {
	const char *root; /* the "<" of the root element; NULL where there is none */
	size_t root_length;
	char root_name[ENTITY_NAME_BYTES]; /* in lower case, without prefix; cut */
	uint32_t lines;                    /* before the root */
	bool junk;                         /* something else than a prolog stands there */
	struct xml_entity entities[ENTITIES_MAX];
	size_t entity_count;
};

/* Whether a root element of that name (lower case, no prefix) begins a feed. */
bool xml_is_feed_root(const char *name);

/* Reads the prolog of valid UTF-8; the result borrows the text. */
void xml_prolog_read(const char *text, size_t length, struct xml_prolog *ret);

/* The value of an entity of the document's own, or NULL. */
const char *xml_prolog_entity(const struct xml_prolog *prolog, const char *name);
