/*
 * What a reader makes of an article's web page: its text and what the page says of itself.  All
 * strings are valid UTF-8 in one arena; NULL means absent.  The limits hold for whatever a reader
 * answers; the extraction cuts, the wire form refuses.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/wire.h"

enum {
	PAGE_TITLE_MAX = 4096,
	PAGE_TEXT_MAX = 1024 * 1024, /* as an entry's content */
	PAGE_AUTHOR_MAX = 1024,
	PAGE_SITE_MAX = 512,
};

/* What the page turned out to be; only with PAGE_IS_ARTICLE its text stands for the article. */
enum page_verdict {
	PAGE_IS_ARTICLE,
	PAGE_IS_EMPTY,   /* hardly any text: built by scripts, or none there */
	PAGE_IS_SHORT,   /* much page, little text: a gallery, a video, a player */
	PAGE_IS_PAYWALL, /* the text ends where readers are asked to pay or to register */
	PAGE_IS_CONSENT, /* a cookie wall instead of the article */
	PAGE_IS_BLOCKED, /* a check for robots, or an error in the words of a page */
	PAGE_IS_LIST,    /* a home page or a section: links to articles, none itself */
	PAGE_IS_NO_HTML, /* not a page at all: a PDF, a picture, a film */
	PAGE_VERDICT_MAX,
	PAGE_VERDICT_INVALID = -22,
};

const char *page_verdict_to_string(enum page_verdict verdict);

struct web_page {
	enum page_verdict verdict;
	const char *title; /* without the site's name */
	const char *text;  /* paragraphs on lines of their own */
	const char *author;
	const char *language;
	const char *canonical_url; /* absolute */
	const char *site;
	const char *image; /* URL of the lead picture */
	int64_t published; /* seconds since 1970; DATE_NONE where absent or impossible */
	int64_t modified;
	int published_offset; /* minutes east of UTC where the page says its zone: tells the day */
	int modified_offset;
};

/* The wire form; see base/wire.h.  The reader sets the input bad where a limit is passed. */
void web_page_write(const struct web_page *page, struct buffer *buffer);
int web_page_read(struct wire_reader *reader, struct arena *arena, struct web_page *ret);
