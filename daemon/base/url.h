/*
 * URLs (RFC 3986): taking them apart, resolving references, and what makes two addresses of an
 * article the same.  Input is hostile and often no URL at all; what is longer than URL_BYTES_MAX is
 * refused.  Results are in the arena; NULL means refused, or the arena's limit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"

#define URL_BYTES_MAX ((size_t)4096) /* docs/POLLING.md, Bounds */

/* A piece of a string; `bytes` is NULL where the part is absent, which differs from empty. */
struct url_part {
	const char *bytes;
	size_t length;
};

/* The parts as RFC 3986, appendix B has them, without their delimiters; borrowed. */
struct url {
	struct url_part scheme;
	struct url_part userinfo;
	struct url_part host; /* with the brackets of an IPv6 address */
	struct url_part port;
	struct url_part path; /* never absent */
	struct url_part query;
	struct url_part fragment;
};

/* Takes a URL or reference apart.  Returns 0, or -EINVAL where it is too long. */
int url_parse(const char *text, struct url *ret);

/* Whether it is an http or https URL with a host (and without white space or control bytes). */
bool url_is_http(const char *text);

/* RFC 3986 section 2.3: letters, digits and "-._~" need not be encoded anywhere. */
bool url_is_unreserved(char byte);

/* Append a byte, a text; all else is percent-encoded (section 2.1). */
void url_encode_byte(struct buffer *buffer, char byte);
void url_encode(struct buffer *buffer, const char *text);

/* The byte that "%41" stands for at the start of a text that ends with NUL or goes on for three
 * bytes; -1 where there is no such thing. */
int url_decode(const char *text);

/* The host in lower case without a trailing dot; NULL where there is none. */
char *url_host(const char *text, struct arena *arena);

/* Whether both have a host, and the same. */
bool url_is_same_host(const char *a, const char *b);

/*
 * Resolves a reference (RFC 3986 section 5.2).  White space around it goes, bytes that no URL may
 * hold are percent-encoded.  `base` may be NULL or unfit (no scheme, or opaque as in "urn:x"): then
 * the reference comes back as it stands.
 */
char *url_resolve(const char *base, const char *reference, struct arena *arena);

/* For showing and fetching: the URL without its fragment and the parameters that only track. */
char *url_clean(const char *text, struct arena *arena);

/*
 * For comparing: the identity of an article's address across feeds.  Scheme, letter case of the
 * host, "www.", "m.", AMP wrappings, default ports, index pages, a trailing slash, tracking and
 * the order of parameters do not count.  No URL to fetch.  NULL where it is no http URL.
 */
char *url_canonical_key(const char *text, struct arena *arena);
