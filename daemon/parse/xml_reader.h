/*
 * libxml2's SAX2 parser, tied down: UTF-8 only, no DTD, no network, entities from our own tables,
 * errors noted.  Bounds: depth XML_DEPTH_MAX, a tag TAG_BYTES_MAX, names and texts as libxml2 has
 * them without XML_PARSE_HUGE.
 */
#pragma once

#include <libxml/parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "parse/xml_prolog.h"

enum {
	XML_DEPTH_MAX = 200,       /* below libxml2's own limit of 256 */
	TAG_BYTES_MAX = 64 * 1024, /* its attributes are compared with one another */
	NAMESPACES_MAX = 1024,     /* declared at one place; each name is looked up among them */
	XML_MESSAGE_BYTES = 160,
	/* What 16 MiB (model/document.h) may become in UTF-8, and a little. */
	XML_TEXT_BYTES_MAX = 64 * 1024 * 1024,
};

/* The first member of a handler's own struct, to which its callbacks' userdata points. */
struct xml_reader {
	xmlParserCtxt *context; /* while it runs */
	const struct xml_prolog *prolog;
	struct arena *arena; /* for entities */
	struct xml_entity_slot *entities;
	size_t entity_count;
	uint32_t error_line;                 /* of the document; 0: none */
	char error_words[XML_MESSAGE_BYTES]; /* what was wrong first, "" nothing */
};

/* Whether all tags are within TAG_BYTES_MAX. */
bool xml_is_bounded(const char *text, size_t length);

/*
 * Reads from the root on.  `callbacks` has the elements and text; the rest is filled in.  With
 * `recover` libxml2 goes on behind errors.  Returns 0, -EBADMSG where the text is not well-formed,
 * -ENOMEM.
 */
int xml_read(struct xml_reader *reader, const char *text, size_t length,
	const xmlSAXHandler *callbacks, bool recover);

/* The line of the document at which the parser is. */
uint32_t xml_line(const struct xml_reader *reader);

/* Ends the parsing, for a bound that was passed. */
void xml_stop(struct xml_reader *reader, const char *words);
