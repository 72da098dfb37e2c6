/*
 * Where a verb's document comes from: a file, standard input, or the web.  What is fetched passes
 * the daemon's own client with its bounds and its guard (http/client.h), and nothing looks into
 * the bytes but a reader.  The document is the caller's; failures are told on standard error.
 */
#pragma once

#include <stdbool.h>

#include "model/document.h"

/* Whether the operand is fetched and not opened: an absolute URL of http or https. */
bool source_is_url(const char *operand);

/* What a file is called where it is told of: "-" is standard input. */
const char *source_name(const char *operand);

/*
 * Reads a file ("-": standard input).  `url` and `content_type` are what is known of its origin, or
 * NULL.  Returns 0 or an exit status.
 */
int source_load(const char *verb, const char *path, const char *url, const char *content_type,
	struct document *ret);

/*
 * Fetches a page; ret->url is where its redirects ended.  `allow_private` lifts the guard.
 * Returns 0 or an exit status: not reachable, or refused where the server has no document.
 */
int source_fetch(const char *verb, const char *url, bool allow_private, struct document *ret);
