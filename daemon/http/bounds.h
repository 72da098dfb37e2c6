/* The bounds of every request (specs/polling.md, Bounds), in one place. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/url.h" /* URL_BYTES_MAX */

#define HTTP_CONNECT_TIMEOUT (10 * USEC_SEC) /* DNS and connect */
#define HTTP_TRANSFER_TIMEOUT (60 * USEC_SEC)
#define HTTP_LOW_SPEED_TIME (15 * USEC_SEC)
#define HTTP_DNS_CACHE_TIME (5 * USEC_MINUTE)
#define HTTP_BODY_MAX ((size_t)16 * 1024 * 1024)    /* after decompression */
#define HTTP_BODIES_MAX ((size_t)256 * 1024 * 1024) /* of all under way */
#define HTTP_HEADERS_MAX ((size_t)64 * 1024)        /* of one response */

enum {
	HTTP_LOW_SPEED = 100,  /* bytes a second */
	HTTP_FIELDS_MAX = 100, /* header fields of one response */
	HTTP_REDIRECTS_MAX = 10,
	HTTP_RATIO_MAX = 200, /* bytes that one byte on the wire may become ... */
	/* ... once this many have come: short repetitive documents pass it honestly. */
	HTTP_RATIO_FREE = 1024 * 1024,
	/*
	 * Bytes that libcurl reads at a time.  It reads up to a hundred times before it lets the
	 * loop go on, and unpacks what it read whole: with its own 16 KiB that takes 10 ms and more
	 * of a server next door.  A chunked body is counted one read late.
	 */
	HTTP_READ_SIZE = 4 * 1024,
	HTTP_WORDS_SIZE = 512,
	HTTP_IDLE_CONNECTIONS = 128, /* kept alive */
};
