/*
 * Which charset a document is said to be in, and whether its bytes bear that out; for feeds and
 * pages alike.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
	CHARSET_NAME_BYTES = 64,
};

/* Copies a charset's name as far as it has the characters of one (RFC 2978 section 2.3). */
void charset_name_copy(const char *text, const char *end, char ret[CHARSET_NAME_BYTES]);

/* The charset parameter of a Content-Type (RFC 9110 section 8.3.1); "" where there is none. */
void charset_name_of_type(const char *content_type, char ret[CHARSET_NAME_BYTES]);

/*
 * Valid UTF-8 is hardly ever something else: a declared charset of single bytes is then a lie, the
 * sooner if it is Latin, in whose texts the bytes of UTF-8 make no sense.
 */
bool charset_name_is_belied(const char *name, const char *text, size_t length);
