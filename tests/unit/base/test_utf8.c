#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_validity_is_that_of_rfc_3629(void **state)
{
	static const char *const valid[] = {"", "ascii only, more than eight bytes", "\xC2\x80",
		"\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
		"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA9"};
	static const char *const invalid[] = {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(",
		"\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "12345678\xC3"};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		assert_true(utf8_valid(valid[i], strlen(valid[i])));
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		assert_false(utf8_valid(invalid[i], strlen(invalid[i])));
	assert_true(utf8_valid("a\0b", 3));
}

/* ASCII is passed over by blocks. */
static void test_a_bad_byte_is_found_anywhere(void **state)
{
	char text[50];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = '\x80';
		assert_false(utf8_valid(text, sizeof(text)));
		assert_true(utf8_valid(text, i));
		text[i] = 'a';
	}
	assert_true(utf8_valid(text, sizeof(text)));
}

static void test_cutting_splits_no_character(void **state)
{
	static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
	static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

	(void)state;
	for (size_t limit = 0; limit < sizeof(expected) / sizeof(expected[0]); limit++)
		assert_int_equal(utf8_cut(text, strlen(text), limit), expected[limit]);
}

static void test_cutting_prefers_the_end_of_a_word(void **state)
{
	static const char text[] = "one two three four";

	(void)state;
	assert_int_equal(utf8_cut_word(text, strlen(text), 15), 13);
	assert_int_equal(utf8_cut_word(text, strlen(text), 100), strlen(text));
	assert_int_equal(utf8_cut_word("abcdefgh ijkl", 13, 8), 8);
	assert_int_equal(utf8_cut_word("a bcdefghijk", 12, 10), 10); /* too far back */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validity_is_that_of_rfc_3629),
		cmocka_unit_test(test_a_bad_byte_is_found_anywhere),
		cmocka_unit_test(test_cutting_splits_no_character),
		cmocka_unit_test(test_cutting_prefers_the_end_of_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
