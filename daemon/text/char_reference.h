/*
 * Character references of HTML in plain text (`&amp;`, `&#8217;`, `&#x2019;`): feeds escape once
 * too often.  Only those with `;`: the 252 names of HTML 4.01 (section 24) and `&apos;`; numbers
 * 128-159 are taken as windows-1252, as browsers do (HTML, "numeric character reference end
 * state").  References to NUL, to surrogates and beyond U+10FFFF are none.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Reads the reference that begins at `text` (which is at its `&`).  Returns its length in bytes and
 * sets *ret to its code point, or returns 0 where there is none.
 */
size_t char_reference_read(const char *text, size_t length, uint32_t *ret);

/*
 * The text with its references read, once, in the arena; *ret is the text itself where its first
 * `limit` bytes have none, else what is beyond these is not taken.  Returns 0 or -ENOMEM.
 */
int char_references_read(const char *text, size_t limit, struct arena *arena, const char **ret);
