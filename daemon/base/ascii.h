/* The words of protocols and of markup: letters of ASCII are the same in either case. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a text of that length is the word; NULL is none. */
bool ascii_is(const char *text, size_t length, const char *word);

/* Whether it begins with the word. */
bool ascii_begins(const char *text, size_t length, const char *word);
