#include "http/headers.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
	KIB_64 = 64 * 1024, /* docs/POLLING.md; written out, so that a changed bound fails */
};

static int add(struct http_headers *headers, const char *line)
{
	return headers_add_line(headers, line, strlen(line));
}

static void test_headers_are_found_in_any_case_the_last_one_first(void **state)
{
	struct http_headers headers;

	(void)state;
	headers_init(&headers);
	assert_int_equal(add(&headers, "HTTP/1.1 200 OK\r\n"), 0);
	assert_int_equal(add(&headers, "ETag: \"a\"\r\n"), 0);
	assert_int_equal(add(&headers, "etag:   W/\"b: c\"  \r\n"), 0);
	assert_int_equal(add(&headers, "\r\n"), 0);
	assert_string_equal(headers_get(&headers, "Etag"), "W/\"b: c\"");
	assert_null(headers_get(&headers, "Eta"));
	assert_null(headers_get(&headers, "Date"));
	headers_free(&headers);
}

static void test_headers_of_an_earlier_response_are_forgotten(void **state)
{
	struct http_headers headers;

	(void)state;
	headers_init(&headers);
	assert_int_equal(add(&headers, "HTTP/1.1 103 Early Hints\r\n"), 0);
	assert_int_equal(add(&headers, "Link: </a>\r\n"), 0);
	assert_int_equal(add(&headers, "HTTP/2 200 \r\n"), 0);
	assert_int_equal(add(&headers, "Date: now\r\n"), 0);
	assert_null(headers_get(&headers, "Link"));
	assert_string_equal(headers_get(&headers, "Date"), "now");
	headers_free(&headers);
}

static void test_headers_skip_what_is_no_field(void **state)
{
	struct http_headers headers;

	(void)state;
	headers_init(&headers);
	assert_int_equal(add(&headers, ": no name\r\n"), 0);
	assert_int_equal(add(&headers, "no colon\r\n"), 0);
	assert_int_equal(headers_add_line(&headers, "a\0b: c\r\n", 8), 0);
	assert_int_equal(add(&headers, "Empty:\r\n"), 0);
	assert_string_equal(headers_get(&headers, "empty"), "");
	assert_null(headers_get(&headers, "a"));
	assert_null(headers_get(&headers, ""));
	headers_free(&headers);
}

static void test_headers_contradict_where_values_differ(void **state)
{
	struct http_headers headers;

	(void)state;
	headers_init(&headers);
	assert_false(headers_contradict(&headers, "Content-Length"));
	assert_int_equal(add(&headers, "Content-Length: 5\r\n"), 0);
	assert_int_equal(add(&headers, "content-length: 5\r\n"), 0);
	assert_false(headers_contradict(&headers, "Content-Length"));
	assert_int_equal(add(&headers, "Content-length: 6\r\n"), 0);
	assert_true(headers_contradict(&headers, "Content-Length"));
	headers_free(&headers);
}

static void test_headers_take_100_fields_and_no_more(void **state)
{
	struct http_headers headers;
	char line[32];

	(void)state;
	headers_init(&headers);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(line, sizeof(line), "X-%d: v\r\n", i);
		assert_int_equal(add(&headers, line), 0);
	}
	assert_int_equal(add(&headers, "One-More: v\r\n"), -EFBIG);
	assert_string_equal(headers_get(&headers, "X-99"), "v");
	headers_free(&headers);
}

static void test_headers_take_64_kib_and_no_more(void **state)
{
	static char line[KIB_64 + 16];
	struct http_headers headers;

	(void)state;
	headers_init(&headers);
	memset(line, 'x', sizeof(line));
	line[1] = ':';
	line[2] = ' ';
	/* Two NULs in place of ": ". */
	assert_int_equal(headers_add_line(&headers, line, KIB_64), 0);
	assert_int_equal(headers.text.length, KIB_64);
	headers_reset(&headers);
	assert_int_equal(headers_add_line(&headers, line, KIB_64 + 1), -EFBIG);
	headers_free(&headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_are_found_in_any_case_the_last_one_first),
		cmocka_unit_test(test_headers_of_an_earlier_response_are_forgotten),
		cmocka_unit_test(test_headers_skip_what_is_no_field),
		cmocka_unit_test(test_headers_contradict_where_values_differ),
		cmocka_unit_test(test_headers_take_100_fields_and_no_more),
		cmocka_unit_test(test_headers_take_64_kib_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
