#include "poll/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_memory_comes_back_as_it_was_written(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct memory memory = {
		.validators_url = "http://a/?x=1&y=2",
		.file_stamp = "1.2.3",
		.blocked_url = "http://b/",
		.blocked_until = USEC_INFINITY - 1,
		.move_url = "https://c/",
		.move_since = 5,
		.children = "0123-4 0567-8",
		.move_count = 2,
		.limited = 3,
		.same = 1,
		.last_200 = 7,
		.probed = 8,
		.gap = 9,
		.etag_useless = true,
		.modified_useless = true,
		.unreadable = true,
		.hints = {.ttl_minutes = 60,
			.update_minutes = 30,
			.skip_hours = 0xffffff,
			.skip_days = 0x7f},
	};
	struct memory back;
	const char *text;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	text = memory_write(&memory, arena);
	assert_non_null(text);
	memory_read(text, arena, &back);
	assert_string_equal(memory_write(&back, arena), text);
	assert_string_equal(back.validators_url, memory.validators_url);
	assert_string_equal(back.move_url, memory.move_url);
	assert_true(back.blocked_until == memory.blocked_until);
	assert_string_equal(back.children, memory.children);
	assert_true(back.unreadable);
	assert_int_equal(back.hints.skip_days, 0x7f);
}

static void test_memory_equals_what_is_written_alike(void **state)
{
	char url[] = "http://a/";
	char copy[] = "http://a/";
	const struct memory memory = {.validators_url = url, .noted = 7, .move_count = 1};
	const struct memory others[] = {
		{.noted = 7, .move_count = 1},
		{.validators_url = "http://b/", .noted = 7, .move_count = 1},
		{.validators_url = url, .move_count = 1},
		{.validators_url = url, .noted = 7, .move_count = 2},
		{.validators_url = url, .noted = 7, .move_count = 1, .unreadable = true},
		{.validators_url = url, .noted = 7, .move_count = 1, .hints = {.skip_days = 1}},
	};

	(void)state;
	assert_true(memory_equals(
		&memory, &(struct memory){.validators_url = copy, .noted = 7, .move_count = 1}));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		assert_false(memory_equals(&memory, &others[i]));
		assert_false(memory_equals(&others[i], &memory));
	}
}

static void test_memory_of_nothing_is_empty(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct memory memory;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	memory_read(NULL, arena, &memory);
	assert_string_equal(memory_write(&memory, arena), "");
}

static void test_memory_passes_over_what_it_does_not_know(void **state)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct memory memory;

	(void)state;
	assert_int_equal(arena_new(65536, &arena), 0);
	memory_read("colour=red\n\n=\ngap\nsame=2\nprobed=banana\nmove-url=", arena, &memory);
	assert_int_equal(memory.same, 2);
	assert_int_equal(memory.probed, 0);
	assert_int_equal(memory.gap, 0);
	assert_string_equal(memory.move_url, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_comes_back_as_it_was_written),
		cmocka_unit_test(test_memory_equals_what_is_written_alike),
		cmocka_unit_test(test_memory_of_nothing_is_empty),
		cmocka_unit_test(test_memory_passes_over_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
