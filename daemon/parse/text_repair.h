/*
 * Text that went through the wrong charset once: UTF-8 that was read as windows-1252 and written
 * as UTF-8 again, and windows-1252 bytes that were written as characters U+0080 to U+009F.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* Where `text` (valid UTF-8) shows either, appends the repaired text to `out` and returns true. */
bool text_repair(const char *text, size_t length, struct buffer *out);
