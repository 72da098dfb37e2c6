/*
 * What a page says of itself outside of its text.  For each property the sources stand in an order
 * of trust, the most trusted first: JSON-LD of an article (written for machines), OpenGraph and its
 * "article:" family, microdata and RDFa in the content, other meta tags (Dublin Core, Parsely,
 * Sailthru, citation_*), then elements that go by a telling name.  Values are as the page has them,
 * white space folded; who uses one judges it.  Strings are the arena's or the tree's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "extract/page_filter.h"
#include "extract/page_tree.h"

enum page_field {
	FIELD_TITLE,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_MODIFIED,
	FIELD_SITE,
	FIELD_IMAGE,
	FIELD_LANGUAGE,
	FIELD_URL,  /* <link rel=canonical>, og:url */
	FIELD_BODY, /* articleBody of JSON-LD */
	FIELD_MAX,
};

enum page_source {
	SOURCE_JSONLD,
	SOURCE_OPENGRAPH,
	SOURCE_MICRODATA,
	SOURCE_META,
	SOURCE_ELEMENT,
	SOURCE_WEAK, /* a name that often means something else */
	SOURCE_MAX,
};

struct page_meta {
	const char *values[FIELD_MAX][SOURCE_MAX];
	const char *document_title; /* <title> */
	const char *author_name;    /* of the <meta> that the author is from */
	const char *base;           /* <base href> */
	const char *type;           /* og:type */
	bool locked;                /* isAccessibleForFree: false */
	bool article;               /* JSON-LD of an article, or og:type says so */
};

enum {
	META_VALUE_MAX = 4096,       /* bytes; a longer one is cut, but for the body */
	META_BODY_MAX = 1024 * 1024, /* a longer body is left out */
	META_ITEMS_MAX = 32,         /* elements that are read for what no other has told yet */
};

/* Sets a value where none is yet.  Folds white space; empty ones are left out. */
void page_meta_add(struct page_meta *meta, enum page_field field, enum page_source source,
	const char *value, struct arena *arena);

/* The most trusted value, or NULL. */
const char *page_meta_best(const struct page_meta *meta, enum page_field field);

/* Reads a tree's elements. */
void page_meta_read(struct page_meta *meta, const struct page_tree *tree, struct arena *arena);

/*
 * Reads a page's scripts of JSON-LD, when its elements were read: of several articles the one
 * counts whose headline is the page's title.  What is no JSON-LD is passed over.
 */
void json_ld_read(struct page_meta *meta, const struct page_script *scripts, size_t count,
	struct arena *arena);
