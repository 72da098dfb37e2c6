#include "base/array.h"

#include <errno.h>
#include <stdlib.h>

enum {
	FIRST_ELEMENTS = 64,
};

int array_grow(void **array, size_t *size, size_t count, size_t element)
{
	if (count < *size)
		return 0;
	return array_reserve(array, size, count + count / 2 + FIRST_ELEMENTS, element);
}

int array_reserve(void **array, size_t *size, size_t count, size_t element)
{
	void *grown;

	if (count <= *size)
		return 0;
	grown = reallocarray(*array, count, element);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*size = count;
	return 0;
}
