/*
 * What the names that a page's author gave to its elements (class, id, role) say of their content.
 * Names are cut into words at punctuation and at capitals within them: "relatedPosts-box".
 */
#pragma once

#include "extract/page_tree.h"

enum cue {
	CUE_NONE,
	CUE_BODY,  /* the text of the article */
	CUE_OTHER, /* hardly the text: sharing, captions, tags, players */
	CUE_NEVER, /* surely not: navigation, footers, comments, related links, advertising */
};

/* What the element's own class, id and role say. */
enum cue cue_of(const struct page_node *node);
