/*
 * The few idioms that every file uses: scope-bound cleanup, hand-over of ownership, array sizes.
 * `_cleanup_(xp) struct x *x = NULL;` frees on every path; `return TAKE_PTR(x)` hands over.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _printf_(format_, first_) __attribute__((format(printf, format_, first_)))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The struct of `type` whose `member` the pointer leads to. */
#define CONTAINER_OF(pointer, type, member)                                                        \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#define TAKE_PTR(pointer)                                                                          \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_fd_ = (fd);                                                              \
		(fd) = -1;                                                                         \
		taken_fd_;                                                                         \
	})

/* Defines `void name(type **)` for _cleanup_; `free_function` takes NULL. */
#define DEFINE_CLEANUP(name, type, free_function)                                                  \
	/* NOLINTNEXTLINE(bugprone-macro-parentheses): a type cannot stand in parentheses */       \
	static inline void name(type **object)                                                     \
	{                                                                                          \
		free_function(*object);                                                            \
	}

static inline void freep(void *pointer)
{
	free(*(void **)pointer);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void fclosep(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}
