/*
 * Well-formed feeds without libxml2: one pass over UTF-8 that reports what libxml2's SAX2 parser
 * would.  It knows only what is plain (names of ASCII, no entities of the document's own) and
 * leaves all else to libxml2: it never decides that a document is malformed.  With digests of known
 * entries these are found by their tags and not looked into, so that a poll in which nothing is new
 * reads hardly any XML at all.
 *
 * Bounds: depth XML_DEPTH_MAX, a tag TAG_BYTES_MAX, names as xml_names.h has them.
 */
#pragma once

#include <libxml/parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "parse/xml_prolog.h"

struct xml_scanner;

/* What is scanned; all of it outlives the scanner. */
struct xml_scan {
	const struct xml_prolog *prolog;
	/* Of startElementNs, endElementNs, characters and cdataBlock, all of which must be there.
	 */
	const xmlSAXHandler *callbacks;
	struct arena *arena;        /* for names */
	const struct digest *known; /* sorted */
	size_t known_count;
	struct buffer *seen; /* takes the digests of known entries that were passed over */
};

/* Returns 0 or -ENOMEM. */
int xml_scanner_new(const struct xml_scan *scan, struct xml_scanner **ret);
void xml_scanner_free(struct xml_scanner *scanner);
DEFINE_CLEANUP(xml_scanner_freep, struct xml_scanner, xml_scanner_free)

/*
 * Scans from the root on; `userdata` is the callbacks'.  Returns 0, or -EAGAIN where libxml2 shall
 * read it.
 */
int xml_scanner_run(struct xml_scanner *scanner, void *userdata);

/* ---- for callbacks ---- */

/* Ends the scan with -EAGAIN. */
void xml_scanner_stop(struct xml_scanner *scanner);

/* The offset from the root of the tag at which the scanner is. */
size_t xml_scanner_place(const struct xml_scanner *scanner);

/* At an entry's start tag, and at its end tag: the digest of its bytes, without its counters. */
void xml_scanner_begin_entry(struct xml_scanner *scanner);
struct digest xml_scanner_end_entry(struct xml_scanner *scanner);
