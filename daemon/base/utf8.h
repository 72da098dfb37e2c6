/* UTF-8 (RFC 3629): validity and cutting.  Everything past a reader is valid UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes are UTF-8: no surrogates, nothing over-long, nothing beyond U+10FFFF. */
bool utf8_valid(const char *bytes, size_t length);

/* The greatest length <= limit at which valid UTF-8 may be cut without splitting a character. */
size_t utf8_cut(const char *bytes, size_t length, size_t limit);

/* As utf8_cut(), but at the end of a word where one ends in the last quarter. */
size_t utf8_cut_word(const char *bytes, size_t length, size_t limit);
