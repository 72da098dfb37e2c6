/*
 * When an article was published and changed: as the page's metadata say, in their order of trust,
 * else its first <time>, a date in a line near the headline, a date in its address.  Years before
 * 1990 are counters, templates and historical articles, not dates of the web.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "extract/blocks.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"

/* Reads a date within a line of text; false where there is none. */
bool date_find(const char *text, size_t length, int64_t *ret_seconds);

/* DATE_NONE where none is found; `heading` is its block or UINT32_MAX. */
int64_t page_date_published(const struct page_meta *meta, const struct page_tree *tree,
	const struct blocks *blocks, uint32_t heading, const char *url);
int64_t page_date_modified(const struct page_meta *meta);
