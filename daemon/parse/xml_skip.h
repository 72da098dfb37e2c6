/* Entries by their tags alone, for those that need not be looked into. */
#pragma once

#include "parse/entry_hash.h"

/* Where the name at `text` ends: letters, digits, `_`, `-`, `.`, `:` of ASCII. */
const char *xml_name_end(const char *text, const char *end);

/*
 * Finds the end of the element at `text` ("<") and its digest.  Returns NULL where that is not
 * plain; what stands in it is not checked.
 */
const char *xml_skip_entry(
	const char *text, const char *end, struct entry_hash *hash, struct digest *ret);
