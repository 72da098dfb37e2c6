/*
 * Folding of one token for comparison (wirewatch-query(7)): NFKD, full case folding, NFKD,
 * combining marks of Latin, Greek, Cyrillic, Hebrew and Arabic deleted, a few letters without a
 * decomposition spelt out (UAX #15, Unicode 3.13), then NFC.  A folder holds ICU's normalisers, a
 * table for the common alphabets and scratch room: one for each thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/macro.h"

struct folder;

/* Returns 0, -ENOMEM or -EIO where ICU's data cannot be had. */
int folder_new(struct folder **ret);
void folder_free(struct folder *folder);
DEFINE_CLEANUP(folder_freep, struct folder, folder_free)

/*
 * Appends the folded form of `count` code points to the buffer as UTF-8.  Returns 0 or -ENOMEM,
 * -EFBIG at the buffer's limit.
 */
int folder_fold(struct folder *folder, const uint32_t *chars, size_t count, struct buffer *buffer);

/* Whether the code point is folded in the same way whatever stands beside it. */
bool folder_folds_alone(const struct folder *folder, uint32_t character);

/* Appends a code point as UTF-8. */
int buffer_add_utf8(struct buffer *buffer, uint32_t character);
