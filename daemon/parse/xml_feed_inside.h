/*
 * A feed in XML while it is read: xml_feed.c follows the elements, xml_feed_element.c takes what
 * each brings.  A frame stands for an element that is open; all of it lives as long as the reading.
 */
#pragma once

#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <stddef.h>

#include "parse/element.h"
#include "parse/feed_builder.h"
#include "parse/xml_attributes.h"
#include "parse/xml_capture.h"
#include "parse/xml_reader.h"
#include "parse/xml_scanner.h"

enum {
	RULE_SLOTS = 128, /* a power of two */
};

/* What an element's children and text are. */
enum frame_mode {
	MODE_FEED,    /* the feed's */
	MODE_ENTRY,   /* an entry's */
	MODE_IGNORE,  /* nobody's */
	MODE_CAPTURE, /* of a field's text */
	MODE_PERSON,  /* the same, with names and addresses among the children */
	MODE_SOURCE,  /* another feed's: of an entry that was taken from there */
};

struct frame {
	enum frame_mode mode;
	bool ends_entry;
	bool ends_capture;
	struct base_scope *base;
	int namespaces; /* declared here */
};

/* libxml2 keeps one copy of each name, so that its address is the name. */
struct rule_slot {
	const xmlChar *name;
	const xmlChar *prefix;
	const xmlChar *uri;
	const struct element_rule *rule;
	enum element_namespace space;
};

struct xml_feed {
	struct xml_reader reader; /* first: see xml_reader.h */
	struct feed_builder *builder;
	struct xml_capture capture;
	size_t depth;
	int namespaces;              /* in scope */
	struct xml_scanner *scanner; /* NULL: libxml2 reads it */
	bool atom;
	bool sitemap;
	struct rule_slot slots[RULE_SLOTS];
	struct frame frames[XML_DEPTH_MAX + 1]; /* last: not zeroed, as it is large */
};

/* xml:base and xml:lang. */
void xml_feed_take_attributes(
	struct xml_feed *feed, const struct xml_attributes *attributes, struct frame *frame);

/* What the element's rule asks for: sets the frame's mode, adds values, begins captures. */
void xml_feed_take_element(struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot,
	const struct xml_attributes *attributes);

/* The same within what tells of the feed that an entry was taken from. */
void xml_feed_take_source(struct xml_feed *feed, struct frame *frame, const struct rule_slot *slot);
