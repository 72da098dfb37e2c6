#include "text/html_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct text_case {
	const char *html;
	const char *expected;
};

enum {
	TEXT_BYTES_MAX = 16 * 1024 * 1024,
};

/* The text stands in a piece of memory of its own length, so that reading beyond it is seen. */
static void check(const struct text_case *cases, size_t count, unsigned options)
{
	for (size_t i = 0; i < count; i++) {
		struct buffer text = BUFFER_INIT(TEXT_BYTES_MAX);
		size_t length = strlen(cases[i].html);
		char *html = malloc(length);

		assert_true(html || length == 0);
		if (length > 0)
			memcpy(html, cases[i].html, length);
		assert_int_equal(html_text_add(html, length, options, &text), 0);
		assert_string_equal(buffer_string(&text), cases[i].expected);
		buffer_free(&text);
		free(html);
	}
}

static void test_blocks_stand_on_lines_of_their_own(void **state)
{
	static const struct text_case cases[] = {
		{"<h1>Head</h1><p>One\n two</p><p>Three", "Head\nOne two\nThree"},
		{"a<br>b<br/><br />c", "a\nb\nc"},
		{"<ul><li>one<li>two</ul>three", "one\ntwo\nthree"},
		{"<table><tr><th>a<th>b</tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"},
		{"in<b>li</b>ne <em>text</em>", "inline text"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

static void test_what_nobody_sees_goes(void **state)
{
	static const struct text_case cases[] = {
		{"a<script>if (x < 1) y = \"</p>\";</script>b", "ab"},
		{"a<style>p { }</style>b<!-- c --> d", "ab d"},
		{"<div style=\"color: red; DISPLAY : none\">x<div>y</div></div>z", "z"},
		{"<p hidden>x</p>y<span aria-hidden='true'>w</span>", "y"},
		{"<a title=\"the hidden gem\" class=hiddenish>kept</a>", "kept"},
		{"<img src=\"http://t.example/1.gif\" width=1 alt=\"pixel\">text", "text"},
		{"<template><p>x</p></template>y<iframe src=x>z</iframe>", "y"},
		{"a<iframe src=x> b", "a b"},
		{"a<object data=x>b<script>c()</script>d<noscript>e</noscript>f", "abdf"},
		{"x<script>never closed", "x"},
		{"<p hidden>never closed", "never closed"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

static void test_references_are_decoded_once(void **state)
{
	static const struct text_case cases[] = {
		{"&lt;b&gt; &amp;amp; &eacute;&#233;&#xE9; &copy 2024",
			"<b> &amp; \xC3\xA9\xC3\xA9\xC3\xA9 \xC2\xA9 2024"},
		{"&#8217;&#146;&hellip;", "\xE2\x80\x99\xE2\x80\x99\xE2\x80\xA6"},
		{"AT&T &foo; &;&# &#xZ; ?a=1&copy=2", "AT&T &foo; &;&# &#xZ; ?a=1&copy=2"},
		{"&#0;&#xD800;&#x110000;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

static void test_what_is_no_markup_is_text(void **state)
{
	static const struct text_case cases[] = {
		{"1 < 2 and 3 <3", "1 < 2 and 3 <3"},
		{"a <", "a <"},
		{"x <b y", "x <b y"},
		{"<a href=\"open>z</a> y", "z y"},
		{"<a href='a>b'>q</a>", "q"},
		{"<![CDATA[a < b & c]]> d ]]>", "a < b & c d ]]>"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

static void test_white_space_is_folded(void **state)
{
	static const struct text_case cases[] = {
		{"  a \t\n  b  ", "a b"},
		{"a\xC2\xA0\xE2\x80\x83"
		 "b&nbsp;c",
			"a b c"},
		{"so\u00ADft\u200B hy\uFEFFphen", "soft hyphen"},
		{"a\x01"
		 "b",
			"a b"},
		{"twelve bytes  and  more than eight of them",
			"twelve bytes and more than eight of them"},
		{"", ""},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

/* So many digits; none is none. */
static void add_digits(char *text, size_t size, int count)
{
	size_t length = strlen(text);

	if (count > 0)
		(void)snprintf(text + length, size - length, "%0*d", count, 1);
}

/* Runs are copied by blocks: what ends one may stand anywhere in them, and at the very end. */
static void test_it_does_not_matter_where_a_run_ends(void **state)
{
	static const struct text_case ends[] = {{"  ", " "}, {" ", " "}, {"\n", " "}, {"<i>", ""},
		{" <i> ", " "}, {"&amp;", "&"}, {"&", "&"}, {"\xC3\xA9", "\xC3\xA9"},
		{" \xD0\xB6", " \xD0\xB6"}, {"\xC2\xA0", " "}, {"\xE2\x80\x8B", ""}, {"\x7F", " "},
		{"\xE2\x80\x9C", "\xE2\x80\x9C"}};
	enum { LONG = 40 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends) * LONG * LONG; i++) {
		const struct text_case *end = &ends[i / (LONG * LONG)];
		int before = 1 + (int)(i / LONG % LONG);
		int behind = (int)(i % LONG);
		/* White space at the end goes. */
		bool goes = behind == 0 && strcmp(end->expected, " ") == 0;
		char html[2 * LONG + 16] = "";
		char expected[2 * LONG + 16] = "";
		const struct text_case this = {html, expected};

		add_digits(html, sizeof(html), before);
		strcat(html, end->html);
		add_digits(html, sizeof(html), behind);
		add_digits(expected, sizeof(expected), before);
		strcat(expected, goes ? "" : end->expected);
		add_digits(expected, sizeof(expected), behind);
		check(&this, 1, 0);
	}
}

static void test_the_text_is_in_nfc(void **state)
{
	static const struct text_case cases[] = {
		{"e\xCC\x81", "\xC3\xA9"},
		{"e<b></b>&#769;", "\xC3\xA9"},
		{"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
		{"\xE2\x84\xAB", "\xC3\x85"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), 0);
}

static void test_titles_are_one_line_and_keep_what_looks_like_a_tag(void **state)
{
	static const struct text_case cases[] = {
		{"<p>one</p><p>two</p>", "one two"},
		{"Use <stdio.h> and <T> in <b>C</b>", "Use <stdio.h> and <T> in C"},
		{"<o:p>x</o:p><my-tag>y</my-tag><font color=red>z</font>", "xyz"},
	};

	(void)state;
	check(cases, ARRAY_SIZE(cases), HTML_TEXT_LINE | HTML_TEXT_KEEP_UNKNOWN);
}

static void test_plain_text_keeps_its_lines_and_signs(void **state)
{
	struct buffer text = BUFFER_INIT(TEXT_BYTES_MAX);

	(void)state;
	assert_int_equal(plain_text_add(" a  <b>\n\n &amp; c ", 19, 0, &text), 0);
	assert_string_equal(text.bytes, "a <b>\n&amp; c");
	buffer_free(&text);
}

static void test_the_buffer_s_limit_is_kept(void **state)
{
	struct buffer text = BUFFER_INIT(4);

	(void)state;
	assert_true(html_text_add("abcdef", 6, 0, &text) < 0);
	assert_true(text.length <= 4);
	buffer_free(&text);
}

/* Each of these would look to the end of the text for every tag of it, were it not remembered. */
static void test_hostile_text_takes_linear_time(void **state)
{
	static const char *const pieces[] = {"<a", "<a b=\"", "<p hidden>", "<script ", "<!--",
		"<svg hidden><svg>", "&#", "<![CDATA[", "<!x", "<?", "</p"};
	enum { LENGTH = 2 * 1024 * 1024 };
	char *html = malloc(LENGTH);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct buffer text = BUFFER_INIT(TEXT_BYTES_MAX);
		size_t length = strlen(pieces[i]);
		clock_t start = clock();

		for (size_t at = 0; at + length <= LENGTH; at += length)
			memcpy(html + at, pieces[i], length);
		assert_int_equal(html_text_add(html, LENGTH / length * length, 0, &text), 0);
		/* Milliseconds if linear; hours if not. */
		assert_true((clock() - start) / CLOCKS_PER_SEC < 20);
		buffer_free(&text);
	}
	free(html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_stand_on_lines_of_their_own),
		cmocka_unit_test(test_what_nobody_sees_goes),
		cmocka_unit_test(test_references_are_decoded_once),
		cmocka_unit_test(test_what_is_no_markup_is_text),
		cmocka_unit_test(test_white_space_is_folded),
		cmocka_unit_test(test_it_does_not_matter_where_a_run_ends),
		cmocka_unit_test(test_the_text_is_in_nfc),
		cmocka_unit_test(test_titles_are_one_line_and_keep_what_looks_like_a_tag),
		cmocka_unit_test(test_plain_text_keeps_its_lines_and_signs),
		cmocka_unit_test(test_the_buffer_s_limit_is_kept),
		cmocka_unit_test(test_hostile_text_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
