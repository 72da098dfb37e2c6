#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
	return arena_new((size_t)1024 * 1024, (struct arena **)state);
}

static int drop_arena(void **state)
{
	arena_free(*state);
	return 0;
}

/* RFC 3986 section 5.4, all but "http:g", which browsers take as relative. */
static void test_references_resolve_as_in_the_standard(void **state)
{
	static const char *const cases[][2] = {
		{"g:h", "g:h"},
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q#s"},
		{"g#s", "http://a/b/c/g#s"},
		{"g?y#s", "http://a/b/c/g?y#s"},
		{";x", "http://a/b/c/;x"},
		{"g;x?y#s", "http://a/b/c/g;x?y#s"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"},
		{"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/../y", "http://a/b/c/y"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{"g#s/../x", "http://a/b/c/g#s/../x"},
		{"http:g", "http://a/b/c/g"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(
			url_resolve("http://a/b/c/d;p?q", cases[i][0], *state), cases[i][1]);
}

static void test_untidy_references_become_urls(void **state)
{
	assert_string_equal(
		url_resolve("http://h/", " \n/a b\n/c\"d ", *state), "http://h/a%20b/c%22d");
	assert_string_equal(
		url_resolve(NULL, "http://h/\xC3\xA9?\xC3\xBC", *state), "http://h/%C3%A9?%C3%BC");
	assert_string_equal(url_resolve(NULL, "http://b\xC3\xBC.example/", *state),
		"http://b\xC3\xBC.example/");
	assert_string_equal(url_resolve(NULL, "http://h/x/../y", *state), "http://h/y");
}

static void test_a_base_that_is_none_leaves_the_reference(void **state)
{
	assert_string_equal(url_resolve(NULL, "a/b", *state), "a/b");
	assert_string_equal(url_resolve("urn:x:y", "a/b", *state), "a/b");
	assert_string_equal(url_resolve("no scheme", "a/b", *state), "a/b");
}

static void test_a_url_beyond_the_bound_is_refused(void **state)
{
	char text[URL_BYTES_MAX + 2];
	struct url url;

	memset(text, 'a', sizeof(text));
	memcpy(text, "http://h/", 9);
	text[URL_BYTES_MAX] = '\0';
	assert_int_equal(url_parse(text, &url), 0);
	assert_non_null(url_resolve(NULL, text, *state));
	text[URL_BYTES_MAX] = 'a';
	text[URL_BYTES_MAX + 1] = '\0';
	assert_true(url_parse(text, &url) < 0);
	assert_null(url_resolve(NULL, text, *state));
	assert_null(url_clean(text, *state));
	assert_null(url_canonical_key(text, *state));
}

static void assert_part(struct url_part part, const char *expected)
{
	if (!expected) {
		assert_null(part.bytes);
		return;
	}
	assert_int_equal(part.length, strlen(expected));
	assert_memory_equal(part.bytes, expected, part.length);
}

static void test_parts_are_told_apart(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(url_parse("http://u:p@[::1]:80/p/q?x=1?#f#", &url), 0);
	assert_part(url.scheme, "http");
	assert_part(url.userinfo, "u:p");
	assert_part(url.host, "[::1]");
	assert_part(url.port, "80");
	assert_part(url.path, "/p/q");
	assert_part(url.query, "x=1?");
	assert_part(url.fragment, "f#");
	assert_int_equal(url_parse("mailto:a@b", &url), 0);
	assert_part(url.host, NULL);
	assert_part(url.path, "a@b");
}

static void test_only_http_with_a_host_is_http(void **state)
{
	(void)state;
	assert_true(url_is_http("http://h"));
	assert_true(url_is_http("HTTPS://h/"));
	assert_false(url_is_http("http:///x"));
	assert_false(url_is_http("file:///etc/passwd"));
	assert_false(url_is_http("http://h/a b"));
	assert_false(url_is_http("//h/"));
}

static void test_the_host_is_in_lower_case(void **state)
{
	assert_string_equal(url_host("http://u@News.Example.:8080/", *state), "news.example");
	assert_null(url_host("urn:x", *state));
}

static void test_hosts_are_compared_without_case_port_or_path(void **state)
{
	(void)state;
	assert_true(url_is_same_host("http://News.Example/a", "https://news.example:8080/b"));
	assert_false(url_is_same_host("http://news.example/", "http://news.example.org/"));
	assert_false(url_is_same_host("urn:x", "urn:x"));
}

static void test_addresses_of_one_article_have_one_key(void **state)
{
	static const char *const same[] = {
		"http://example.org/news/story",
		"https://www.Example.org:443/news/story/?utm_source=rss#top",
		"https://m.example.org/news/story/index.html",
		"https://amp.example.org/news/story?fbclid=x",
		"http://example.org/news/story/amp/",
		"http://example.org//news/story?ref=home&amp=1",
		"https://www.google.com/amp/s/www.example.org/news/story",
		"https://example-org.cdn.ampproject.org/c/s/example.org/news/story",
		"http://example.org:80/news/%73tory",
	};

	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		assert_string_equal(url_canonical_key(same[i], *state), "example.org/news/story");
}

static void test_addresses_of_two_articles_have_two_keys(void **state)
{
	static const char *const pairs[][2] = {
		{"http://e.org/?p=1", "http://e.org/?p=2"},
		{"http://e.org/Story", "http://e.org/story"},
		{"http://e.org/a%2Fb", "http://e.org/a/b"},
		{"http://e.org:8080/", "http://e.org/"},
		{"http://www.de/", "http://de/"},
		{"http://e.org/?source=staff", "http://e.org/?source=agency"},
		{"http://e.org/#!/one", "http://e.org/#!/two"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		assert_string_not_equal(url_canonical_key(pairs[i][0], *state),
			url_canonical_key(pairs[i][1], *state));
	assert_string_equal(url_canonical_key("http://e.org/?b=2&a=1", *state),
		url_canonical_key("http://e.org/?a=1&b=2", *state));
	assert_null(url_canonical_key("urn:x", *state));
}

static void test_cleaning_keeps_all_but_what_tracks(void **state)
{
	assert_string_equal(url_clean("https://www.e.org/a/?utm_source=x&id=5&gclid=y#top", *state),
		"https://www.e.org/a/?id=5");
	assert_string_equal(url_clean("http://e.org/?ref=a", *state), "http://e.org/?ref=a");
	assert_string_equal(url_clean("http://e.org/#!/a", *state), "http://e.org/#!/a");
}

static void test_all_but_unreserved_bytes_are_encoded(void **state)
{
	_cleanup_(buffer_free) struct buffer buffer = BUFFER_INIT(256);

	(void)state;
	url_encode(&buffer, "A-z_0.~ /?%\xC3\xA4");
	assert_string_equal(buffer_string(&buffer), "A-z_0.~%20%2F%3F%25%C3%A4");
}

static void test_escapes_are_read_in_either_case(void **state)
{
	(void)state;
	assert_int_equal(url_decode("%4A"), 'J');
	assert_int_equal(url_decode("%4a0"), 'J');
	assert_int_equal(url_decode("%fF"), 0xFF);
	assert_int_equal(url_decode("%"), -1);
	assert_int_equal(url_decode("%4"), -1);
	assert_int_equal(url_decode("%4g"), -1);
	assert_int_equal(url_decode("4A"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_resolve_as_in_the_standard),
		cmocka_unit_test(test_untidy_references_become_urls),
		cmocka_unit_test(test_a_base_that_is_none_leaves_the_reference),
		cmocka_unit_test(test_a_url_beyond_the_bound_is_refused),
		cmocka_unit_test(test_parts_are_told_apart),
		cmocka_unit_test(test_only_http_with_a_host_is_http),
		cmocka_unit_test(test_the_host_is_in_lower_case),
		cmocka_unit_test(test_hosts_are_compared_without_case_port_or_path),
		cmocka_unit_test(test_addresses_of_one_article_have_one_key),
		cmocka_unit_test(test_addresses_of_two_articles_have_two_keys),
		cmocka_unit_test(test_cleaning_keeps_all_but_what_tracks),
		cmocka_unit_test(test_all_but_unreserved_bytes_are_encoded),
		cmocka_unit_test(test_escapes_are_read_in_either_case),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
