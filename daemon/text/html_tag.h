/* What a tag of HTML means to plain text; for html_text.c. */
#pragma once

#include <stddef.h>

enum html_tag {
	TAG_UNKNOWN,
	TAG_INLINE, /* its content is text */
	TAG_BLOCK,  /* its content stands on lines of its own */
	TAG_BREAK,  /* ends a line; has no content */
	TAG_CELL,   /* of a table */
	TAG_VOID,   /* shows no text and has no content */
	TAG_SKIP,   /* goes with its content, which is markup */
	TAG_RAW,    /* goes with its content, which is none */
};

/* By the name in any letter case. */
enum html_tag html_tag_find(const char *name, size_t length);
