#include "base/buffer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_bytes_are_followed_by_a_nul(void **state)
{
	struct buffer buffer = BUFFER_INIT(100);

	(void)state;
	assert_string_equal(buffer_string(&buffer), "");
	assert_int_equal(buffer_add(&buffer, "ab\0c", 4), 0);
	assert_int_equal(buffer.length, 4);
	assert_int_equal(buffer.bytes[4], '\0');
	assert_int_equal(buffer_printf(&buffer, "%d", 42), 0);
	assert_memory_equal(buffer.bytes, "ab\0c42", 7);
	buffer_free(&buffer);
	assert_null(buffer.bytes);
}

static void test_reserved_room_is_written_in_place(void **state)
{
	struct buffer buffer = BUFFER_INIT(8);
	char *room;

	(void)state;
	assert_int_equal(buffer_add_string(&buffer, "ab"), 0);
	room = buffer_reserve(&buffer, 6);
	assert_non_null(room);
	memcpy(room, "cdefgh", 6);
	buffer_commit(&buffer, 3);
	assert_string_equal(buffer_string(&buffer), "abcde");
	assert_null(buffer_reserve(&buffer, 4));
	assert_int_equal(buffer.failed, -EFBIG);
	buffer_free(&buffer);
}

static void test_an_append_beyond_the_limit_adds_nothing(void **state)
{
	struct buffer buffer = BUFFER_INIT(4);

	(void)state;
	assert_int_equal(buffer_add_string(&buffer, "abcd"), 0);
	assert_int_equal(buffer_add_char(&buffer, 'e'), -EFBIG);
	assert_string_equal(buffer.bytes, "abcd");
	/* The failure stays, so that a row of appends needs one check. */
	buffer_consume(&buffer, 4);
	assert_int_equal(buffer_add_char(&buffer, 'f'), -EFBIG);
	buffer_reset(&buffer);
	assert_int_equal(buffer_printf(&buffer, "%s", "wxyz"), 0);
	assert_int_equal(buffer_printf(&buffer, "%s", "!"), -EFBIG);
	buffer_free(&buffer);
}

static void test_consuming_keeps_the_rest(void **state)
{
	struct buffer buffer = BUFFER_INIT(100);

	(void)state;
	assert_int_equal(buffer_add_string(&buffer, "head tail"), 0);
	buffer_consume(&buffer, 5);
	assert_string_equal(buffer.bytes, "tail");
	buffer_consume(&buffer, 100);
	assert_int_equal(buffer.length, 0);
	buffer_free(&buffer);
}

static void test_truncating_keeps_the_beginning_and_forgets_a_failure(void **state)
{
	struct buffer buffer = BUFFER_INIT(6);

	(void)state;
	buffer_truncate(&buffer, 0);
	assert_int_equal(buffer_add_string(&buffer, "abcdef"), 0);
	assert_int_equal(buffer_add_char(&buffer, 'g'), -EFBIG);
	buffer_truncate(&buffer, 4);
	assert_string_equal(buffer.bytes, "abcd");
	assert_int_equal(buffer_add_char(&buffer, 'e'), 0);
	buffer_truncate(&buffer, 6);
	assert_string_equal(buffer.bytes, "abcde");
	buffer_free(&buffer);
}

static void test_taking_hands_over_and_empties(void **state)
{
	struct buffer buffer = BUFFER_INIT(1000);
	char *text;

	(void)state;
	for (int i = 0; i < 900; i++)
		assert_int_equal(buffer_add_char(&buffer, 'x'), 0);
	text = buffer_take(&buffer);
	assert_int_equal(strlen(text), 900);
	free(text);
	assert_int_equal(buffer.length, 0);
	assert_int_equal(buffer.limit, 1000);
	text = buffer_take(&buffer);
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_are_followed_by_a_nul),
		cmocka_unit_test(test_reserved_room_is_written_in_place),
		cmocka_unit_test(test_an_append_beyond_the_limit_adds_nothing),
		cmocka_unit_test(test_consuming_keeps_the_rest),
		cmocka_unit_test(test_truncating_keeps_the_beginning_and_forgets_a_failure),
		cmocka_unit_test(test_taking_hands_over_and_empties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
