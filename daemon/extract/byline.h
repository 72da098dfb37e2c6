/*
 * Who wrote, as lines of a page say it in many languages: names only, without "By", addresses,
 * dates and what else stands on the line.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/* The names in a text that is said to be an author's; NULL where it is none. */
const char *byline_names(const char *text, struct arena *arena);

/* The same of any line near a headline: only where a word before them says so. */
const char *byline_find(const char *line, struct arena *arena);

/* Whether what stands before the first comma is written as names are. */
bool byline_is_name_like(const char *text);

/* Whether what stands there has more words than any names: "Ines Corvell is a reporter who ...". */
bool byline_is_sentence(const char *text);

/* Whether the names are nobody's: the site's own, or such as programs put in. */
bool byline_is_nobody(const char *names, const char *site);
