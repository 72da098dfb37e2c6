#include "config/opml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "config/ini.h"

enum {
	ARENA_BYTES = 16 * 1024 * 1024,
	TRACE_MAX = 1024 * 1024,
};

static int on_outline(const struct outline *outline, void *userdata)
{
	struct buffer *trace = userdata;

	(void)buffer_printf(trace, "%u %s <%s>", outline->line, outline->name, outline->url);
	for (const char **tag = outline->tags; *tag; tag++)
		(void)buffer_printf(trace, " %s", *tag);
	(void)buffer_add_char(trace, '\n');
	return 0;
}

/* Returns what the outlines came to, to be freed; *ret_faults how much was wrong. */
static char *read_list(const char *text, size_t *ret_faults)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct buffer trace = BUFFER_INIT(TRACE_MAX);
	struct config_errors errors = {0};

	assert_int_equal(arena_new(ARENA_BYTES, &arena), 0);
	assert_int_equal(
		opml_read("list.opml", text, strlen(text), arena, &errors, on_outline, &trace), 0);
	*ret_faults = errors.count;
	config_errors_clear(&errors);
	return buffer_take(&trace);
}

static void check(const char *text, const char *expected, size_t faults)
{
	size_t found;
	_cleanup_(freep) char *got = read_list(text, &found);

	assert_string_equal(got, expected);
	assert_int_equal(found, faults);
}

static void test_nested_outlines_become_tags(void **state)
{
	(void)state;
	check("<opml version='2.0'><body>\n<outline text='World  News'>\n"
	      "<outline text='A' xmlUrl='http://a/'/>\n<outline text='Asia'>"
	      "<outline text='B' xmlUrl='http://b/'/></outline></outline>\n"
	      "<outline text='C' xmlUrl='http://c/'/></body></opml>",
		"3 A <http://a/> World-News\n4 B <http://b/> World-News Asia\n5 C <http://c/>\n",
		0);
}

static void test_categories_become_tags(void **state)
{
	(void)state;
	check("<opml><body><outline text='A' xmlUrl='http://a/' category='/Wire/Far "
	      "East,,wire'/></body></opml>",
		"1 A <http://a/> Wire Far-East wire\n", 0);
}

static void test_name_falls_back_on_title_and_url(void **state)
{
	(void)state;
	check("<opml><body><outline title=' T&#10;x ' text='' xmlUrl='http://a/'/>"
	      "<outline xmlUrl=' http://b/ '/></body></opml>",
		"1 T x <http://a/>\n1 http://b/ <http://b/>\n", 0);
}

static void test_comments_are_no_feeds(void **state)
{
	(void)state;
	check("<opml><body><outline isComment='true' text='x'><outline text='A' "
	      "xmlUrl='http://a/'/></outline><outline text='B' xmlUrl='http://b/'/></body></opml>",
		"1 B <http://b/>\n", 0);
}

static void test_feeds_with_outlines_inside_are_no_tags(void **state)
{
	(void)state;
	check("<opml><body><outline text='A' xmlUrl='http://a/'><outline text='B' "
	      "xmlUrl='http://b/'/></outline></body></opml>",
		"1 A <http://a/>\n1 B <http://b/>\n", 0);
}

static void test_long_names_are_cut_at_a_character(void **state)
{
	struct buffer text = BUFFER_INIT(TRACE_MAX);
	size_t faults;
	char *got;

	(void)state;
	(void)buffer_add_string(&text, "<opml><body><outline xmlUrl='http://a/' text='x");
	for (int i = 0; i < INI_NAME_MAX; i++)
		(void)buffer_add_string(&text, "é");
	(void)buffer_add_string(&text, "'/></body></opml>");
	got = read_list(text.bytes, &faults);
	assert_int_equal(faults, 0);
	assert_int_equal(strlen(got), strlen("1  <http://a/>\n") + INI_NAME_MAX - 1);
	free(got);
	buffer_free(&text);
}

static void test_external_entities_are_not_loaded(void **state)
{
	(void)state;
	check("<!DOCTYPE opml [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><opml><body>"
	      "<outline text='A' xmlUrl='http://a/'>&x;</outline></body></opml>",
		"", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested_outlines_become_tags),
		cmocka_unit_test(test_categories_become_tags),
		cmocka_unit_test(test_name_falls_back_on_title_and_url),
		cmocka_unit_test(test_comments_are_no_feeds),
		cmocka_unit_test(test_feeds_with_outlines_inside_are_no_tags),
		cmocka_unit_test(test_long_names_are_cut_at_a_character),
		cmocka_unit_test(test_external_entities_are_not_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
