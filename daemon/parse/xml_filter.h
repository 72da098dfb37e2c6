/*
 * A well-formed feed's text before libxml2 sees it.  Entries are found by their tags and known by
 * the digest of their bytes: known ones are cut out, so that a poll in which nothing is new reads
 * hardly any XML at all.  CDATA sections, which libxml2 takes byte by byte, are replaced by short
 * stand-ins.  Lines are kept, so that diagnoses name the right one.  Where the text is not plainly
 * what it seems, it is left alone: the digests then come from the drafts (draft.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/hash.h"

/* A piece of the source. */
struct xml_section {
	const char *bytes;
	size_t length;
};

struct xml_filter {
	struct buffer text;     /* what is left */
	struct buffer digests;  /* of the entries that are left: struct digest */
	struct buffer sections; /* the CDATA sections that are left: struct xml_section */
	size_t known_count;     /* entries cut out */
};

/*
 * Filters the text from its root element on; the sections borrow it.  `known` is sorted.  Returns
 * 0, or -EBADMSG where the text is to be read as it stands.
 */
int xml_filter_run(struct xml_filter *filter, const char *text, size_t length,
	const struct digest *known, size_t known_count);
void xml_filter_clear(struct xml_filter *filter);

size_t xml_filter_digest_count(const struct xml_filter *filter);

/* NULL beyond the last. */
const struct digest *xml_filter_digest(const struct xml_filter *filter, size_t index);
const struct xml_section *xml_filter_section(const struct xml_filter *filter, size_t index);
