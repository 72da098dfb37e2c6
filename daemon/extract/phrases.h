/*
 * Short lines that stand among an article's paragraphs and are none of them, known by their words:
 * calls to subscribe, to follow or to read on, marks of advertising and of copyright, in the
 * languages of most feeds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	PHRASE_LINE_MAX = 240, /* characters; a longer line is a paragraph */
};

/* Whether a heading begins the comments: "12 Comments", "Leave a reply". */
bool phrase_begins_comments(const char *text, size_t length);

/* Whether the line (valid UTF-8, white space folded) is one of them. */
bool phrase_is_boilerplate(const char *text, size_t length);
