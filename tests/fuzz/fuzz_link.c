/*
 * Link fields (RFC 8288) of a response, one a line: what is found stands between the angle brackets
 * of a field, is no longer than a URL may be, and is found again where it is written down anew.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/url.h"
#include "http/client.h"
#include "http/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static char *find(const struct http_headers *headers, const char *relation)
{
	return http_response_link(&(struct http_response){.headers = headers}, relation);
}

/* Each line's field is called Link, whatever the input calls it. */
static void add_fields(struct http_headers *headers, const char *text, size_t size)
{
	_cleanup_(buffer_free) struct buffer line = BUFFER_INIT(HTTP_HEADERS_MAX);

	for (size_t start = 0, length; start < size; start += length) {
		const char *end = memchr(text + start, '\n', size - start);

		length = end ? (size_t)(end - text) + 1 - start : size - start;
		buffer_reset(&line);
		if (buffer_add_string(&line, "Link: ") < 0 ||
			buffer_add(&line, text + start, length) < 0 ||
			headers_add_line(headers, line.bytes, line.length) < 0)
			return;
	}
}

static bool stands_in_brackets(const struct http_headers *headers, const char *target)
{
	_cleanup_(buffer_free) struct buffer quoted = BUFFER_INIT(URL_BYTES_MAX + 2);

	require(buffer_printf(&quoted, "<%s>", target) == 0);
	for (unsigned i = 0; i < headers->count; i++)
		if (strstr(headers_at(headers, i, "Link"), buffer_string(&quoted)))
			return true;
	return false;
}

static void check_anew(const char *target, const char *relation)
{
	_cleanup_(buffer_free) struct buffer line = BUFFER_INIT(HTTP_HEADERS_MAX);
	_cleanup_(freep) char *found = NULL;
	struct http_headers headers;

	headers_init(&headers);
	require(buffer_printf(&line, "LINK: <a,;>; rel=next, <%s>; title=\"<,;\"; rel=\"x %s\"",
			target, relation) == 0);
	require(headers_add_line(&headers, line.bytes, line.length) == 0);
	found = find(&headers, relation);
	require(found && strcmp(found, target) == 0);
	headers_free(&headers);
}

static void check_relation(const struct http_headers *headers, const char *relation)
{
	_cleanup_(freep) char *found = find(headers, relation);

	if (!found)
		return;
	require(strlen(found) <= URL_BYTES_MAX && !strchr(found, '>'));
	require(stands_in_brackets(headers, found));
	check_anew(found, relation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_headers headers;

	headers_init(&headers);
	add_fields(&headers, (const char *)data, size);
	check_relation(&headers, "hub");
	check_relation(&headers, "self");
	headers_free(&headers);
	return 0;
}
