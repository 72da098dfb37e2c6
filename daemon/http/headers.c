#include "http/headers.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

void headers_init(struct http_headers *headers)
{
	*headers = (struct http_headers){.text = BUFFER_INIT(HTTP_HEADERS_MAX)};
}

void headers_reset(struct http_headers *headers)
{
	buffer_reset(&headers->text);
	headers->count = 0;
}

void headers_free(struct http_headers *headers)
{
	buffer_free(&headers->text);
	headers->count = 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int headers_add_line(struct http_headers *headers, const char *line, size_t length)
{
	const char *colon;
	const char *value;
	size_t value_length;

	while (length > 0 && is_space(line[length - 1]))
		length--;
	if (length == 0)
		return 0;
	if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		headers_reset(headers);
		return 0;
	}
	/* Counted before it is looked at: junk takes room as well. */
	if (headers->count == HTTP_FIELDS_MAX)
		return -EFBIG;
	colon = memchr(line, ':', length);
	if (!colon || colon == line || memchr(line, '\0', length))
		return headers->text.length + length > HTTP_HEADERS_MAX ? -EFBIG : 0;
	value = colon + 1;
	value_length = length - (size_t)(value - line);
	while (value_length > 0 && is_space(*value)) {
		value++;
		value_length--;
	}
	headers->offsets[headers->count++] = headers->text.length;
	(void)buffer_add(&headers->text, line, (size_t)(colon - line));
	(void)buffer_add_char(&headers->text, '\0');
	(void)buffer_add(&headers->text, value, value_length);
	return buffer_add_char(&headers->text, '\0');
}

const char *headers_at(const struct http_headers *headers, unsigned i, const char *name)
{
	const char *field = headers->text.bytes + headers->offsets[i];

	/* Most differ in the first letter, whichever its case. */
	if ((*field ^ *name) & ~0x20)
		return NULL;
	return strcasecmp(field, name) == 0 ? field + strlen(field) + 1 : NULL;
}

const char *headers_get(const struct http_headers *headers, const char *name)
{
	for (unsigned i = headers->count; i > 0; i--) {
		const char *value = headers_at(headers, i - 1, name);

		if (value)
			return value;
	}
	return NULL;
}

bool headers_contradict(const struct http_headers *headers, const char *name)
{
	const char *last = headers_get(headers, name);

	for (unsigned i = 0; last && i < headers->count; i++) {
		const char *value = headers_at(headers, i, name);

		if (value && strcmp(value, last) != 0)
			return true;
	}
	return false;
}
