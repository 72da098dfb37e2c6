/* Link fields (RFC 8288) of a response. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/client.h"
#include "http/headers.h"

static void check(const char *const *lines, const char *relation, const char *expected)
{
	struct http_headers headers;
	struct http_response response = {.headers = &headers};
	char *found;

	headers_init(&headers);
	for (; *lines; lines++)
		assert_int_equal(headers_add_line(&headers, *lines, strlen(*lines)), 0);
	found = http_response_link(&response, relation);
	if (expected) {
		assert_non_null(found);
		assert_string_equal(found, expected);
	} else {
		assert_null(found);
	}
	free(found);
	headers_free(&headers);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_target_is_found_by_its_relation(void **state)
{
	(void)state;
	check(LINES("Link: <http://h/>; rel=\"hub\""), "hub", "http://h/");
	check(LINES("link: <http://h/>;rel=hub"), "hub", "http://h/");
	check(LINES("Link: <http://h/>; REL=HUB"), "hub", "http://h/");
	check(LINES("Link: <http://h/>; title=\"a;b, <c>; rel=self\"; rel=hub"), "hub",
		"http://h/");
	check(LINES("Link: <http://h/>; rel=\"next hub\""), "hub", "http://h/");
	check(LINES("Link: <a,b;c>; rel=self, <http://h/>; rel=hub"), "hub", "http://h/");
	check(LINES("Link: <http://s/>; rel=self", "X: y", "Link: <http://h/>; rel=hub"), "self",
		"http://s/");
	check(LINES("Link: <http://s/>; rel=self", "X: y", "Link: <http://h/>; rel=hub"), "hub",
		"http://h/");
	check(LINES("Link: <http://1/>; rel=hub, <http://2/>; rel=hub"), "hub", "http://1/");
}

static void test_what_is_no_link_is_passed_over(void **state)
{
	(void)state;
	check(LINES("Link: <http://h/>; rel=self"), "hub", NULL);
	check(LINES("Link: <http://h/>; rel=hubs"), "hub", NULL);
	check(LINES("Link: <http://h/>; title=hub"), "hub", NULL);
	check(LINES("Link: <http://h/>"), "hub", NULL);
	check(LINES("Link: http://h/; rel=hub"), "hub", NULL);
	check(LINES("Link: <http://h/"), "hub", NULL);
	check(LINES("Link: <http://h/>; rel"), "hub", NULL);
	check(LINES("Link: <http://h/>; rel=\""), "hub", NULL);
	check(LINES("Link: ,,;<"), "hub", NULL);
	check(LINES("X: y"), "hub", NULL);
	assert_null(http_response_link(&(struct http_response){0}, "hub"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target_is_found_by_its_relation),
		cmocka_unit_test(test_what_is_no_link_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
