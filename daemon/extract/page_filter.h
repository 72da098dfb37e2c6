/*
 * A page's markup as libxml2's parser of HTML 4 can take it: tags are cut as HTML's tokeniser cuts
 * them (html_tag.h), scripts, styles, drawings, comments and templates are left out before anything
 * is parsed, of the attributes only those stay that tell something of the article, newer elements
 * go under the names of older ones that nest alike (PAGE_FILTER_KIND says what they were).  JSON-LD
 * is kept aside.  Time and memory grow with the page's length only.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum {
	PAGE_FILTER_DEPTH_MAX = 256,            /* elements within one another; deeper tags go */
	PAGE_FILTER_SCRIPTS_MAX = 32,           /* of JSON-LD */
	PAGE_FILTER_SCRIPT_BYTES = 1024 * 1024, /* a longer one is left out */
};

/* The attribute with page_tag_info_number() of an element that goes under another name. */
#define PAGE_FILTER_KIND "k"

struct page_script {
	const char *text; /* borrowed from the page */
	size_t length;
};

struct page_filter {
	struct buffer markup;
	struct page_script scripts[PAGE_FILTER_SCRIPTS_MAX];
	size_t script_count;
	size_t dropped; /* bytes of scripts: a page may be little else */
};

void page_filter_clear(struct page_filter *filter);

/* Reads valid UTF-8, which must outlive the filter's scripts.  Returns 0 or -ENOMEM. */
int page_filter_run(struct page_filter *filter, const char *text, size_t length);
