/*
 * The text of an element on its way to a draft, with the elements inside it written out again as
 * far as plain text needs them.  One at a time; what is inside belongs to it.
 */
#pragma once

#include <libxml/xmlstring.h>
#include <stdbool.h>
#include <stddef.h>

#include "parse/draft.h"
#include "parse/xml_attributes.h"

struct xml_capture {
	struct draft *draft;
	struct draft_value *value; /* NULL: nothing is captured */
	bool also_link;            /* the text of a guid that may be a link */
	bool muted;                /* text is left out: within a person, beside its name */
	bool named;                /* the person's name was found */
};

/* How a text construct of Atom is written (RFC 4287 section 3.1; Atom 0.3 had "mode"). */
enum text_form xml_text_form(const struct xml_attributes *attributes);

/* False where the draft is full. */
bool xml_capture_begin(struct xml_capture *capture, struct draft *draft, enum field field,
	unsigned rank, enum text_form form);
void xml_capture_end(struct xml_capture *capture);

/* Characters of the text, in which entities are resolved. */
void xml_capture_text(struct xml_capture *capture, const char *text, size_t length);

/* Tags inside the text. */
void xml_capture_start_tag(
	struct xml_capture *capture, const xmlChar *name, const struct xml_attributes *attributes);
void xml_capture_end_tag(struct xml_capture *capture, const xmlChar *name);

/* Tags inside a person: the name is wanted, else the e-mail address. */
void xml_capture_start_person(struct xml_capture *capture, const xmlChar *name);
void xml_capture_end_person(struct xml_capture *capture, const xmlChar *name);
