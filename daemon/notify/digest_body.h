/*
 * A digest's alerts as a chat service shows them: a line each, with its link, as many as the
 * service takes; then how many more there are, so that nobody takes a part for all.  Pure.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"

struct json_t;

enum {
	DIGEST_BODY_TITLE_BYTES = 300, /* escaped */
	DIGEST_BODY_URL_BYTES = 500,   /* escaped; a longer link is left out */
};

enum digest_form {
	DIGEST_TITLES,   /* plain text, without links */
	DIGEST_PLAIN,    /* plain text, the link on a line of its own */
	DIGEST_SLACK,    /* mrkdwn */
	DIGEST_MARKDOWN, /* [title](link) */
	DIGEST_HTML,
};

/*
 * Lines of at most `limit` bytes together, which has room for two or more; each is shorter than 1
 * KiB.  Returns NULL where memory is short.
 */
const char *digest_body(
	const struct json_t *alerts, enum digest_form form, size_t limit, struct arena *arena);
