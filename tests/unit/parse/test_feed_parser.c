#include "parse/feed_parser.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parse/feed_json.h"

/* A feed of the test's own, in the caller's hands until the next. */
struct fixture {
	struct arena *arena;
	struct parsed_feed feed;
	const char *reason;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	*state = fixture;
	return parse_prepare() < 0 ? -1 : arena_new(ROUND_BYTES_MAX, &fixture->arena);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	arena_free(fixture->arena);
	free(fixture);
	return 0;
}

static int parse_bytes(struct fixture *fixture, const char *bytes, size_t length,
	const char *content_type, const struct digest *known, size_t known_count)
{
	struct document document = {
		.url = (char *)"https://feed.example/dir/feed.xml",
		.content_type = (char *)content_type,
		.bytes = (char *)bytes,
		.length = length,
	};

	return feed_parse(
		&document, known, known_count, fixture->arena, &fixture->feed, &fixture->reason);
}

static int parse_text(struct fixture *fixture, const char *text)
{
	arena_reset(fixture->arena);
	return parse_bytes(fixture, text, strlen(text), NULL, NULL, 0);
}

static int read_file(const char *path, struct buffer *bytes)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "rbe");
	char chunk[4096];
	size_t count;

	if (!file)
		return -errno;
	while ((count = fread(chunk, 1, sizeof(chunk), file)) > 0)
		(void)buffer_add(bytes, chunk, count);
	return bytes->failed;
}

static void check_golden(struct fixture *fixture, const char *name)
{
	struct buffer input = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	struct document document = {0};
	char path[512];
	json_t *expected;
	json_t *actual;

	arena_reset(fixture->arena);
	(void)snprintf(path, sizeof(path), TEST_DATA "/%s.in", name);
	assert_int_equal(read_file(path, &input), 0);
	document.bytes = input.bytes;
	document.length = input.length;
	assert_int_equal(
		feed_parse(&document, NULL, 0, fixture->arena, &fixture->feed, &fixture->reason),
		0);
	(void)snprintf(path, sizeof(path), TEST_DATA "/%s.json", name);
	expected = json_load_file(path, 0, NULL);
	actual = parsed_feed_to_json(&fixture->feed);
	if (!json_equal(expected, actual)) {
		(void)json_dumpf(actual, stderr, JSON_INDENT(1));
		fail_msg("%s is not read as expected", name);
	}
	json_decref(expected);
	json_decref(actual);
	buffer_free(&input);
}

static void test_documents_are_read_as_their_golden_files_say(void **state)
{
	DIR *directory = opendir(TEST_DATA);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		char *dot = strrchr(entry->d_name, '.');
		char name[256];

		if (!dot || strcmp(dot, ".in") != 0)
			continue;
		(void)snprintf(
			name, sizeof(name), "%.*s", (int)(dot - entry->d_name), entry->d_name);
		check_golden(*state, name);
		count++;
	}
	(void)closedir(directory);
	assert_true(count >= 18);
}

static void test_what_is_no_feed_is_refused_with_a_reason(void **state)
{
	static const char *const documents[] = {"", " \n", "plain text", "\x89PNG\r\n\x1A\n",
		"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<?xml version=\"1.0\"?>", "{}",
		"{\"version\":\"https://jsonfeed.org/version/1\"", "[1,2]", "<opml/>",
		"<urlset><url><loc>http://e.example/</loc></url></urlset>", "<!-- <rss>",
		"<html><body>x</body></html>", "<channel><foo/></channel>", "<entry><foo/></entry>",
		"<feed xmlns=\"http://other.example/\"><x/></feed>",
		"<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>",
		"{\"items\":[]}", "[[[", "\"text\"", "var a = {\"b\":1};"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		assert_int_equal(parse_text(fixture, documents[i]), -EBADMSG);
		assert_string_not_equal(fixture->reason, "");
	}
}

static void test_the_reason_names_what_came_instead(void **state)
{
	static const struct {
		const char *document;
		const char *word;
	} cases[] = {{"%PDF-1.4", "PDF"}, {"\x89PNG\r\n", "PNG"}, {"\xFF\xD8\xFF\xE0", "JPEG"},
		{"GIF89a<rss/>", "GIF"}, {"PK\3\4 a.xml <rss/>", "ZIP"}, {" \n ", "empty"},
		{"<opml/>", "<opml>"}, {"<opml><head/><body/></opml>", "<opml>"},
		{"<!doctype html>\n<!-- x --><p>text", "HTML"}, {"<channel/>", "<channel>"},
		{"[1]", "JSON"}, {"text <\"'=> text", "neither XML nor JSON"}};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_text(fixture, cases[i].document), -EBADMSG);
		if (!strstr(fixture->reason, cases[i].word))
			fail_msg("%s: %s", cases[i].word, fixture->reason);
	}
}

static void test_an_html_page_names_the_feeds_it_links_to(void **state)
{
	static const char page[] =
		"<!doctype html><html><head><link rel=stylesheet href=x.css>"
		"<link rel=\"alternate\" type=\"application/rss+xml\" href=\"rss?a=1&amp;b=2\">"
		"<LINK REL='alternate' HREF='/atom' TYPE='application/atom+xml'>"
		"<link rel=alternate hreflang=de href=/de></head></html>";
	struct fixture *fixture = *state;

	assert_int_equal(parse_text(fixture, page), -EBADMSG);
	assert_int_equal(fixture->feed.alternate_count, 2);
	assert_string_equal(fixture->feed.alternates[0], "https://feed.example/dir/rss?a=1&b=2");
	assert_string_equal(fixture->feed.alternates[1], "https://feed.example/atom");
	assert_non_null(strstr(fixture->reason, "https://feed.example/dir/rss"));
	assert_int_equal(parse_text(fixture,
				 "<title>No root</title>"
				 "<link rel=alternate type=application/rss+xml href=/rss>"),
		-EBADMSG);
	assert_int_equal(fixture->feed.alternate_count, 1);
	assert_non_null(strstr(fixture->reason, "https://feed.example/rss"));
}

static void test_a_sitemap_index_gives_its_sitemaps_newest_first(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		parse_text(fixture,
			"<sitemapindex><sitemap><loc>http://e.example/1.xml</loc></sitemap>"
			"<sitemap><loc>http://e.example/2.xml</loc><lastmod>2024-05-01</lastmod>"
			"</sitemap><sitemap><lastmod>2024-05-03</lastmod>"
			"<loc>http://e.example/3.xml</loc></sitemap></sitemapindex>"),
		0);
	assert_int_equal(fixture->feed.entry_count, 0);
	assert_int_equal(fixture->feed.child_count, 3);
	assert_string_equal(fixture->feed.children[0].url, "http://e.example/3.xml");
	assert_string_equal(fixture->feed.children[1].url, "http://e.example/2.xml");
	assert_true(fixture->feed.children[1].updated == 1714521600);
	assert_string_equal(fixture->feed.children[2].url, "http://e.example/1.xml");
	assert_true(fixture->feed.children[2].updated == DATE_NONE);
}

static void test_a_large_sitemap_index_gives_the_newest(void **state)
{
	struct fixture *fixture = *state;
	char text[4096] = "<sitemapindex>";
	size_t used = strlen(text);

	for (unsigned i = 0; i < CHILDREN_MAX + 3; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"<sitemap><loc>http://e.example/%u.xml</loc><lastmod>2024-05-%02u</lastmod>"
			"</sitemap>",
			i, i + 1);
	assert_int_equal(parse_text(fixture, text), 0);
	assert_int_equal(fixture->feed.child_count, CHILDREN_MAX);
	assert_string_equal(fixture->feed.children[0].url, "http://e.example/12.xml");
	assert_string_equal(fixture->feed.children[CHILDREN_MAX - 1].url, "http://e.example/3.xml");
}

static void test_known_entries_are_left_out_and_counted(void **state)
{
	static const char first[] = "<rss><channel><item><title>One</title></item>"
				    "<item><title>Two</title><slash:comments>5</slash:comments>"
				    "</item></channel></rss>";
	static const char second[] =
		"<rss><channel><item><title>New</title></item><item><title>One</title></item>"
		"<item><title>Two</title><slash:comments>6</slash:comments></item></channel></rss>";
	struct fixture *fixture = *state;
	struct digest known[2];

	assert_int_equal(parse_text(fixture, first), 0);
	assert_int_equal(fixture->feed.entry_count, 2);
	known[0] = fixture->feed.entries[0].digest;
	known[1] = fixture->feed.entries[1].digest;
	qsort(known, 2, sizeof(known[0]), digest_compare);
	assert_int_equal(parse_bytes(fixture, second, sizeof(second) - 1, NULL, known, 2), 0);
	assert_int_equal(fixture->feed.known_count, 2);
	assert_int_equal(fixture->feed.entry_count, 1);
	assert_string_equal(fixture->feed.entries[0].title, "New");
}

static void test_known_entries_are_known_in_broken_feeds_too(void **state)
{
	static const char text[] = "<rss><channel><item><title>A & B</title></item>"
				   "<item><title>Two</item></channel>";
	struct fixture *fixture = *state;
	struct digest known[2];

	assert_int_equal(parse_text(fixture, text), 0);
	assert_int_equal(fixture->feed.entry_count, 2);
	assert_true(fixture->feed.diagnosis_count > 0);
	known[0] = fixture->feed.entries[0].digest;
	known[1] = fixture->feed.entries[1].digest;
	qsort(known, 2, sizeof(known[0]), digest_compare);
	assert_int_equal(parse_bytes(fixture, text, sizeof(text) - 1, NULL, known, 2), 0);
	assert_int_equal(fixture->feed.entry_count, 0);
	assert_int_equal(fixture->feed.known_count, 2);
}

static void test_the_newest_entries_are_kept(void **state)
{
	struct buffer text = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	struct fixture *fixture = *state;
	enum { MOST = 5000, COUNT = 2 * MOST + 500 };

	/* The oldest first, one a minute. */
	(void)buffer_add_string(&text, "<rss><channel>");
	for (int i = 0; i < COUNT; i++)
		(void)buffer_printf(&text,
			"<item><guid>%d</guid><pubDate>2024-01-%02dT%02d:%02d:00Z</pubDate></item>",
			i, 1 + i / 1440, i / 60 % 24, i % 60);
	(void)buffer_add_string(&text, "</channel></rss>");
	assert_int_equal(parse_text(fixture, text.bytes), 0);
	assert_true(fixture->feed.truncated);
	assert_int_equal(fixture->feed.entry_count, MOST);
	assert_string_equal(fixture->feed.entries[0].id, "5500");
	assert_string_equal(fixture->feed.entries[MOST - 1].id, "10499");
	buffer_free(&text);
}

static void test_texts_are_cut_at_their_limits(void **state)
{
	struct buffer text = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	struct fixture *fixture = *state;

	(void)buffer_add_string(&text, "<rss><channel><item><title>");
	for (int i = 0; i < ENTRY_TITLE_MAX; i++)
		(void)buffer_add_string(&text, "\xC3\xA9");
	(void)buffer_add_string(&text, "</title><description>");
	for (int i = 0; i < ENTRY_TEXT_MAX / 4; i++)
		(void)buffer_add_string(&text, "words ");
	(void)buffer_add_string(&text, "</description>");
	for (int i = 0; i < 2 * ENTRY_CATEGORIES_MAX; i++)
		(void)buffer_printf(&text, "<category>c%d</category>", i);
	(void)buffer_add_string(&text, "</item></channel></rss>");
	assert_int_equal(parse_text(fixture, text.bytes), 0);
	assert_int_equal(strlen(fixture->feed.entries[0].title), ENTRY_TITLE_MAX);
	assert_in_range(
		strlen(fixture->feed.entries[0].summary), ENTRY_TEXT_MAX - 8, ENTRY_TEXT_MAX);
	assert_int_equal(fixture->feed.entries[0].category_count, ENTRY_CATEGORIES_MAX);
	buffer_free(&text);
}

static void test_nothing_outside_of_the_document_is_read(void **state)
{
	static const char text[] =
		"<!DOCTYPE rss SYSTEM \"file:///etc/passwd\" ["
		"<!ENTITY file SYSTEM \"file:///etc/passwd\"><!ENTITY % p SYSTEM "
		"\"file:///etc/passwd\"> %p;"
		"<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
		"<rss xmlns:xi=\"http://www.w3.org/2001/XInclude\"><channel><title>&file;&b;"
		"<xi:include href=\"file:///etc/passwd\" parse=\"text\"/></title></channel></rss>";
	struct fixture *fixture = *state;

	assert_int_equal(parse_text(fixture, text), 0);
	assert_string_equal(fixture->feed.channel.title, "&file;&b;");
}

static void test_depth_and_tags_are_bounded(void **state)
{
	struct buffer text = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	struct fixture *fixture = *state;

	(void)buffer_add_string(&text, "<rss><channel><title>deep</title>");
	for (int i = 0; i < 100000; i++)
		(void)buffer_add_string(&text, "<x>");
	assert_int_equal(parse_text(fixture, text.bytes), 0);
	assert_string_equal(fixture->feed.channel.title, "deep");
	buffer_reset(&text);
	(void)buffer_add_string(&text, "<rss><channel><title>wide</title><item ");
	for (int i = 0; i < 200000; i++)
		(void)buffer_printf(&text, "a%d='' xmlns:n%d='u' ", i, i);
	(void)buffer_add_string(&text, "/></channel></rss>");
	assert_int_equal(parse_text(fixture, text.bytes), 0);
	assert_string_equal(fixture->feed.channel.title, "wide");
	buffer_free(&text);
}

/* What would be quadratic if it were looked for again and again: minutes, and the test's time-out.
 */
static void test_hostile_documents_take_linear_time(void **state)
{
	static const char *const pieces[] = {"<!--", "<!x", "<a b=\"", "<item>", "&a", "</", "<?x",
		"<![CDATA[", "<link rel=alternate ", "<item a='", "<!ENTITY a '", "<p>"};
	static const char *const heads[] = {"<rss><channel>", "<!DOCTYPE rss [", "<html>", ""};
	enum { LENGTH = 512 * 1024 };
	struct fixture *fixture = *state;
	struct buffer text = BUFFER_INIT(DOCUMENT_BYTES_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(pieces) * ARRAY_SIZE(heads); i++) {
		buffer_reset(&text);
		(void)buffer_add_string(&text, heads[i % ARRAY_SIZE(heads)]);
		while (text.length < LENGTH)
			(void)buffer_add_string(&text, pieces[i / ARRAY_SIZE(heads)]);
		(void)parse_text(fixture, text.bytes);
	}
	buffer_free(&text);
}

static void test_an_arena_that_is_too_small_is_said(void **state)
{
	static const char text[] = "<rss><channel><title>t</title><item><title>One</title></item>"
				   "</channel></rss>";
	struct document document = {.bytes = (char *)text, .length = sizeof(text) - 1};
	struct fixture *fixture = *state;

	for (size_t limit = 0; limit < 128; limit += 16) {
		_cleanup_(arena_freep) struct arena *small = NULL;

		assert_int_equal(arena_new(limit, &small), 0);
		assert_int_equal(
			feed_parse(&document, NULL, 0, small, &fixture->feed, &fixture->reason),
			-ENOMEM);
	}
}

static void test_the_charset_is_found_by_precedence(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *content_type;
		const char *title;
	} cases[] = {
#define CASE(text, type, title) {text, sizeof(text) - 1, type, title}
		/* A byte order mark before the header, the header before the declaration. */
		CASE("\xEF\xBB\xBF<rss><channel><title>\xC3\xA9</title></channel></rss>",
			"text/xml; charset=koi8-r", "\u00E9"),
		CASE("<?xml version='1.0' "
		     "encoding='windows-1252'?><rss><channel><title>\xC1</title>"
		     "</channel></rss>",
			"text/xml; charset=\"KOI8-R\"", "\u0430"),
		CASE("<?xml version='1.0' "
		     "encoding='windows-1251'?><rss><channel><title>\xE0</title>"
		     "</channel></rss>",
			"text/xml", "\u0430"),
		/* What the bytes belie, and what nobody knows. */
		CASE("<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><title>\xC3\xA9"
		     "</title></channel></rss>",
			NULL, "\u00E9"),
		CASE("<?xml version='1.0' encoding='x-nonsense'?><rss><channel><title>\xC3\xA9"
		     "</title></channel></rss>",
			NULL, "\u00E9"),
		CASE("<?xml version='1.0' encoding='utf-16'?><rss><channel><title>a</title>"
		     "</channel></rss>",
			NULL, "a"),
		CASE("<rss><channel><title>\x93"
		     "a\x94</title></channel></rss>",
			NULL, "\u201Ca\u201D"),
#undef CASE
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_bytes(fixture, cases[i].text, cases[i].length,
					 cases[i].content_type, NULL, 0),
			0);
		assert_string_equal(fixture->feed.channel.title, cases[i].title);
	}
}

/* Where each costs the length of the document again, this takes minutes. */
static void test_faults_beyond_the_bound_are_left_out_and_cost_little(void **state)
{
	static const char item[] = "<item><title>x</title><pubDate>no date</pubDate></item>\n";
	enum {
		ITEMS = 50 * 1000,
	};
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(DOCUMENT_BYTES_MAX);
	struct fixture *fixture = *state;

	(void)buffer_add_string(&text, "<rss version='2.0'><channel><title>t</title>\n");
	for (size_t i = 0; i < ITEMS; i++)
		(void)buffer_add_string(&text, item);
	(void)buffer_add_string(&text, "</channel></rss>");
	assert_int_equal(text.failed, 0);
	arena_reset(fixture->arena);
	assert_int_equal(parse_bytes(fixture, text.bytes, text.length, NULL, NULL, 0), 0);
	assert_int_equal(fixture->feed.entry_count, ENTRIES_MAX);
	assert_int_equal(fixture->feed.diagnosis_count, DIAGNOSES_MAX);
	for (unsigned i = 0; i < DIAGNOSES_MAX; i++)
		assert_int_equal(fixture->feed.diagnoses[i].line, i + 2);
}

static void test_what_was_wrong_is_diagnosed_with_its_line(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_text(fixture,
				 "<?xml version='1.0'?>\n<rss><channel>\n"
				 "<item><title>a & b</title></item></channel></rss>"),
		0);
	assert_int_equal(fixture->feed.diagnosis_count, 1);
	assert_int_equal(fixture->feed.diagnoses[0].line, 3);
	assert_non_null(strstr(fixture->feed.diagnoses[0].words, "not well-formed"));
	assert_int_equal(parse_text(fixture,
				 "<rss><channel>\n<item><![CDATA[\n\n]]>\n"
				 "<pubDate>no date</pubDate></item></channel></rss>"),
		0);
	assert_int_equal(fixture->feed.diagnosis_count, 1);
	assert_int_equal(fixture->feed.diagnoses[0].line, 5);
	assert_non_null(strstr(fixture->feed.diagnoses[0].words, "no date"));
}

static void test_hints_about_polling_are_read(void **state)
{
	struct fixture *fixture = *state;
	const struct channel_hints *hints = &fixture->feed.channel.hints;

	assert_int_equal(
		parse_text(fixture,
			"<rss><channel><ttl>90</ttl><skipHours><hour>1</hour><hour>2</hour>"
			"<hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
			"<sy:updatePeriod>daily</sy:updatePeriod>"
			"<sy:updateFrequency>4</sy:updateFrequency></channel></rss>"),
		0);
	assert_int_equal(hints->ttl_minutes, 90);
	assert_int_equal(hints->update_minutes, 360);
	assert_int_equal(hints->skip_hours, 1 << 1 | 1 << 2 | 1 << 0);
	assert_int_equal(hints->skip_days, 1);
	assert_false(hints->expired);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents_are_read_as_their_golden_files_say),
		cmocka_unit_test(test_what_is_no_feed_is_refused_with_a_reason),
		cmocka_unit_test(test_the_reason_names_what_came_instead),
		cmocka_unit_test(test_an_html_page_names_the_feeds_it_links_to),
		cmocka_unit_test(test_a_sitemap_index_gives_its_sitemaps_newest_first),
		cmocka_unit_test(test_a_large_sitemap_index_gives_the_newest),
		cmocka_unit_test(test_known_entries_are_left_out_and_counted),
		cmocka_unit_test(test_known_entries_are_known_in_broken_feeds_too),
		cmocka_unit_test(test_the_newest_entries_are_kept),
		cmocka_unit_test(test_texts_are_cut_at_their_limits),
		cmocka_unit_test(test_nothing_outside_of_the_document_is_read),
		cmocka_unit_test(test_depth_and_tags_are_bounded),
		cmocka_unit_test(test_hostile_documents_take_linear_time),
		cmocka_unit_test(test_an_arena_that_is_too_small_is_said),
		cmocka_unit_test(test_the_charset_is_found_by_precedence),
		cmocka_unit_test(test_faults_beyond_the_bound_are_left_out_and_cost_little),
		cmocka_unit_test(test_what_was_wrong_is_diagnosed_with_its_line),
		cmocka_unit_test(test_hints_about_polling_are_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
