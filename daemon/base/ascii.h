/* The words of protocols and of markup: letters of ASCII are the same in either case; and numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a text of that length is the word; NULL is none. */
bool ascii_is(const char *text, size_t length, const char *word);

/* Whether it begins with the word. */
bool ascii_begins(const char *text, size_t length, const char *word);

/* Whether it is decimal digits, nothing else, of a number that fits; *ret is set only then. */
bool ascii_number(const char *text, unsigned long long *ret);
