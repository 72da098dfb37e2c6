#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_elements_stay_as_the_array_grows(void **state)
{
	unsigned *numbers = NULL;
	size_t size = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		assert_int_equal(array_grow((void **)&numbers, &size, i, sizeof(*numbers)), 0);
		assert_true(size > i);
		numbers[i] = i;
	}
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

static void test_array_with_room_is_left_alone(void **state)
{
	unsigned *numbers = NULL;
	unsigned *before;
	size_t size = 0;

	(void)state;
	assert_int_equal(array_reserve((void **)&numbers, &size, 10, sizeof(*numbers)), 0);
	assert_int_equal(size, 10);
	before = numbers;
	assert_int_equal(array_reserve((void **)&numbers, &size, 3, sizeof(*numbers)), 0);
	assert_int_equal(array_grow((void **)&numbers, &size, 9, sizeof(*numbers)), 0);
	assert_ptr_equal(numbers, before);
	assert_int_equal(size, 10);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements_stay_as_the_array_grows),
		cmocka_unit_test(test_array_with_room_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
