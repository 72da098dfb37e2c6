/*
 * Strangers' text put into the markup of a chat service: nothing of it may become markup, a link or
 * a mention.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum escape_style {
	ESCAPE_NONE,
	ESCAPE_SLACK,    /* mrkdwn: & < > */
	ESCAPE_HTML,     /* & < > " */
	ESCAPE_MARKDOWN, /* a backslash before each sign; no @ stands before a name */
	ESCAPE_LINK,     /* a URL in Markdown's parentheses */
};

/*
 * Adds the text, escaped and cut at a word so that it adds at most `limit` bytes, "…" included.
 * Control characters become spaces, but ends of lines stay where `lines` is set.  NULL adds
 * nothing. The buffer says what failed.
 */
void escape_add(
	struct buffer *buffer, const char *text, enum escape_style style, size_t limit, bool lines);
