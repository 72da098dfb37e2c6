/*
 * The last resort for a feed that is not well-formed: reads it as leniently as a browser reads HTML
 * and writes XML.  Stray "<" and "&" become text, unclosed elements are closed where an enclosing
 * one ends or the next entry begins, end tags without start go, attributes get their quotes,
 * control characters go.  Bounds: XML_DEPTH_MAX, REPAIR_ATTRIBUTES_MAX, an output of
 * REPAIR_BYTES_MAX.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "parse/xml_prolog.h"

enum {
	REPAIR_ATTRIBUTES_MAX = 64, /* of an element; more are left out */
	/* Each byte may become five ("&amp;"), but no document is made of them alone. */
	REPAIR_BYTES_MAX = 64 * 1024 * 1024,
};

/*
 * Writes the repaired document, from the root element of the prolog on.  Returns 0 or the buffer's
 * failure.
 */
int xml_repair(const struct xml_prolog *prolog, struct buffer *out);
