#include "parse/html_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"
#include "base/url.h"

#define LINK "<link rel=alternate type=application/rss+xml href="

static int set_up(void **state)
{
	return arena_new(ROUND_BYTES_MAX, (struct arena **)state);
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* The feeds of a page of https://page.example/dir/, each with a space behind. */
static const char *feeds_of(struct arena *arena, const char *page)
{
	struct parsed_feed feed = {0};
	const char *words = "";

	assert_int_equal(
		html_page_alternates(page, strlen(page), "https://page.example/dir/", arena, &feed),
		0);
	for (size_t i = 0; i < feed.alternate_count; i++)
		words = arena_printf(arena, "%s%s ", words, feed.alternates[i]);
	assert_non_null(words);
	return words;
}

struct page {
	const char *html;
	const char *feeds;
};

static void check(struct arena *arena, const struct page *pages, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *feeds = feeds_of(arena, pages[i].html);

		if (strcmp(feeds, pages[i].feeds) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", pages[i].html, feeds, pages[i].feeds);
	}
}

static void test_attributes_are_read_as_browsers_do(void **state)
{
	static const struct page pages[] = {
		{LINK "f>", "https://page.example/dir/f "},
		{"<LINK REL='Alternate' TYPE='Application/RSS+XML' HREF='/f'/>",
			"https://page.example/f "},
		{"<link\nrel = \"alternate\"\ttype = \"text/xml\"\nhref = \"f\"\n>",
			"https://page.example/dir/f "},
		{"<link title=\"a > b\" rel=\"alternate\" type=\"text/xml\" href=\"f\">",
			"https://page.example/dir/f "},
		{"<link title='an href=no rel=x' rel=\"alternate\" type=\"text/xml\" href=\"f\">",
			"https://page.example/dir/f "},
		{"<link rel=\"alternate\"type=\"text/xml\"href=\"f\"/>",
			"https://page.example/dir/f "},
		{"<link data-href=no rel=alternate type=text/xml href=f>",
			"https://page.example/dir/f "},
		{LINK "\"/f?a=1&amp;b=2&#38;c=3&copy=4\">",
			"https://page.example/f?a=1&b=2&c=3&copy=4 "},
		{LINK "f href=g>", "https://page.example/dir/f "},
		{LINK "f " LINK "g>", "https://page.example/dir/f https://page.example/dir/g "},
		{LINK "f<p>" LINK "g><b>",
			"https://page.example/dir/f https://page.example/dir/g "},
		{LINK "'f", ""},
	};

	check(*state, pages, ARRAY_SIZE(pages));
}

static void test_only_links_to_feeds_count(void **state)
{
	static const struct page pages[] = {
		{"<link rel=\"alternate nofollow\" type=\"application/rss+xml; charset=utf-8\" "
		 "href=f>",
			"https://page.example/dir/f "},
		{"<link rel=feed href=f>", "https://page.example/dir/f "},
		{"<link rel=alternate type=application/x.atom+xml href=f>",
			"https://page.example/dir/f "},
		{"<a rel=alternate type=application/rss+xml href=f>RSS</a>",
			"https://page.example/dir/f "},
		{"<link rel=alternate type=application/feed+json href=f>",
			"https://page.example/dir/f "},
		{"<link rel=alternate type=application/json+oembed href=o>"
		 "<link rel=alternate type=text/xml+oembed href=o>",
			""},
		{"<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>", ""},
		{"<link rel='alternate stylesheet' type=text/xml href=f>", ""},
		{"<link rel=alternate hreflang=de href=/de>", ""},
		{"<link rel=myalternates type=text/xml href=f>", ""},
		{LINK "''>", ""},
		{LINK "javascript:f()>", ""},
	};

	check(*state, pages, ARRAY_SIZE(pages));
}

static void test_what_is_no_markup_is_passed_over(void **state)
{
	static const struct page pages[] = {
		{"<!-- " LINK "no> -->" LINK "f>", "https://page.example/dir/f "},
		{"<script>a = '" LINK "no>';</script>" LINK "f>", "https://page.example/dir/f "},
		{"<style>" LINK "no></STYLE>" LINK "f>", "https://page.example/dir/f "},
		{"<title>" LINK "no></title>" LINK "f>", "https://page.example/dir/f "},
		{"<noscript>" LINK "f></noscript>", "https://page.example/dir/f "},
		{"<script>" LINK "no>", ""},
		{"<!-- " LINK "no>", ""},
	};

	check(*state, pages, ARRAY_SIZE(pages));
}

static void test_references_are_relative_to_the_base(void **state)
{
	static const struct page pages[] = {
		{"<base href=\"http://b.example/c/\">" LINK "f>", "http://b.example/c/f "},
		{LINK "f><base href=\"http://b.example/c/\"><base href=/no/>",
			"http://b.example/c/f "},
		{"<base target=_top><base href=/c/>" LINK "f>", "https://page.example/c/f "},
		{LINK "feed:https://a.example/f>" LINK "feed://a.example/g>",
			"https://a.example/f http://a.example/g "},
	};

	check(*state, pages, ARRAY_SIZE(pages));
}

static void test_an_address_beyond_the_limit_is_left_out(void **state)
{
	struct parsed_feed feed = {0};
	char host[URL_BYTES_MAX / 2 + 1] = "http://a.example/";
	char name[URL_BYTES_MAX / 2 + 2];
	const char *page;

	memset(host + strlen(host), 'x', sizeof(host) - strlen(host));
	host[sizeof(host) - 2] = '/';
	host[sizeof(host) - 1] = '\0';
	memset(name, 'f', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	page = arena_printf(*state, "<base href=%s>" LINK "%s>" LINK "%s>", host, name, name + 1);
	assert_non_null(page);
	assert_int_equal(html_page_alternates(page, strlen(page), NULL, *state, &feed), 0);
	assert_int_equal(feed.alternate_count, 1);
	assert_int_equal(strlen(feed.alternates[0]), URL_BYTES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes_are_read_as_browsers_do),
		cmocka_unit_test(test_only_links_to_feeds_count),
		cmocka_unit_test(test_what_is_no_markup_is_passed_over),
		cmocka_unit_test(test_references_are_relative_to_the_base),
		cmocka_unit_test(test_an_address_beyond_the_limit_is_left_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
