/* Whether what was extracted is the article, or what a site shows in its place. */
#pragma once

#include "extract/blocks.h"
#include "extract/page_meta.h"
#include "extract/page_tree.h"
#include "model/web_page.h"

/* `url` is where the page was; NULL: nobody knows. */
enum page_verdict verdict_of(const struct web_page *page, const struct page_meta *meta,
	const struct page_tree *tree, const struct blocks *blocks, const char *url);
