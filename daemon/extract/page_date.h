/*
 * When an article was published and changed: as the page's metadata say, in their order of trust,
 * else the first <time> or element of a telling name from the headline to the end of the text, a
 * date in the page's address, in a line near the headline, then elements anywhere.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "extract/blocks.h"
#include "extract/date_text.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"

/* Where a page's dates are looked for. */
struct page_dates {
	const struct page_meta *meta;
	const struct page_tree *tree;
	const struct blocks *blocks; /* the article's are those that were not dropped */
	uint32_t heading;            /* its block; UINT32_MAX: none */
	const char *url;             /* or NULL */
	bool day_first;              /* "3/5/2020" is in May */
};

/* Their seconds are DATE_NONE where none is found. */
struct page_time page_date_published(const struct page_dates *dates);
struct page_time page_date_modified(const struct page_dates *dates);

/* Whether days come before months, by the page's language and its host, either may be NULL. */
bool page_date_day_first(const char *language, const char *host);
