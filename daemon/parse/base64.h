/* Base64 (RFC 4648 section 4), with white space in it, as Atom's content may be written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Appends what the text stands for; false where it is no base64. */
bool base64_decode(const char *text, size_t length, struct buffer *out);
