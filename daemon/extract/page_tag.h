/*
 * The elements of HTML as the extraction of an article sees them: which part lines, which go with
 * their content, and by which name libxml2's parser, which knows those of HTML 4 only, is given
 * them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum page_tag {
	PAGE_TEXT, /* no element: a run of characters */
	PAGE_INLINE,
	PAGE_BLOCK,
	PAGE_A,
	PAGE_ARTICLE,
	PAGE_ASIDE,
	PAGE_BASE,
	PAGE_BLOCKQUOTE,
	PAGE_BODY,
	PAGE_BR,
	PAGE_BUTTON,
	PAGE_CAPTION,
	PAGE_CODE,
	PAGE_CONTROL, /* form fields and what plays or draws: shows no text of the article */
	PAGE_DD,
	PAGE_DT,
	PAGE_FIGCAPTION,
	PAGE_FIGURE,
	PAGE_FOOTER,
	PAGE_FORM,
	PAGE_H1,
	PAGE_H2,
	PAGE_H3,
	PAGE_H4,
	PAGE_H5,
	PAGE_H6,
	PAGE_HEAD,
	PAGE_HEADER,
	PAGE_HR,
	PAGE_HTML,
	PAGE_IMG,
	PAGE_LI,
	PAGE_LINK,
	PAGE_MAIN,
	PAGE_META,
	PAGE_NAV,
	PAGE_P,
	PAGE_PRE,
	PAGE_SECTION,
	PAGE_TABLE,
	PAGE_TD,
	PAGE_TIME,
	PAGE_TITLE,
	PAGE_TR,
	PAGE_UL,
};

enum page_tag_flags {
	TAG_IS_BLOCK = 1 << 0,   /* its content stands on lines of its own */
	TAG_IS_VOID = 1 << 1,    /* has no content */
	TAG_IS_RAW = 1 << 2,     /* its content is no markup, and goes */
	TAG_IS_TEXT = 1 << 3,    /* its content is no markup, and stays */
	TAG_IS_GONE = 1 << 4,    /* goes with its content, which is markup */
	TAG_IS_DIV = 1 << 5,     /* nests as <div> does; given to the parser as one */
	TAG_IS_BARRIER = 1 << 6, /* an end tag within it closes nothing outside of it */
	TAG_IS_NEW = 1 << 7,     /* unknown to HTML 4 */
};

struct page_tag_info {
	const char *name;
	enum page_tag tag;
	unsigned flags;
};

/* Never NULL: elements of no known name are inline and new. */
const struct page_tag_info *page_tag_find(const char *name, size_t length);

/* Of a number that page_tag_info_number() gave; NULL for others. */
const struct page_tag_info *page_tag_info_at(size_t number);
size_t page_tag_info_number(const struct page_tag_info *info);
