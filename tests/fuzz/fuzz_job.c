/* A job's frame as a reader takes it. */
#include <stdint.h>

#include "worker/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	volatile char sum = 0;
	struct job job;

	if (arena_new(1024 * 1024, &arena) < 0 || job_read(data, size, arena, &job) < 0)
		return 0;
	/* What was borrowed lies within the input. */
	for (size_t i = 0; i < job.document.length; i++)
		sum = (char)(sum ^ job.document.bytes[i]);
	for (size_t i = 0; i < job.known_count; i++)
		sum = (char)(sum ^ job.known[i].bytes[DIGEST_BYTES - 1]);
	return 0;
}
