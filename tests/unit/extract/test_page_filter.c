#include "extract/page_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/html_tag.h"

struct filter_case {
	const char *page;
	const char *expected;
};

static void check(const struct filter_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct page_filter filter;

		assert_int_equal(page_filter_run(&filter, cases[i].page, strlen(cases[i].page)), 0);
		assert_string_equal(buffer_string(&filter.markup), cases[i].expected);
		page_filter_clear(&filter);
	}
}

static void test_greater_in_a_quoted_value_ends_no_tag(void **state)
{
	static const struct filter_case cases[] = {
		{"<p @click=\"a > b\">x</p>", "<p>x</p>"},
		{"<p :class='{a: b > c}' class=\"d\">x</p>", "<p class=\"d\">x</p>"},
		{"<p title=a\"b>x</p>", "<p>x</p>"},
		{"<p title=\"open>x</p>", "<p>x</p>"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases));
}

static void test_scripts_styles_and_drawings_go_with_their_content(void **state)
{
	static const struct filter_case cases[] = {
		{"a<script>var x = '<p>';</script>b", "ab"},
		{"a<STYLE>p > a {}</style >b", "ab"},
		{"a<svg><title>t</title><svg></svg><p>no</svg>b", "ab"},
		{"a<template><p>no</p></template>b", "ab"},
		{"a<template shadowrootmode=open>yes</template>b", "ayesb"},
		{"a<!-- <p> -->b<!-->c", "abc"},
		{"a<noscript><p>no</noscript>b<iframe>c</iframe>", "ab"},
		{"a<script>never", "a"},
		{"a<svg>b", "ab"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases));
}

static void test_references_are_read_and_markup_stays_escaped(void **state)
{
	static const struct filter_case cases[] = {
		{"&lt;b&gt; &amp; &eacute;&#8217;", "&lt;b> &amp; \u00E9\u2019"},
		{"1 < 2 & 3", "1 &lt; 2 &amp; 3"},
		{"<a href='x?a=\"1\"&amp;b'>c</a>", "<a href=\"x?a=&quot;1&quot;&amp;b\">c</a>"},
		{"<title>a <b> c</title>", "<title>a &lt;b> c</title>"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases));
}

static void test_newer_elements_go_under_older_names(void **state)
{
	static const struct filter_case cases[] = {
		{"</div>a</section>", "a"},
		{"<div><table><tr><td>a</div>b</table></div>",
			"<div><table><tr><td>ab</table></div>"},
	};
	struct page_filter filter;
	const char page[] = "<section><article>a</section>b";

	(void)state;
	check(cases, ARRAY_SIZE(cases));
	assert_int_equal(page_filter_run(&filter, page, strlen(page)), 0);
	/* An end tag closes what is open within its element. */
	assert_non_null(strstr(buffer_string(&filter.markup), ">a</div></div>b"));
	page_filter_clear(&filter);
	assert_int_equal(page_filter_run(&filter, "<my-card x>a</my-card>", 22), 0);
	assert_memory_equal(buffer_string(&filter.markup), "<span k=\"", 9);
	assert_non_null(strstr(buffer_string(&filter.markup), "\">a</span>"));
	page_filter_clear(&filter);
}

static void test_styles_that_hide_become_an_attribute(void **state)
{
	static const struct filter_case cases[] = {
		{"<p style='color:red; display : NONE'>", "<p hidden=\"\">"},
		{"<p style='visibility:hidden;x:y'>", "<p hidden=\"\">"},
		{"<p style='display:block'>", "<p>"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases));
}

static void test_json_ld_is_kept_aside(void **state)
{
	const char page[] = "<script type='application/ld+json'>{\"a\":1}</script>"
			    "<script type=text/javascript>x</script>";
	struct page_filter filter;

	(void)state;
	assert_int_equal(page_filter_run(&filter, page, strlen(page)), 0);
	assert_int_equal(filter.script_count, 1);
	assert_memory_equal(filter.scripts[0].text, "{\"a\":1}", filter.scripts[0].length);
	page_filter_clear(&filter);
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text++;
	}
	return count;
}

static void test_elements_nest_to_the_bound(void **state)
{
	_cleanup_(buffer_free) struct buffer page = BUFFER_INIT(64 * 1024);
	struct page_filter filter;

	(void)state;
	for (size_t i = 0; i < PAGE_FILTER_DEPTH_MAX + 44; i++)
		(void)buffer_add_string(&page, "<div>");
	assert_int_equal(page_filter_run(&filter, page.bytes, page.length), 0);
	assert_int_equal(count_of(buffer_string(&filter.markup), "<div>"), PAGE_FILTER_DEPTH_MAX);
	page_filter_clear(&filter);
}

/* "<p", " x=", a value of this length in quotes, which has a ">" in it; and "y". */
static size_t markup_with_value(size_t length)
{
	_cleanup_(buffer_free) struct buffer page = BUFFER_INIT(2 * HTML_TAG_BYTES_MAX);
	struct page_filter filter;
	size_t left;

	(void)buffer_add_string(&page, "<p x=\">");
	for (size_t i = 1; i < length; i++)
		(void)buffer_add_char(&page, 'a');
	(void)buffer_add_string(&page, "\">y");
	assert_int_equal(page_filter_run(&filter, page.bytes, page.length), 0);
	left = filter.markup.length;
	page_filter_clear(&filter);
	return left;
}

static void test_value_that_is_too_long_ends_with_its_first_greater(void **state)
{
	const size_t most = HTML_TAG_BYTES_MAX - strlen(" x=\"");

	(void)state;
	assert_int_equal(markup_with_value(most), strlen("<p>y"));
	assert_true(markup_with_value(most + 1) > most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greater_in_a_quoted_value_ends_no_tag),
		cmocka_unit_test(test_scripts_styles_and_drawings_go_with_their_content),
		cmocka_unit_test(test_references_are_read_and_markup_stays_escaped),
		cmocka_unit_test(test_newer_elements_go_under_older_names),
		cmocka_unit_test(test_styles_that_hide_become_an_attribute),
		cmocka_unit_test(test_json_ld_is_kept_aside),
		cmocka_unit_test(test_elements_nest_to_the_bound),
		cmocka_unit_test(test_value_that_is_too_long_ends_with_its_first_greater),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
