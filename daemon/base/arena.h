/*
 * Memory that is freed at once.  A document's records live in one arena with a hard limit; who
 * needs one of them longer copies it.  Blocks are aligned to max_align_t and come zeroed.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct arena;

/* Makes an arena that hands out at most `limit` bytes.  Returns 0 or -ENOMEM. */
int arena_new(size_t limit, struct arena **ret);
void arena_free(struct arena *arena);
DEFINE_CLEANUP(arena_freep, struct arena, arena_free)

/* Forgets all blocks; some of the memory (256 KiB at most) is kept for what comes next. */
void arena_reset(struct arena *arena);

/* Returns zeroed memory, or NULL at the limit or out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* Returns room for `count` elements of `size` bytes, zeroed; NULL also if the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* The same as it comes, for who fills it at once. */
void *arena_room(struct arena *arena, size_t count, size_t size);

/* Copies `length` bytes and ends them with NUL.  Returns NULL at the limit. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* Copies a string; NULL stays NULL (also returned at the limit, when `string` was not NULL). */
char *arena_strdup(struct arena *arena, const char *string);

/* Puts two strings together.  Returns NULL at the limit. */
char *arena_join(struct arena *arena, const char *first, const char *second);

/* Formats into the arena.  Returns NULL at the limit. */
char *arena_printf(struct arena *arena, const char *format, ...) _printf_(2, 3);

/* The bytes handed out so far. */
size_t arena_used(const struct arena *arena);

#define arena_new_object(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
