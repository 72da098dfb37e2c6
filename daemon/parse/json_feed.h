/* JSON Feed 1.0 and 1.1 (jsonfeed.org), with jansson; drafts as the XML formats make them. */
#pragma once

#include <stddef.h>

#include "parse/feed_builder.h"

/* Returns 0, or -EBADMSG with *ret_reason in words, or -ENOMEM. */
int json_feed_read(
	struct feed_builder *builder, const char *text, size_t length, const char **ret_reason);
