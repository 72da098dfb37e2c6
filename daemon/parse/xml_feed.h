/*
 * The XML formats: RSS, RDF, Atom, CDF and sitemaps are one reader, since feeds mix their elements
 * (parse/element.h has the vocabulary).  Elements and text as the scanner or libxml2 report them go
 * to the feed builder's drafts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "parse/feed_builder.h"
#include "parse/xml_prolog.h"

/* What is read. */
struct xml_source {
	const struct xml_prolog *prolog;
	const char *text; /* from the root element on */
	size_t length;
	bool recover; /* go on behind errors */
};

/*
 * Reads a document that is plainly well-formed (parse/xml_scanner.h), passing over known entries.
 * Returns 0, -EAGAIN where libxml2 shall read it, or -ENOMEM.
 */
int xml_feed_scan(struct feed_builder *builder, const struct xml_prolog *prolog);

/*
 * Reads by libxml2.  Returns 0, -EBADMSG where it is not well-formed (with the line and words of
 * what was wrong first), or -ENOMEM.  What was read until then is in the builder.
 */
int xml_feed_read(
	struct feed_builder *builder, const struct xml_source *source, struct diagnosis *ret_error);

/* Whether a document with that root is a list of other sitemaps, whose addresses are its links. */
bool xml_feed_is_index(const struct xml_prolog *prolog);
