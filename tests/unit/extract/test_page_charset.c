#include "extract/page_charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *type, const char *bytes, size_t length, const char *expected)
{
	struct document document = {
		.content_type = (char *)type, .bytes = (char *)bytes, .length = length};
	struct page_bytes page;

	assert_int_equal(page_bytes_read(&document, &page), 0);
	assert_int_equal(page.length, strlen(expected));
	assert_memory_equal(page.text, expected, page.length);
	page_bytes_clear(&page);
}

#define CHECK(type, bytes, expected) check(type, bytes, sizeof(bytes) - 1, expected)

static void test_a_byte_order_mark_comes_first(void **state)
{
	(void)state;
	CHECK("text/html; charset=koi8-r", "\xEF\xBB\xBF\xC3\xA9", "\u00E9");
	CHECK(NULL, "\xFF\xFE<\0p\0>\0\xE9\0", "<p>\u00E9");
	CHECK(NULL, "\xFE\xFF\x4E\x2D\x65\x87", "\u4E2D\u6587");
}

static void test_the_header_comes_before_the_page(void **state)
{
	(void)state;
	CHECK("text/html; charset=windows-1251", "<meta charset=koi8-r>\xE4\xE0",
		"<meta charset=koi8-r>\u0434\u0430");
}

static void test_meta_in_the_first_bytes_counts_but_not_in_comments(void **state)
{
	(void)state;
	CHECK("text/html", "<meta charset='iso-8859-2'>\xB1", "<meta charset='iso-8859-2'>\u0105");
	CHECK(NULL,
		"<!-- <meta charset=koi8-r> --><META http-equiv=x content='a; charset = "
		"shift_jis'>\x82\xA0",
		"<!-- <meta charset=koi8-r> --><META http-equiv=x content='a; charset = "
		"shift_jis'>\u3042");
	/* What could be read so far is in no charset of wide characters. */
	CHECK(NULL, "<meta charset=utf-16>\xC3\xA9", "<meta charset=utf-16>\u00E9");
}

static void test_a_charset_that_the_bytes_belie_is_not_believed(void **state)
{
	(void)state;
	CHECK("text/html; charset=iso-8859-1", "caf\xC3\xA9", "caf\u00E9");
	CHECK("text/html; charset=utf-8", "caf\xC3\xA9 d\xC3\xA9j\xE0", "caf\u00E9 d\u00E9j\u00E0");
	CHECK("text/html; charset=no-such-thing", "caf\xC3\xA9", "caf\u00E9");
}

static void test_shifts_of_japanese_mail_are_seen_in_what_looks_like_ascii(void **state)
{
	(void)state;
	CHECK(NULL, "<p>\x1B$B4A;z\x1B(B.", "<p>\u6F22\u5B57.");
	CHECK("text/html; charset=utf-8", "<p>\x1B$B4A;z\x1B(B.", "<p>\u6F22\u5B57.");
	CHECK(NULL, "<p>\x1B$B4A", "<p>\x1B$B4A");
}

static void test_undeclared_bytes_are_guessed(void **state)
{
	/* "The town council rejected the plan, the mayor said", windows-1251. */
	static const char text[] =
		"<p>\xC3\xEE\xF0\xEE\xE4\xF1\xEA\xEE\xE9 \xF1\xEE\xE2\xE5\xF2 \xEE\xF2\xEA\xEB\xEE"
		"\xED\xE8\xEB \xEF\xEB\xE0\xED, \xF1\xEE\xEE\xE1\xF9\xE8\xEB \xEC\xFD\xF0";

	(void)state;
	CHECK("text/html", text,
		"<p>\u0413\u043E\u0440\u043E\u0434\u0441\u043A\u043E\u0439 "
		"\u0441\u043E\u0432\u0435\u0442 \u043E\u0442\u043A\u043B\u043E\u043D\u0438\u043B "
		"\u043F\u043B\u0430\u043D, \u0441\u043E\u043E\u0431\u0449\u0438\u043B "
		"\u043C\u044D\u0440");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_byte_order_mark_comes_first),
		cmocka_unit_test(test_the_header_comes_before_the_page),
		cmocka_unit_test(test_meta_in_the_first_bytes_counts_but_not_in_comments),
		cmocka_unit_test(test_a_charset_that_the_bytes_belie_is_not_believed),
		cmocka_unit_test(test_shifts_of_japanese_mail_are_seen_in_what_looks_like_ascii),
		cmocka_unit_test(test_undeclared_bytes_are_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
