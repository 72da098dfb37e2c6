/* The bounds of every request (docs/POLLING.md, Bounds), in one place. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/url.h" /* URL_BYTES_MAX */

#define HTTP_CONNECT_TIMEOUT (10 * USEC_SEC) /* DNS and connect */
#define HTTP_TRANSFER_TIMEOUT (60 * USEC_SEC)
#define HTTP_LOW_SPEED_TIME (15 * USEC_SEC)
#define HTTP_DNS_CACHE_TIME (5 * USEC_MINUTE)
#define HTTP_BODY_MAX ((size_t)16 * 1024 * 1024)    /* as it comes */
#define HTTP_BODIES_MAX ((size_t)256 * 1024 * 1024) /* of all under way */
#define HTTP_HEADERS_MAX ((size_t)64 * 1024)        /* of one response */

/* P15; what parse/unpack.h undoes, less deflate, of which there are two. */
#define HTTP_ENCODINGS "gzip, br, zstd"

enum {
	HTTP_LOW_SPEED = 100,  /* bytes a second */
	HTTP_FIELDS_MAX = 100, /* header fields of one response */
	HTTP_REDIRECTS_MAX = 10,
	/*
	 * Bytes that libcurl reads at a time, and room that each transfer takes.  It reads up to a
	 * hundred times before it lets the loop go on: with its own 16 KiB that takes milliseconds
	 * of a server next door.
	 */
	HTTP_READ_SIZE = 4 * 1024,
	HTTP_WORDS_SIZE = 512,
	HTTP_IDLE_CONNECTIONS = 128, /* kept alive */
};
