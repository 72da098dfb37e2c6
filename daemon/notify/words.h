/*
 * What went wrong, in words, in a fixed room: what does not fit is cut at a character.  Text from
 * outside is made one line of valid UTF-8 without control characters.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct words {
	char *text; /* always ends with NUL */
	size_t size;
	size_t length;
};

/* Words in the room, empty. */
struct words words_of(char *room, size_t size);

/* Appends; what is too long for the room is cut. */
void words_add(struct words *words, const char *format, ...) _printf_(2, 3);

/* Adds at most `limit` bytes of what someone else said, "…" where it is cut. */
void words_add_foreign(struct words *words, const char *bytes, size_t length, size_t limit);
