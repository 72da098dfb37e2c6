/*
 * One request and its response, for the tool's verbs: a client and a loop of its own, which ends
 * with the answer.  The bounds and the guard are the daemon's (http/client.h).
 */
#pragma once

#include "http/client.h"

/*
 * Makes the request and calls `done` with the response before it returns.  Of `options`, `base` and
 * `clock` are its own.  Returns 0 when `done` was called, -ENOMEM, or -EIO where the loop itself
 * fails.
 */
int http_fetch_once(const struct http_options *options, const struct http_request *request,
	http_done_fn done, void *userdata);
