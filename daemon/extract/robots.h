/*
 * robots.txt (RFC 9309): a reader takes from a site's file the rules that are for us, in a form
 * that is safe to keep; by those a path is allowed or not.  Rules are lines, "+" or "-" and a
 * pattern in which "*" is anything and "$" at the end is the end; the longest pattern that fits
 * decides, of equals the one that allows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum {
	ROBOTS_BYTES_MAX = 500 * 1024, /* of the file; RFC 9309 section 2.5 asks for so many */
	ROBOTS_RULES_MAX = 64 * 1024,  /* bytes of rules; those beyond are left out */
	ROBOTS_PATTERN_MAX = 2048,     /* a longer rule is left out */
	ROBOTS_AGENT_MAX = 64,
	/* Bytes of paths that the rules with stars are tried on for one URL: 8 ms at the worst.  A
	 * thousand such rules and a URL of 2,000 bytes are within it.
	 */
	ROBOTS_SEARCH_MAX = 2 * 1024 * 1024,
};

/*
 * The rules of the groups for `agent` (a product token, any letter case), else of those for "*";
 * "" where there are none.  Bytes need not be UTF-8.  NULL out of memory.
 */
const char *robots_read(const char *text, size_t length, const char *agent, struct arena *arena);

/*
 * Whether the URL may be fetched; not where that takes more than ROBOTS_SEARCH_MAX.  Rules of any
 * form are taken; a faulty line is no rule.
 */
bool robots_allow(const char *rules, const char *url);
