/*
 * A reader's answer as the daemon takes it: what is accepted is written again and read again, and
 * must come back the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/frame.h"
#include "worker/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct buffer first = BUFFER_INIT(FRAME_HEAD_BYTES + ANSWER_BYTES_MAX);
	struct buffer second = BUFFER_INIT(FRAME_HEAD_BYTES + ANSWER_BYTES_MAX);
	struct answer answer;

	if (arena_new(64 * 1024 * 1024, &arena) < 0)
		return 0;
	if (answer_read(data, size, arena, &answer) == 0 && answer_write(&answer, &first) == 0) {
		if (answer_read(first.bytes + FRAME_HEAD_BYTES, first.length - FRAME_HEAD_BYTES,
			    arena, &answer) < 0 ||
			answer_write(&answer, &second) < 0 || first.length != second.length ||
			memcmp(first.bytes, second.bytes, first.length) != 0)
			abort();
	}
	buffer_free(&first);
	buffer_free(&second);
	return 0;
}
