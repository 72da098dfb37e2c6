/* Any bytes as a file of the configuration: its form, the settings table, topics. */
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "config/topics.h"

/* Beyond it an arena's limit is met, which is no finding. */
#define ARENA_BYTES ((size_t)256 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Through a file in memory, because that is the way that users' files go. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(closep) int fd = memfd_create("fuzz_config", MFD_CLOEXEC);
	struct topic *topics;
	char path[64];
	size_t count;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || arena_new(ARENA_BYTES, &arena) < 0)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)topics_load(path, arena, &topics, &count, &errors);
	return 0;
}
