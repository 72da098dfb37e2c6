/*
 * Arrays of the heap that grow.  The caller owns the array and bounds how far it grows; what is in
 * it stays where there is no memory for more.
 */
#pragma once

#include <stddef.h>

/* Room for one more behind `count` elements of so many bytes.  Returns 0 or -ENOMEM. */
int array_grow(void **array, size_t *size, size_t count, size_t element);

/* Room for `count` elements and no more, where there is less.  Returns 0 or -ENOMEM. */
int array_reserve(void **array, size_t *size, size_t count, size_t element);
