#include "base/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	/* Many arenas hold a few strings: each chunk is twice as large as the last, up to this. */
	CHUNK_LEAST = 1024,
	CHUNK_MOST = 16 * 1024,
	KEPT_MOST = 256 * 1024, /* a larger chunk is not kept by arena_reset() */
	ALIGNMENT = _Alignof(max_align_t),
};

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *chunks; /* the newest first */
	size_t limit;
	size_t used;
};

int arena_new(size_t limit, struct arena **ret)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return -ENOMEM;
	arena->limit = limit;
	*ret = arena;
	return 0;
}

static void free_chunks(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_chunks(arena->chunks);
	free(arena);
}

/* Takes the largest of those that may be kept out of the list; NULL: there is none. */
static struct chunk *take_kept(struct chunk **chunks)
{
	struct chunk **best = NULL;
	struct chunk *kept;

	for (struct chunk **at = chunks; *at; at = &(*at)->next)
		if ((*at)->size <= KEPT_MOST && (!best || (*at)->size > (*best)->size))
			best = at;
	if (!best)
		return NULL;
	kept = *best;
	*best = kept->next;
	kept->next = NULL;
	kept->used = 0;
	return kept;
}

void arena_reset(struct arena *arena)
{
	struct chunk *kept = take_kept(&arena->chunks);

	free_chunks(arena->chunks);
	arena->chunks = kept;
	arena->used = 0;
}

static bool add_chunk(struct arena *arena, size_t size)
{
	size_t room = arena->chunks ? 2 * arena->chunks->size : CHUNK_LEAST;
	struct chunk *chunk;

	if (room > CHUNK_MOST)
		room = CHUNK_MOST;
	if (room < size)
		room = size;
	chunk = malloc(sizeof(*chunk) + room);

	if (!chunk)
		return false;
	*chunk = (struct chunk){.next = arena->chunks, .size = room};
	arena->chunks = chunk;
	return true;
}

/* Returns memory as it comes. */
static void *take_block(struct arena *arena, size_t size)
{
	struct chunk *chunk;
	size_t rounded;
	void *block;

	if (size > SIZE_MAX - ALIGNMENT)
		return NULL;
	rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (rounded > arena->limit - arena->used)
		return NULL;
	if (!arena->chunks || rounded > arena->chunks->size - arena->chunks->used)
		if (!add_chunk(arena, rounded))
			return NULL;
	chunk = arena->chunks;
	block = chunk->bytes + chunk->used;
	chunk->used += rounded;
	arena->used += rounded;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *block = take_block(arena, size);

	return block ? memset(block, 0, size) : NULL;
}

void *arena_room(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return take_block(arena, bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(arena, bytes);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = length < SIZE_MAX ? take_block(arena, length + 1) : NULL;

	if (!copy)
		return NULL;
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
	return string ? arena_copy(arena, string, strlen(string)) : NULL;
}

char *arena_join(struct arena *arena, const char *first, const char *second)
{
	size_t length = strlen(first);
	size_t more = strlen(second);
	char *whole = take_block(arena, length + more + 1);

	if (!whole)
		return NULL;
	memcpy(whole, first, length);
	memcpy(whole + length, second, more);
	whole[length + more] = '\0';
	return whole;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	int length;
	char *text;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1);
	if (!text)
		return NULL;
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
