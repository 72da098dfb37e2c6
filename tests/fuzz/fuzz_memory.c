/* What poll/ finds in the store: any text is read, and what is written reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "poll/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const char *text;
	struct memory memory;
	const char *first;
	const char *second;

	if (arena_new((size_t)4 * 1024 * 1024, &arena) < 0)
		return 0;
	text = arena_copy(arena, (const char *)data, size);
	if (!text)
		return 0;
	memory_read(text, arena, &memory);
	first = memory_write(&memory, arena);
	if (!first)
		return 0; /* over its bound */
	memory_read(first, arena, &memory);
	second = memory_write(&memory, arena);
	if (!second || strcmp(first, second) != 0)
		abort();
	return 0;
}
