#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	LIMIT = 1024,
};

static int make_arena(void **state)
{
	return arena_new(LIMIT, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static void test_blocks_come_zeroed_and_aligned(void **state)
{
	for (size_t size = 1; size < 40; size += 7) {
		char *block = arena_alloc(*state, size);

		assert_non_null(block);
		assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(block[i], 0);
		memset(block, 'x', size);
	}
}

static void test_the_limit_is_kept_to_the_byte(void **state)
{
	assert_non_null(arena_alloc(*state, LIMIT));
	assert_int_equal(arena_used(*state), LIMIT);
	assert_null(arena_alloc(*state, 1));
	arena_reset(*state);
	assert_int_equal(arena_used(*state), 0);
	assert_null(arena_alloc(*state, LIMIT + 1));
	assert_non_null(arena_alloc(*state, LIMIT));
}

static void test_sizes_that_overflow_are_refused(void **state)
{
	assert_null(arena_alloc(*state, SIZE_MAX));
	assert_null(arena_array(*state, SIZE_MAX / 2, 3));
	assert_null(arena_room(*state, SIZE_MAX / 2, 3));
	assert_null(arena_copy(*state, "x", SIZE_MAX));
	assert_non_null(arena_array(*state, 0, 8));
	assert_non_null(arena_room(*state, 1, LIMIT / 2));
	assert_null(arena_room(*state, 1, LIMIT));
}

static void test_memory_is_zeroed_again_after_a_reset(void **state)
{
	char *block = arena_alloc(*state, 64);

	memset(block, 'x', 64);
	arena_reset(*state);
	block = arena_alloc(*state, 64);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(block[i], 0);
}

static void test_blocks_of_all_sizes_come_again_after_resets(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;

	(void)state;
	assert_int_equal(arena_new(1024 * 1024, &arena), 0);
	for (unsigned round = 0; round < 3; round++) {
		for (size_t size = 1; size <= 256 * 1024; size *= 2) {
			char *block = arena_alloc(arena, size);

			assert_non_null(block);
			assert_int_equal(block[0] | block[size - 1], 0);
			memset(block, 'x', size);
		}
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
	}
}

static void test_strings_are_copied_and_formatted(void **state)
{
	assert_string_equal(arena_copy(*state, "abcdef", 3), "abc");
	assert_string_equal(arena_copy(*state, "", 0), "");
	assert_string_equal(arena_strdup(*state, "text"), "text");
	assert_null(arena_strdup(*state, NULL));
	assert_string_equal(arena_join(*state, "If-None-Match: ", "\"a\""), "If-None-Match: \"a\"");
	assert_string_equal(arena_join(*state, "", ""), "");
	assert_string_equal(arena_printf(*state, "%s-%d", "a", 7), "a-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_blocks_come_zeroed_and_aligned, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_the_limit_is_kept_to_the_byte, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_sizes_that_overflow_are_refused, make_arena, drop_arena),
		cmocka_unit_test_setup_teardown(
			test_memory_is_zeroed_again_after_a_reset, make_arena, drop_arena),
		cmocka_unit_test(test_blocks_of_all_sizes_come_again_after_resets),
		cmocka_unit_test_setup_teardown(
			test_strings_are_copied_and_formatted, make_arena, drop_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
