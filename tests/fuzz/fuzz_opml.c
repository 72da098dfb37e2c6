/* Any bytes as a list of feeds. */
#include <stdint.h>

#include "config/opml.h"

#define ARENA_BYTES ((size_t)256 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_outline(const struct outline *outline, void *userdata)
{
	(void)outline;
	(void)userdata;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	_cleanup_(arena_freep) struct arena *arena = NULL;

	if (size > OPML_BYTES_MAX || arena_new(ARENA_BYTES, &arena) < 0)
		return 0;
	(void)opml_read("list.opml", (const char *)data, size, arena, &errors, on_outline, NULL);
	return 0;
}
