#include <errno.h>
#include <string.h>

#include "http/client.h"
#include "http/headers.h"

/* RFC 9110 section 5.3: several fields are one list. */
int http_response_list(const struct http_response *response, const char *name, char **ret)
{
	_cleanup_(buffer_free) struct buffer list = BUFFER_INIT(HTTP_HEADERS_MAX);
	const struct http_headers *headers = response->headers;

	for (unsigned i = 0; headers && i < headers->count; i++) {
		const char *field = headers_at(headers, i, name);

		if (field && list.length > 0)
			(void)buffer_add_string(&list, ", ");
		if (field)
			(void)buffer_add_string(&list, field);
	}
	*ret = NULL;
	if (list.length == 0)
		return list.failed;
	*ret = buffer_take(&list);
	return *ret ? 0 : -ENOMEM;
}
