/*
 * A web page to the article it carries (model/web_page.h).  A stage: pure, bounded by the arena and
 * the document's length; runs in a reader only, for a page is hostile.
 */
#pragma once

#include "base/arena.h"
#include "model/document.h"
#include "model/web_page.h"

/* Loads what libraries read from files later. */
int extract_prepare(void);

/*
 * Extracts.  Returns 0 (ret->verdict says whether the text is an article's), -EBADMSG with the
 * reason where the document is no page at all, or -ENOMEM.
 */
int page_extract(const struct document *document, struct arena *arena, struct web_page *ret,
	const char **ret_reason);
