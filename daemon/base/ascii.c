#include "base/ascii.h"

#include <string.h>
#include <strings.h>

bool ascii_is(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && ascii_begins(text, length, word);
}

bool ascii_begins(const char *text, size_t length, const char *word)
{
	size_t size = strlen(word);

	return text && length >= size && strncasecmp(text, word, size) == 0;
}
