#include "model/document.h"

#include <stdlib.h>

void document_clear(struct document *document)
{
	free(document->url);
	free(document->content_type);
	free(document->bytes);
	*document = (struct document){0};
}
