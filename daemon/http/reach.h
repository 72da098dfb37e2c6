/*
 * How a hop reaches its server (base/access.h): which of the access's credentials and trust go
 * along, and what of it becomes options of a handle.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "base/access.h"
#include "http/location.h"

/* Borrowed until the hop is over. */
struct reach {
	const struct access *access; /* NULL: as everybody does */
	bool own;                    /* the hop goes to whom the credentials are for */
	bool own_host;               /* ... or at least to its host */
	CURLSH *cookies;             /* NULL: none are kept */
};

/* What a hop to `location` takes of an access whose credentials are for `url`. */
struct reach reach_of(
	const struct access *access, const struct location *location, const char *url);

/* Whether the hop goes through a proxy. */
bool reach_is_proxied(const struct reach *reach);

/*
 * What can be known of a proxied hop's target without resolving its name: whether the guard lets
 * pass the address that stands in its URL.  `allowed` as for guard_allows().
 */
bool reach_allows(const struct location *location, const char *allowed);

/* Sets the options.  The handle is good for no other hop afterwards.  Returns 0 or -ENOMEM. */
int reach_apply(const struct reach *reach, CURL *easy);

/* A jar for the cookies of one request, or NULL. */
CURLSH *reach_new_jar(void);
