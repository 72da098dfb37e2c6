/*
 * Where a request goes: URLs as libcurl itself reads them, so that what is checked and counted is
 * what is connected to.
 */
#pragma once

#include <stdbool.h>

#include "base/macro.h"

/* Strings are malloc's. */
struct location {
	char *url;
	char *shown; /* without user, password and fragment: for documents, logs, the store */
	char *host;  /* lower case, no trailing dot, punycode: for the limits */
};

void location_clear(struct location *location);

/* An http or https URL within URL_BYTES_MAX.  Returns 0, -EINVAL for anything else, or -ENOMEM. */
int location_parse(const char *url, struct location *ret);

/*
 * Where a Location: field leads from here (RFC 9110 section 10.2.2).  Credentials of the URL go
 * along within the host only, and none are taken from the field.  As location_parse().
 */
int location_follow(const struct location *from, const char *reference, struct location *ret);

/* Whether the URL has the location's scheme, host and port, and whether it has its host. */
void location_compare(
	const struct location *location, const char *url, bool *ret_origin, bool *ret_host);
