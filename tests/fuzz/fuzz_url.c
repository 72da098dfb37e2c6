/* Two lines: a base and a reference.  What was resolved resolves to itself; keys are stable. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_resolved(const char *url, struct arena *arena)
{
	const char *again = url_resolve(NULL, url, arena);

	if (!again || strcmp(again, url) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(freep) char *text = malloc(size + 1);
	const char *resolved;
	const char *clean;
	char *reference;

	if (!text || arena_new((size_t)1024 * 1024, &arena) < 0)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	reference = strchr(text, '\n');
	if (reference)
		*reference++ = '\0';
	resolved = url_resolve(text, reference ? reference : "", arena);
	if (resolved && url_is_http(resolved))
		check_resolved(resolved, arena);
	clean = url_clean(text, arena);
	(void)url_host(text, arena);
	(void)url_canonical_key(text, arena);
	if (clean && strlen(clean) > strlen(text))
		abort();
	return 0;
}
