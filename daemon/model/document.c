#include "model/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int document_make(struct url_part url, const char *content_type, const char *bytes, size_t length,
	struct document *ret)
{
	struct document document = {
		.url = strndup(url.bytes, url.length),
		.content_type = content_type ? strdup(content_type) : NULL,
		.bytes = malloc(length + 1),
		.length = length,
	};

	if (!document.url || (content_type && !document.content_type) || !document.bytes) {
		document_clear(&document);
		return -ENOMEM;
	}
	memcpy(document.bytes, bytes, length);
	document.bytes[length] = '\0';
	*ret = document;
	return 0;
}

void document_clear(struct document *document)
{
	free(document->url);
	free(document->content_type);
	free(document->bytes);
	*document = (struct document){0};
}
