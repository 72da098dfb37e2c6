#include "cli/clean.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	BYTES_MAX = 256 * 1024,
};

static void check(const char *text, const char *expected, size_t columns)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(BYTES_MAX);

	assert_int_equal(clean_add(&buffer, text), columns);
	assert_string_equal(buffer_string(&buffer), expected);
}

static void check_cut(const char *text, size_t most, const char *expected, size_t columns)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(BYTES_MAX);

	(void)buffer_add_string(&buffer, ">");
	assert_int_equal(clean_add_cut(&buffer, text, most), columns);
	assert_string_equal(buffer_string(&buffer) + 1, expected);
}

static void test_nothing_steers_the_terminal(void **state)
{
	(void)state;
	check("a\x1b[31mred\x1b]0;title\x07z", "a [31mred ]0;title z", 20);
	check("one\ntwo\r\n\tthree", "one two three", 13);
	check("\x7f"
	      "DEL",
		"DEL", 3);
	check("C1 \xc2\x9b"
	      "31m",
		"C1 31m", 6);
	check("bidi \xe2\x80\xae"
	      "evil\xe2\x81\xa6",
		"bidi evil", 9);
	check("soft\xc2\xadhyphen \xef\xbb\xbf"
	      "x",
		"softhyphen x", 12);
}

static void test_bad_utf8_is_replaced(void **state)
{
	(void)state;
	check("a\xff"
	      "b\xc3",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd",
		4);
	check("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", 3);
}

static void test_widths_are_counted_in_columns(void **state)
{
	(void)state;
	check("日本", "日本", 4);
	check("e\xcc\x81t\xc3\xa9", "e\xcc\x81t\xc3\xa9", 3);
	check("ｗide", "ｗide", 5);
	check("", "", 0);
}

static void test_cut_text_ends_with_ellipsis(void **state)
{
	(void)state;
	check_cut("abcdef", 6, "abcdef", 6);
	check_cut("abcdef", 5, "abcd…", 5);
	check_cut("日本語", 5, "日本…", 5);
	check_cut("日本語", 4, "日…", 3);
	check_cut("abc", 1, "…", 1);
	check_cut("abc", 0, "", 0);
}

static void test_text_is_bounded(void **state)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(BYTES_MAX);
	char *text = malloc(BYTES_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', BYTES_MAX - 1);
	text[BYTES_MAX - 1] = '\0';
	assert_int_equal(clean_add(&buffer, text), 64 * 1024);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_steers_the_terminal),
		cmocka_unit_test(test_bad_utf8_is_replaced),
		cmocka_unit_test(test_widths_are_counted_in_columns),
		cmocka_unit_test(test_cut_text_ends_with_ellipsis),
		cmocka_unit_test(test_text_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
