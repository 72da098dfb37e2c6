/*
 * The XML formats: RSS, RDF, Atom, CDF and sitemaps are one reader, since feeds mix their elements
 * (parse/element.h has the vocabulary).  Elements and text as libxml2 reports them go to the feed
 * builder's drafts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "parse/feed_builder.h"
#include "parse/xml_filter.h"
#include "parse/xml_prolog.h"

/* What is read. */
struct xml_source {
	const struct xml_prolog *prolog;
	const char *text; /* from the root element on */
	size_t length;
	const struct xml_filter *filter; /* by which the text was made, or NULL */
	bool recover;                    /* go on behind errors */
};

/*
 * Returns 0, -EBADMSG where it is not well-formed (with the line and words of what was wrong
 * first), -EAGAIN where the filter was mistaken about the entries, or -ENOMEM.  What was read until
 * then is in the builder.
 */
int xml_feed_read(
	struct feed_builder *builder, const struct xml_source *source, struct diagnosis *ret_error);

/* Whether a document with that root is a list of other sitemaps, whose addresses are its links. */
bool xml_feed_is_index(const struct xml_prolog *prolog);
