#include "base/ascii.h"

#include <errno.h>
#include <stdlib.h>
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

bool ascii_number(const char *text, unsigned long long *ret)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return false;
	*ret = number;
	return true;
}
