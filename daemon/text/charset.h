/*
 * Bytes of any charset to UTF-8.  The converters are ICU's, whose tables are in its library; for
 * the few charsets it lacks, iconv(3), whose modules are files: charset_prepare() opens them before
 * a sandbox forbids that.  Labels mean what browsers take them for (WHATWG Encoding, section 4.2).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Loads the modules that may be wanted later; they stay loaded. */
void charset_prepare(void);

/* Whether the name means UTF-8, or ASCII, of which it is the superset. */
bool charset_is_utf8(const char *name);

/* Whether it has code units of two or four bytes. */
bool charset_is_wide(const char *name);

/*
 * Appends the UTF-8 of `bytes`; what they do not mean becomes U+FFFD.  Returns 0, -ENOENT for an
 * unknown charset, or the buffer's failure.
 */
int charset_decode(const char *name, const char *bytes, size_t length, struct buffer *out);

/*
 * Appends UTF-8 of which some bytes are none: those are taken for windows-1252, which is what
 * editors mix in, or for CESU-8.  Returns 0 or the buffer's failure.
 */
int charset_decode_mixed(const char *bytes, size_t length, struct buffer *out);
