#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
	KEYS = 3000,
	KEY_SIZE = 16,
};

static void test_map_finds_what_was_put_and_not_what_was_removed(void **state)
{
	static char keys[KEYS][KEY_SIZE];
	struct map map = {0};

	(void)state;
	assert_null(map_get(&map, "none"));
	assert_null(map_remove(&map, "none"));
	for (size_t i = 0; i < KEYS; i++) {
		(void)snprintf(keys[i], KEY_SIZE, "key %zu", i);
		assert_int_equal(map_put(&map, keys[i], keys[i]), 0);
	}
	assert_int_equal(map.count, KEYS);
	for (size_t i = 0; i < KEYS; i += 2)
		assert_ptr_equal(map_remove(&map, keys[i]), keys[i]);
	for (size_t i = 0; i < KEYS; i++)
		assert_ptr_equal(map_get(&map, keys[i]), i % 2 == 0 ? NULL : keys[i]);
	assert_int_equal(map.count, KEYS / 2);
	map_free(&map);
}

static void test_map_replaces_a_value(void **state)
{
	struct map map = {0};
	int first;
	int second;

	(void)state;
	assert_int_equal(map_put(&map, "a", &first), 0);
	assert_int_equal(map_put(&map, "a", &second), 0);
	assert_int_equal(map.count, 1);
	assert_ptr_equal(map_get(&map, "a"), &second);
	map_free(&map);
}

static void test_map_walks_over_each_value_once(void **state)
{
	struct map map = {0};
	int seen[3] = {0};
	static const char *const keys[] = {"x", "y", "z"};
	size_t cursor = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(map_put(&map, keys[i], &seen[i]), 0);
	for (int *value = map_next(&map, &cursor); value; value = map_next(&map, &cursor))
		(*value)++;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seen[i], 1);
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_finds_what_was_put_and_not_what_was_removed),
		cmocka_unit_test(test_map_replaces_a_value),
		cmocka_unit_test(test_map_walks_over_each_value_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
