#include "http/location.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/url.h"

static void test_location_names_the_host_in_one_form(void **state)
{
	static const struct {
		const char *url;
		const char *host;
	} cases[] = {
		{"http://Example.ORG/x", "example.org"},
		{"https://example.org.:8443/x", "example.org"},
		{"http://user:secret@example.org/", "example.org"},
		{"http://[::1]:80/", "[::1]"},
		{"http://127.0.0.1:8080/", "127.0.0.1"},
		{"http://0x7f000001/", "127.0.0.1"},
		{"http://b\xc3\xbc"
		 "cher.example/",
			"xn--bcher-kva.example"},
	};
	struct location location;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(location_parse(cases[i].url, &location), 0);
		assert_string_equal(location.host, cases[i].host);
		location_clear(&location);
	}
}

/* What is not taken apart is what libcurl makes of it: location_follow() always asks it. */
static void test_location_is_libcurls_for_plain_urls_too(void **state)
{
	static const char *const urls[] = {"http://example.org/", "https://example.org/a/b.xml",
		"http://example.org:8080/x?a=b&c=d", "http://example.org:80/x",
		"https://example.org:443/", "http://a-b.c0.example/~x/_y;z,1:2+3?q=/?",
		"http://127.1.0.1:18083/f/0.xml", "http://127.1/", "http://1.2.3.4.5/",
		"http://017.1.1.1/", "http://0x7f.1/", "http://1e100.net/", "http://example.org",
		"http://example.org./x", "http://.example.org/", "http://example.org/?",
		"http://example.org/a/./b/../c", "http://example.org/.well-known/x",
		"http://example.org/a%20b", "http://example.org:0/", "http://example.org:080/",
		"http://example.org:65535/", "http://example.org:65536/", "http://example.org:/",
		"http://example.org/a#b", "HTTP://example.org/", "http:///x", "http://a..b/",
		"http://-/", "http://-a.b-/", "https:/example.org/"};
	struct location base;

	(void)state;
	assert_int_equal(location_parse("http://Base.example/#x", &base), 0);
	for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
		struct location parsed = {0};
		struct location followed = {0};
		int r = location_parse(urls[i], &parsed);

		if (r < 0)
			continue;
		assert_int_equal(location_follow(&base, urls[i], &followed), 0);
		assert_string_equal(parsed.url, followed.url);
		assert_string_equal(parsed.shown, followed.shown);
		assert_string_equal(parsed.host, followed.host);
		location_clear(&parsed);
		location_clear(&followed);
	}
	location_clear(&base);
}

static void test_location_shows_no_credentials_and_no_fragment(void **state)
{
	struct location location;

	(void)state;
	assert_int_equal(location_parse("http://user:secret@example.org/a?b=c#part", &location), 0);
	assert_string_equal(location.shown, "http://example.org/a?b=c");
	assert_non_null(strstr(location.url, "user:secret@"));
	location_clear(&location);
}

static void test_location_is_http_or_https_within_4_kib(void **state)
{
	static const char *const refused[] = {"", "example", "ftp://example.org/",
		"file:///etc/passwd", "gopher://example.org/", "data:text/plain,x", "http://",
		"javascript:1", "http://exa mple.org/"};
	enum { KIB_4 = 4096 }; /* written out, so that a changed bound fails */
	char url[KIB_4 + 2];
	struct location location;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_int_equal(location_parse(refused[i], &location), -EINVAL);
	memset(url, 'x', sizeof(url));
	memcpy(url, "http://h/", 9);
	url[KIB_4] = '\0';
	assert_int_equal(location_parse(url, &location), 0);
	location_clear(&location);
	/* What it is encoded to counts as well: a blank becomes three bytes. */
	url[KIB_4 - 1] = '\0';
	url[9] = ' ';
	assert_int_equal(location_parse(url, &location), -EINVAL);
	url[KIB_4 - 2] = '\0';
	assert_int_equal(location_parse(url, &location), 0);
	assert_int_equal(strlen(location.url), KIB_4);
	location_clear(&location);
	url[9] = url[KIB_4 - 2] = url[KIB_4 - 1] = 'x';
	url[KIB_4] = 'x';
	url[KIB_4 + 1] = '\0';
	assert_int_equal(location_parse(url, &location), -EINVAL);
}

static void check_follow(const char *from, const char *reference, const char *expected)
{
	struct location start;
	struct location next;

	assert_int_equal(location_parse(from, &start), 0);
	if (expected) {
		assert_int_equal(location_follow(&start, reference, &next), 0);
		assert_string_equal(next.url, expected);
		location_clear(&next);
	} else {
		assert_int_equal(location_follow(&start, reference, &next), -EINVAL);
	}
	location_clear(&start);
}

static void test_location_follows_references(void **state)
{
	(void)state;
	check_follow("http://a.org/x/y?q", "z", "http://a.org/x/z");
	check_follow("http://a.org/x/y?q", "/z?r", "http://a.org/z?r");
	check_follow("http://a.org/x/y", "//b.org/z", "http://b.org/z");
	check_follow("http://a.org/x/y", "https://c.org:8443/", "https://c.org:8443/");
	check_follow("http://a.org/x/y", "/a b", "http://a.org/a%20b");
	check_follow("http://a.org/", "ftp://a.org/", NULL);
	check_follow("http://a.org/", "file:///etc/passwd", NULL);
	check_follow("http://a.org/", "data:text/plain,x", NULL);
}

static void test_location_keeps_credentials_within_the_origin_only(void **state)
{
	(void)state;
	check_follow("http://u:p@a.org/x", "/y", "http://u:p@a.org/y");
	check_follow("http://u:p@a.org/x", "http://a.org/y", "http://u:p@a.org/y");
	check_follow("http://u:p@a.org/x", "http://b.org/y", "http://b.org/y");
	check_follow("http://u:p@a.org/x", "https://a.org/y", "https://a.org/y");
	check_follow("http://u:p@a.org/x", "http://a.org:81/y", "http://a.org:81/y");
	check_follow("http://a.org/x", "http://evil:pw@b.org/y", "http://b.org/y");
	check_follow("http://a.org/x", "http://evil:pw@a.org/y", "http://a.org/y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_location_names_the_host_in_one_form),
		cmocka_unit_test(test_location_is_libcurls_for_plain_urls_too),
		cmocka_unit_test(test_location_shows_no_credentials_and_no_fragment),
		cmocka_unit_test(test_location_is_http_or_https_within_4_kib),
		cmocka_unit_test(test_location_follows_references),
		cmocka_unit_test(test_location_keeps_credentials_within_the_origin_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
