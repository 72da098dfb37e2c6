/*
 * A web page as a reader extracts it.  Before a line break: its Content-Type; behind it the page.
 * What comes out holds the limits of model/web_page.h, or the wire form would be refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "extract/page_extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(buffer_free) struct buffer wire = BUFFER_INIT(64 * 1024 * 1024);
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const uint8_t *line = memchr(data, '\n', size);
	struct document document = {.url = (char *)"https://news.example/2026/05/17/story"};
	struct wire_reader reader = {0};
	const char *reason = NULL;
	struct web_page page;

	if (arena_new(256 * 1024 * 1024, &arena) < 0 || !line)
		return 0;
	document.content_type = strndup((const char *)data, (size_t)(line - data));
	/* A copy of its own, so that a look past the end is seen. */
	document.length = size - (size_t)(line - data) - 1;
	document.bytes = malloc(document.length + 1);
	if (!document.content_type || !document.bytes)
		abort();
	memcpy(document.bytes, line + 1, document.length);
	document.bytes[document.length] = '\0';
	if (page_extract(&document, arena, &page, &reason) == 0) {
		web_page_write(&page, &wire);
		reader = (struct wire_reader){
			.bytes = (const uint8_t *)wire.bytes, .length = wire.length};
		if (web_page_read(&reader, arena, &page) < 0 || !wire_done(&reader))
			abort();
	}
	free(document.content_type);
	free(document.bytes);
	return 0;
}
