/*
 * Lists of feeds in OPML 2.0 (opml.org/spec2.opml): outlines with an xmlUrl are feeds, the outlines
 * around them and their categories become tags.  The file is the administrator's, yet bounded: no
 * DOCTYPE, no network, OPML_BYTES_MAX, OPML_DEPTH_MAX.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "config/errors.h"

#define OPML_BYTES_MAX ((size_t)64 * 1024 * 1024)

enum {
	OPML_DEPTH_MAX = 32, /* outlines within outlines */
	OPML_TAGS_MAX = 64,  /* of a feed */
};

struct outline {
	const char *name; /* text, else title, else the URL */
	const char *url;
	const char **tags; /* NULL-terminated; blanks in them became "-" */
	unsigned line;
};

/* Returns 0 or a negative error, which ends the reading. */
typedef int (*opml_outline_fn)(const struct outline *outline, void *userdata);

/*
 * Calls `fn` for each feed of the text, in order; strings are in the arena.  At most OPML_BYTES_MAX
 * bytes; what is wrong with them goes to `errors` under the name of `path`.  Returns 0, -ENOMEM, or
 * what `fn` returned.
 */
int opml_read(const char *path, const char *text, size_t length, struct arena *arena,
	struct config_errors *errors, opml_outline_fn fn, void *userdata);
