#include "base/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
	return arena_new(4096, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

static struct wire_reader reader_of(const struct buffer *buffer)
{
	return (struct wire_reader){
		.bytes = (const uint8_t *)buffer->bytes, .length = buffer->length};
}

static void test_values_come_back_as_they_were_put(void **state)
{
	struct buffer buffer = BUFFER_INIT(4096);
	struct wire_reader reader;
	size_t length;

	wire_put_u8(&buffer, 200);
	wire_put_u32(&buffer, 0xDEADBEEF);
	wire_put_u64(&buffer, UINT64_MAX - 1);
	wire_put_string(&buffer, "caf\xC3\xA9");
	wire_put_string(&buffer, NULL);
	wire_put_string(&buffer, "");
	wire_put_bytes(&buffer, "a\0b", 3);
	wire_put_u32(&buffer, 3);
	reader = reader_of(&buffer);
	assert_int_equal(wire_get_u8(&reader), 200);
	assert_int_equal(wire_get_u32(&reader), 0xDEADBEEF);
	assert_true(wire_get_u64(&reader) == UINT64_MAX - 1);
	assert_string_equal(wire_get_string(&reader, 5, *state), "caf\xC3\xA9");
	assert_null(wire_get_string(&reader, 5, *state));
	assert_string_equal(wire_get_string(&reader, 5, *state), "");
	assert_memory_equal(wire_get_bytes(&reader, 3, &length), "a\0b", 3);
	assert_int_equal(length, 3);
	assert_false(wire_done(&reader));
	assert_int_equal(wire_get_count(&reader, 3), 3);
	assert_true(wire_done(&reader));
	buffer_free(&buffer);
}

static void test_input_that_ends_early_is_bad_and_stays_bad(void **state)
{
	static const uint8_t bytes[] = {1, 0, 0};
	struct wire_reader reader = {.bytes = bytes, .length = sizeof(bytes)};

	assert_int_equal(wire_get_u32(&reader), 0);
	assert_true(reader.bad);
	assert_int_equal(wire_get_u8(&reader), 0);
	assert_null(wire_get_string(&reader, 10, *state));
	assert_false(wire_done(&reader));
}

/* Puts a string and says whether it is taken with the limit. */
static bool is_taken(const void *bytes, size_t length, size_t limit, struct arena *arena)
{
	struct buffer buffer = BUFFER_INIT(8192);
	struct wire_reader reader;

	wire_put_bytes(&buffer, bytes, length);
	reader = reader_of(&buffer);
	(void)wire_get_string(&reader, limit, arena);
	buffer_free(&buffer);
	return !reader.bad;
}

static void test_strings_are_checked(void **state)
{
	static char large[5000];

	assert_true(is_taken("abc", 3, 3, *state));
	assert_false(is_taken("abcd", 4, 3, *state));
	assert_false(is_taken("a\0b", 3, 3, *state));
	assert_false(is_taken("\xC3", 1, 3, *state));
	assert_false(is_taken("\xED\xA0\x80", 3, 3, *state));
	/* Beyond what the arena gives. */
	memset(large, 'x', sizeof(large));
	assert_false(is_taken(large, sizeof(large), sizeof(large), *state));
}

static void test_a_length_beyond_the_input_is_bad(void **state)
{
	static const uint8_t bytes[] = {0xFE, 0xFF, 0xFF, 0xFF, 'a'};
	struct wire_reader reader = {.bytes = bytes, .length = sizeof(bytes)};
	size_t length;

	(void)state;
	assert_null(wire_get_bytes(&reader, SIZE_MAX, &length));
	assert_true(reader.bad);
}

static void test_a_count_beyond_the_limit_is_bad_and_nought(void **state)
{
	static const uint8_t bytes[] = {4, 0, 0, 0};
	struct wire_reader reader = {.bytes = bytes, .length = sizeof(bytes)};

	(void)state;
	assert_int_equal(wire_get_count(&reader, 3), 0);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_come_back_as_they_were_put),
		cmocka_unit_test(test_input_that_ends_early_is_bad_and_stays_bad),
		cmocka_unit_test(test_strings_are_checked),
		cmocka_unit_test(test_a_length_beyond_the_input_is_bad),
		cmocka_unit_test(test_a_count_beyond_the_limit_is_bad_and_nought),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
