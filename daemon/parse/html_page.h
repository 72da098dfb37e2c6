/*
 * An HTML page given as a feed: which feeds does it link to?  (RSS Advisory Board, "RSS
 * Autodiscovery"; HTML, link type "alternate".)
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "model/entry.h"

/* Sets ret->alternates, resolved against the page's <base>, else `url` (may be NULL). */
int html_page_alternates(const char *text, size_t length, const char *url, struct arena *arena,
	struct parsed_feed *ret);
