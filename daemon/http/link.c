#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "http/client.h"
#include "http/headers.h"

static const char blanks[] = " \t";

/* Whether one of the words, in quotes or bare, is the relation. */
static bool names_relation(const char *value, size_t length, const char *relation)
{
	size_t own = strlen(relation);

	for (size_t i = 0; i < length;) {
		size_t word = 0;

		while (i < length && strchr(" \t\"", value[i]))
			i++;
		while (i + word < length && !strchr(" \t\"", value[i + word]))
			word++;
		if (word == own && strncasecmp(value + i, relation, own) == 0)
			return true;
		i += word;
	}
	return false;
}

/* The length of a parameter: up to a ; or , that stands in no quotes. */
static size_t parameter_length(const char *text)
{
	bool quoted = false;
	size_t length = 0;

	for (; text[length] != '\0' && (quoted || !strchr(";,", text[length])); length++)
		quoted ^= text[length] == '"';
	return length;
}

/* Reads the parameters after a target; *at ends on the comma, or at the end. */
static bool has_relation(const char **at, const char *relation)
{
	const char *text = *at;
	bool found = false;

	while (*text != '\0' && *text != ',') {
		size_t length;
		size_t name;

		text += *text == ';';
		text += strspn(text, blanks);
		length = parameter_length(text);
		name = strcspn(text, "= \t;,");
		if (name == 3 && length > 4 && strncasecmp(text, "rel", 3) == 0)
			found |= names_relation(text + 4, length - 4, relation);
		text += length;
	}
	*at = text;
	return found;
}

static char *find_link(const char *field, const char *relation)
{
	while (*field != '\0') {
		const char *target;
		size_t length;

		field += strspn(field, " \t,");
		if (*field != '<')
			return NULL;
		target = field + 1;
		length = strcspn(target, ">");
		if (target[length] != '>')
			return NULL;
		field = target + length + 1;
		field += strspn(field, blanks);
		if (has_relation(&field, relation) && length <= URL_BYTES_MAX)
			return strndup(target, length);
	}
	return NULL;
}

char *http_response_link(const struct http_response *response, const char *relation)
{
	const struct http_headers *headers = response->headers;
	char *found = NULL;

	for (unsigned i = 0; headers && i < headers->count && !found; i++) {
		const char *field = headers_at(headers, i, "Link");

		if (field)
			found = find_link(field, relation);
	}
	return found;
}
