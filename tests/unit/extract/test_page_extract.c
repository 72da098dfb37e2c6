#include "extract/page_extract.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/datetime.h"
#include "extract/page_meta.h"
#include "model/entry.h"

#define PARAGRAPH_1                                                                                \
	"The harbour was closed for nine days after a dredger struck an old main, officials said."
#define PARAGRAPH_2                                                                                \
	"Divers checked four kilometres of the channel and found no further damage to the pipe."
#define PARAGRAPH_3                                                                                \
	"About 140 boats had been tied up, and the loss was put at some 600,000 crowns so far."
#define BODY "<p>" PARAGRAPH_1 "</p><p>" PARAGRAPH_2 "</p><p>" PARAGRAPH_3 "</p>"
#define TEXT PARAGRAPH_1 "\n" PARAGRAPH_2 "\n" PARAGRAPH_3

struct fixture {
	struct arena *arena;
	struct web_page page;
	const char *reason;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	*state = &fixture;
	return arena_new(64 * 1024 * 1024, &fixture.arena);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_free(fixture->arena);
	return 0;
}

static int extract_typed(struct fixture *fixture, const char *type, const char *html)
{
	struct document document = {
		.url = (char *)"https://news.example/coast/boats",
		.content_type = (char *)type,
		.bytes = (char *)html,
		.length = strlen(html),
	};

	return page_extract(&document, fixture->arena, &fixture->page, &fixture->reason);
}

static const struct web_page *extract(struct fixture *fixture, const char *html)
{
	assert_int_equal(extract_typed(fixture, "text/html", html), 0);
	return &fixture->page;
}

static void assert_date(int64_t seconds, const char *expected)
{
	char text[DATETIME_SIZE];

	assert_string_equal(datetime_format(seconds, text), expected);
}

static void test_text_is_the_article_without_the_page_around_it(void **state)
{
	const struct web_page *page = extract(*state,
		"<title>Boats sail again | The Sentinel</title>"
		"<nav><ul><li><a href=/a>News</a><li><a href=/b>Sport</a></ul></nav>"
		"<article><h1>Boats sail again</h1><p class=byline>By Ines Corvell</p>"
		"<figure><img><figcaption>Boats leave the quay on Monday</figcaption></figure>" BODY
		"<aside><p>Five foods a heart doctor never buys, and the one she eats "
		"daily</p></aside>"
		"</article><div id=comments><p>I was awake and felt it all and so did the "
		"dog, who hid.</p></div>"
		"<footer><p>Complaints are heard on the first Tuesday of each month.</p></footer>");

	assert_int_equal(page->verdict, PAGE_IS_ARTICLE);
	assert_string_equal(page->text, TEXT);
	assert_string_equal(page->title, "Boats sail again");
	assert_string_equal(page->author, "Ines Corvell");
}

#define COMMENT "<p>I was awake and felt it all and so did the dog, who hid under the bed.</p>"

static void test_comments_longer_than_the_article_go_by_their_heading(void **state)
{
	const struct web_page *page = extract(*state,
		"<title>Boats sail again</title><div><h1>Boats sail again</h1>" BODY "</div>"
		"<div><h3>12 Comments</h3>" COMMENT COMMENT COMMENT COMMENT COMMENT COMMENT
		"</div>");

	assert_string_equal(page->text, TEXT);
}

static void test_sentences_of_links_stay_and_calls_of_links_go(void **state)
{
	const struct web_page *page = extract(*state,
		"<title>Boats sail again</title><h1>Boats sail again</h1><p>" PARAGRAPH_1 "</p>"
		"<p>In <a href=a>Brevik</a>, <a href=b>the council of the port</a> and "
		"<a href=c>its mayor, Nora Ek</a> met on Monday.</p>"
		"<p>You may also want this: <a href=d>Trams stand still as drivers strike.</a></p>"
		"<p>" PARAGRAPH_2 "</p><p>" PARAGRAPH_3 "</p>");

	assert_string_equal(page->text,
		PARAGRAPH_1 "\nIn Brevik, the council of the port and its mayor, Nora Ek met on "
			    "Monday.\n" PARAGRAPH_2 "\n" PARAGRAPH_3);
}

static void test_breaks_in_a_row_part_paragraphs(void **state)
{
	const struct web_page *page = extract(*state,
		"<table><tr><td><a href=a>Front</a><td><b>Head</b><br><br>" PARAGRAPH_1
		"<br><br>" PARAGRAPH_2 " <br> <br>" PARAGRAPH_3 "</table>");

	assert_non_null(strstr(page->text, TEXT));
}

static void test_hidden_copies_and_links_go(void **state)
{
	const struct web_page *page = extract(*state,
		"<div style='display:none'>" BODY BODY "</div><div>" BODY
		"<p><a href=/x>Why the night trains lost their brakes, and who has to find "
		"them</a></p></div>");

	assert_string_equal(page->text, TEXT);
}

static void test_metadata_come_by_trust(void **state)
{
	const struct web_page *page = extract(*state,
		"<html lang=en-GB><title>x</title>"
		"<meta property=og:title content='Boats &amp; quays'>"
		"<meta property=og:site_name content=Sentinel>"
		"<meta property=og:image content=/lead.jpg>"
		"<meta name=author content='Wrong Name'>"
		"<meta property=article:modified_time content=2025-03-18T09:40:00Z>"
		"<link rel=canonical href=/coast/boats?page=1>"
		"<script type=application/ld+json>{\"@graph\":[{\"@type\":\"NewsArticle\","
		"\"headline\":\"Boats "
		"sail\nagain\",\"datePublished\":\"2025-03-17T10:40:00+01:00\","
		"\"author\":[{\"name\":\"Ines Corvell\"},{\"name\":\"Jo Doe\"}]}]}</script>" BODY);

	assert_string_equal(page->title, "Boats sail again");
	assert_string_equal(page->author, "Ines Corvell, Jo Doe");
	assert_string_equal(page->language, "en-gb");
	assert_string_equal(page->site, "Sentinel");
	assert_string_equal(page->image, "https://news.example/lead.jpg");
	assert_string_equal(page->canonical_url, "https://news.example/coast/boats?page=1");
	assert_date(page->published, "2025-03-17T09:40:00Z");
	assert_date(page->modified, "2025-03-18T09:40:00Z");
}

#define LD(json) "<script type=application/ld+json>" json "</script>"
#define TITLED "<title>Boats sail again | The Sentinel</title>"

static void test_of_several_articles_the_one_under_the_title_counts(void **state)
{
	const struct web_page *page = extract(*state,
		TITLED LD("{\"@type\":\"NewsArticle\",\"headline\":\"Trams stand still\","
			  "\"author\":\"Wrong Name\",\"datePublished\":\"2019-01-01\"}")
			LD("{\"@type\":\"NewsArticle\",\"headline\":\"Boats sail again\","
			   "\"author\":\"Ines Corvell\"}") BODY);

	assert_string_equal(page->author, "Ines Corvell");
	assert_true(page->published == DATE_NONE);
}

static void test_authors_of_a_graph_are_found_by_their_ids(void **state)
{
	const struct web_page *page = extract(*state,
		TITLED LD("{\"@graph\":[{\"@type\":\"Article\",\"author\":[{\"@id\":\"#p\"},"
			  "{\"givenName\":\"Orla\",\"familyName\":\"Penhale\"},"
			  "{\"name\":[\"A. Kerr\"]}]},"
			  "{\"@type\":\"Person\",\"@id\":\"#p\",\"name\":\"Ines Corvell\",}]}")
			BODY);

	assert_string_equal(page->author, "Ines Corvell, Orla Penhale, A. Kerr");
}

static void assert_published(struct fixture *fixture, const char *html, const char *expected)
{
	char text[DATETIME_ZONED_SIZE];
	const struct web_page *page = extract(fixture, html);

	assert_string_equal(
		datetime_format_zoned(page->published, page->published_offset, text), expected);
}

static void test_days_are_those_of_the_pages_zone(void **state)
{
	assert_published(*state,
		"<meta property=article:published_time content=2017-02-23T17:18:13-08:00>" BODY,
		"2017-02-23T17:18:13-08:00");
	assert_published(*state,
		"<meta property=article:published_time content=2017-02-23T23:18:00Z><h1>Boats</h1>"
		"<time datetime=2017-02-24T01:18:07+02:00>24 Feb</time>" BODY,
		"2017-02-24T01:18:00+02:00");
}

static void test_days_before_months_go_by_the_language(void **state)
{
	assert_published(*state, "<html lang=fr><meta name=date content=03/05/2020>" BODY,
		"2020-05-03T00:00:00Z");
	assert_published(*state, "<html lang=en-GB><meta name=date content=03/05/2020>" BODY,
		"2020-05-03T00:00:00Z");
	assert_published(*state, "<html lang=en><meta name=date content=03/05/2020>" BODY,
		"2020-03-05T00:00:00Z");
}

static void test_times_of_changes_and_of_other_articles_do_not_count(void **state)
{
	assert_published(*state,
		TITLED
		"<div class=latest><a href=x>Trams</a><time datetime=2021-01-02></time></div>"
		"<article><h1>Boats sail again</h1>"
		"<time class=updated datetime=2020-06-01></time><div>Updated 4 June 2021</div>"
		"<div>3 May 2020</div>" BODY "</article>"
		"<ul class=more><li><time datetime=2021-01-03></time></ul>",
		"2020-05-03T00:00:00Z");
	assert_published(*state,
		TITLED "<h1>Boats sail again</h1><p class=published>"
		       "<time datetime='2020-05-03 17:19:53 GMT'>3 May 2020 @17:19</time></p>" BODY,
		"2020-05-03T17:19:53Z");
	assert_published(*state, TITLED "<h1>Boats sail again</h1><p class=date>03.05.20</p>" BODY,
		"2020-05-03T00:00:00Z");
}

static void test_properties_of_rdfa_are_read(void **state)
{
	const struct web_page *page = extract(*state,
		TITLED "<h1>Boats sail again</h1><span property=schema:datePublished "
		       "content=2020-05-03></span>"
		       "<p property=author typeof=Person><b property=name>Ines Corvell</b>, "
		       "Crane</p>" BODY);

	assert_string_equal(page->author, "Ines Corvell");
	assert_date(page->published, "2020-05-03T00:00:00Z");
}

/* The date of a change that stands behind so many elements that tell none. */
static int64_t modified_behind(struct fixture *fixture, size_t empty)
{
	const char *items = "";

	for (size_t i = 0; i < empty; i++)
		items = arena_printf(fixture->arena, "%s<i itemprop=dateModified></i>", items);
	items = arena_printf(fixture->arena,
		TITLED "%s<i itemprop=dateModified content=2020-05-03></i>" BODY, items);
	assert_non_null(items);
	return extract(fixture, items)->modified;
}

static void test_few_elements_are_read_for_a_property(void **state)
{
	assert_date(modified_behind(*state, META_ITEMS_MAX - 1), "2020-05-03T00:00:00Z");
	assert_int_equal(modified_behind(*state, META_ITEMS_MAX), DATE_NONE);
}

static void assert_author(struct fixture *fixture, const char *byline, const char *expected)
{
	char html[2048];
	const struct web_page *page;

	(void)snprintf(html, sizeof(html),
		TITLED "<meta property=og:site_name content='The Sentinel'>"
		       "<article><h1>Boats sail again</h1>%s" BODY "</article>",
		byline);
	page = extract(fixture, html);
	assert_string_equal(page->author ? page->author : "", expected);
}

static void test_authors_are_found_where_pages_put_them(void **state)
{
	assert_author(*state,
		"<meta name=author content='Ines Corvell'><meta name=author content='Orla "
		"Penhale'>",
		"Ines Corvell, Orla Penhale");
	assert_author(*state,
		"<meta property=article:author content=https://people.example/ines>"
		"<meta property=article:author content='Ines Corvell'>",
		"Ines Corvell");
	assert_author(*state,
		"<p>By <a rel='author external' href=/a>Ines Corvell</a> and "
		"<a rel=author href=/b>Orla Penhale</a></p>",
		"Ines Corvell, Orla Penhale");
	assert_author(*state,
		"<p><span itemprop=author><b itemprop=name>Ines Corvell</b></span> "
		"<span itemprop=author>Orla Penhale</span></p>",
		"Ines Corvell, Orla Penhale");
	assert_author(*state,
		"<div class=author-info><b>Ines Corvell</b><span>Correspondent</span></div>",
		"Ines Corvell");
	assert_author(*state, "<div><a href=/author/ines>Ines Corvell</a></div>", "Ines Corvell");
	assert_author(
		*state, "<p><b>Boats</b><br>By Ines Corvell, 14 October 2004</p>", "Ines Corvell");
	assert_author(*state,
		"<div class=claim><h4 class=author>The defence ministries of both</h4></div>"
		"<p>By Ines Corvell</p>",
		"Ines Corvell");
	assert_author(*state,
		"<div id=c><p class=comment-author>Nora</p></div><p>Von Ines Corvell</p>",
		"Ines Corvell");
}

static void test_nobody_is_the_author_for_want_of_better_only(void **state)
{
	assert_author(
		*state, "<meta name=author content=admin><p>By Ines Corvell</p>", "Ines Corvell");
	assert_author(*state, "<meta name=author content='The Sentinel'><p>By Ines Corvell</p>",
		"Ines Corvell");
	assert_author(*state, "<meta name=author content='The Sentinel'>", "The Sentinel");
}

static void test_a_sentence_about_an_author_is_no_name(void **state)
{
	assert_author(*state, "<p class=author>the people of the port in the north</p>",
		"the people of the port in the north");
	assert_author(*state, "<p class=author>the people of the port in the far north</p>", "");
}

#define HEADLINE "Boats sail again from the harbour"
#define SITE "<meta property=og:site_name content='The Sentinel'>"

static void assert_title(struct fixture *fixture, const char *head, const char *expected)
{
	char html[2048];

	(void)snprintf(html, sizeof(html), "%s" BODY, head);
	assert_string_equal(extract(fixture, html)->title, expected);
}

static void test_titles_stand_without_a_known_site_whatever_parts_them(void **state)
{
	static const char *const separators[] = {" :: ", " « ", " » ", " ~ ", " * ", " -- ", " → ",
		" // ", " \\ ", " @ ", " ‹ ", " › ", ": ", " | ", " - "};
	char head[512];

	for (size_t i = 0; i < sizeof(separators) / sizeof(*separators); i++) {
		(void)snprintf(head, sizeof(head), SITE "<title>" HEADLINE "%sThe Sentinel</title>",
			separators[i]);
		assert_title(*state, head, HEADLINE);
		(void)snprintf(head, sizeof(head), SITE "<title>The Sentinel%s" HEADLINE "</title>",
			separators[i]);
		assert_title(*state, head, HEADLINE);
	}
}

static void test_titles_are_cut_to_the_heading_that_is_part_of_them(void **state)
{
	assert_title(*state,
		"<meta property=og:title content='" HEADLINE " - Coast - Daily Ledger'>"
		"<h1>" HEADLINE "</h1>",
		HEADLINE);
	assert_title(*state,
		"<title>Daily Ledger - Coast - " HEADLINE "</title><h2>" HEADLINE "</h2>",
		HEADLINE);
	assert_title(*state, "<title>" HEADLINE " - at last</title><h1>" HEADLINE " - at last</h1>",
		HEADLINE " - at last");
	assert_title(*state,
		"<title>Coast Blog | " HEADLINE "</title><h1>Coast Blog</h1><h2>" HEADLINE "</h2>",
		HEADLINE);
}

static void test_a_site_that_is_not_known_is_guessed(void **state)
{
	assert_title(*state,
		"<title>" HEADLINE " | Daily Ledger</title>"
		"<meta property=og:title content='" HEADLINE " | Daily Ledger'>",
		HEADLINE);
	assert_title(*state, "<title>Coast Blog &raquo; Blog Archive &raquo; " HEADLINE "</title>",
		HEADLINE);
	assert_title(*state, SITE "<title>Introducing Ines Corvell, new head at Sentinel</title>",
		"Introducing Ines Corvell, new head at Sentinel");
	assert_title(*state,
		"<title>" HEADLINE " - at last</title>"
		"<meta property=og:title content='" HEADLINE " - at last'>",
		HEADLINE " - at last");
}

static void test_where_all_pages_have_one_title_a_heading_is_it(void **state)
{
	assert_title(*state,
		"<title>Daily Ledger</title><h1>Daily Ledger</h1>"
		"<h2 class=entry-title>" HEADLINE "</h2>",
		HEADLINE);
}

static void test_what_is_absent_is_null(void **state)
{
	const struct web_page *page = extract(*state, BODY);

	assert_null(page->title);
	assert_null(page->author);
	assert_null(page->site);
	assert_null(page->image);
	assert_null(page->canonical_url);
	assert_true(page->published == DATE_NONE);
	assert_true(page->modified == DATE_NONE);
}

static void test_json_ld_body_stands_in_for_a_page_without_text(void **state)
{
	const struct web_page *page = extract(*state,
		"<script type=application/ld+json>{\"@type\":\"Article\",\"articleBody\":"
		"\"" PARAGRAPH_1 "\\n" PARAGRAPH_2 "\"}</script><div id=app></div>");

	assert_string_equal(page->text, PARAGRAPH_1 "\n" PARAGRAPH_2);
	assert_int_equal(page->verdict, PAGE_IS_ARTICLE);
}

static void test_walls_and_empty_pages_are_told(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(extract(fixture, "<div id=app></div>")->verdict, PAGE_IS_EMPTY);
	assert_int_equal(extract(fixture,
				 "<title>Before you continue</title><p>We and our partners use "
				 "cookies and other data. You may consent or refuse; see our "
				 "privacy pages. Cookies keep the site going.</p>")
				 ->verdict,
		PAGE_IS_CONSENT);
	assert_int_equal(extract(fixture,
				 "<title>Just a moment...</title><p>Checking that you are no "
				 "robot before you may see the page that you asked for.</p>")
				 ->verdict,
		PAGE_IS_BLOCKED);
	assert_int_equal(extract(fixture,
				 "<script type=application/ld+json>{\"@type\":\"NewsArticle\","
				 "\"isAccessibleForFree\":false}</script><p>" PARAGRAPH_1
				 "</p><div class=paywall><p>Subscribe to continue</p></div>")
				 ->verdict,
		PAGE_IS_PAYWALL);
}

static void test_other_types_are_refused_with_words(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(extract_typed(fixture, "text/html", "%PDF-1.7 ..."), -EBADMSG);
	assert_string_equal(fixture->reason, "no web page: it is a PDF");
	assert_int_equal(extract_typed(fixture, "image/png", "x"), -EBADMSG);
	assert_non_null(fixture->reason);
	assert_int_equal(extract_typed(fixture, "text/html", ""), -EBADMSG);
	assert_string_equal(fixture->reason, "no web page: it is empty");
}

static void test_text_is_cut_at_its_bound(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_(buffer_free) struct buffer page = BUFFER_INIT(4 * 1024 * 1024);

	while (page.length < PAGE_TEXT_MAX + 64 * 1024)
		(void)buffer_add_string(&page, "<p>" PARAGRAPH_1 "</p>");
	assert_true(strlen(extract(fixture, buffer_string(&page))->text) <= PAGE_TEXT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_text_is_the_article_without_the_page_around_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_comments_longer_than_the_article_go_by_their_heading, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_sentences_of_links_stay_and_calls_of_links_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_breaks_in_a_row_part_paragraphs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hidden_copies_and_links_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_metadata_come_by_trust, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_of_several_articles_the_one_under_the_title_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_authors_of_a_graph_are_found_by_their_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_days_are_those_of_the_pages_zone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_days_before_months_go_by_the_language, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_times_of_changes_and_of_other_articles_do_not_count, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_properties_of_rdfa_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_few_elements_are_read_for_a_property, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_authors_are_found_where_pages_put_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_sentence_about_an_author_is_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_nobody_is_the_author_for_want_of_better_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_titles_stand_without_a_known_site_whatever_parts_them, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_titles_are_cut_to_the_heading_that_is_part_of_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_site_that_is_not_known_is_guessed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_where_all_pages_have_one_title_a_heading_is_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_absent_is_null, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_json_ld_body_stands_in_for_a_page_without_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_walls_and_empty_pages_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_other_types_are_refused_with_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_text_is_cut_at_its_bound, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
