/* Any bytes as a list of feeds. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

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
	_cleanup_(closep) int fd = memfd_create("fuzz_opml", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || arena_new(ARENA_BYTES, &arena) < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)opml_read(path, arena, &errors, on_outline, NULL);
	return 0;
}
