/* The form of the files: what the callbacks get for which text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "config/ini.h"

enum {
	TRACE_MAX = 4 * INI_LINE_MAX,
};

struct trace {
	struct buffer text;
	size_t values_before_failure; /* then -ENOMEM; SIZE_MAX: never */
};

static int on_section(void *userdata, unsigned line, const char *kind, const char *name)
{
	struct trace *trace = userdata;

	(void)buffer_printf(&trace->text, "%u[%s|%s]\n", line, kind, name);
	return 0;
}

static int on_value(void *userdata, unsigned line, const char *key, const char *value)
{
	struct trace *trace = userdata;

	if (trace->values_before_failure-- == 0)
		return -ENOMEM;
	(void)buffer_printf(&trace->text, "%u %s=<%s>\n", line, key, value);
	return 0;
}

static const struct ini_callbacks callbacks = {on_section, on_value};

static void check_bytes(const char *text, size_t length, const char *expected, size_t faults)
{
	struct trace trace = {BUFFER_INIT(TRACE_MAX), SIZE_MAX};
	struct config_errors errors = {0};

	assert_int_equal(ini_read("f", text, length, &errors, &callbacks, &trace), 0);
	assert_string_equal(buffer_string(&trace.text), expected);
	assert_int_equal(errors.count + errors.dropped, faults);
	config_errors_clear(&errors);
	buffer_free(&trace.text);
}

static void check(const char *text, const char *expected, size_t faults)
{
	check_bytes(text, strlen(text), expected, faults);
}

static void test_values_are_raw_to_the_end_of_the_line(void **state)
{
	(void)state;
	check("[T \"t\"]\nQuery=a ; b # c : \"d\" = [e] \\n 'f'  \n",
		"1[T|t]\n2 Query=<a ; b # c : \"d\" = [e] \\n 'f'>\n", 0);
	check("[T]\nQuery  =\t #brexit\t\n", "1[T|]\n2 Query=<#brexit>\n", 0);
	check("[T]\nQuery=\nOther=x", "1[T|]\n2 Query=<>\n3 Other=<x>\n", 0);
	check("[T]\nQuery==US\n", "1[T|]\n2 Query=<=US>\n", 0);
	check("[T]\r\nQuery=a\r\n  b\r\n", "1[T|]\n2 Query=<a b>\n", 0);
}

static void test_indented_lines_continue_a_value(void **state)
{
	(void)state;
	check("[T]\nQuery=a  \n   b\t\n\tc\nNext=1\n", "1[T|]\n2 Query=<a b c>\n5 Next=<1>\n", 0);
	check("[T]\nQuery=\n   b\n", "1[T|]\n2 Query=<b>\n", 0);
	check("[T]\nQuery=a\n\n# comment\n   \n  # no comment\n",
		"1[T|]\n2 Query=<a # no comment>\n", 0);
	check("[T]\nQuery=a\n [U]\n x=y\n", "1[T|]\n2 Query=<a [U] x=y>\n", 0);
}

static void test_names_are_quoted_and_may_hold_anything(void **state)
{
	(void)state;
	check("[T \"a]b\\\"c\\\\d # ; = é\"]\n", "1[T|a]b\"c\\d # ; = é]\n", 0);
	check("[T   \"x\"]  \n", "1[T|x]\n", 0);
	check("\xef\xbb\xbf[T \"after a byte order mark\"]\n", "1[T|after a byte order mark]\n", 0);
}

static void test_names_are_bounded(void **state)
{
	struct buffer text = BUFFER_INIT(2 * INI_NAME_MAX);

	(void)state;
	(void)buffer_add_string(&text, "[T \"");
	for (int i = 0; i < INI_NAME_MAX; i++)
		(void)buffer_add_char(&text, 'n');
	(void)buffer_add_string(&text, "\"]\nA=1\n");
	{
		struct trace trace = {BUFFER_INIT(TRACE_MAX), SIZE_MAX};
		struct config_errors errors = {0};

		assert_int_equal(
			ini_read("f", text.bytes, text.length, &errors, &callbacks, &trace), 0);
		assert_int_equal(errors.count, 0);
		assert_int_equal(trace.text.length, strlen("1[T|]\n2 A=<1>\n") + INI_NAME_MAX);
		buffer_free(&trace.text);
	}
	buffer_reset(&text);
	(void)buffer_add_string(&text, "[T \"");
	for (int i = 0; i < INI_NAME_MAX + 1; i++)
		(void)buffer_add_char(&text, 'n');
	(void)buffer_add_string(&text, "\"]\nA=1\n");
	check_bytes(text.bytes, text.length, "", 1); /* and its values are passed over */
	buffer_free(&text);
}

/* A value of `length` bytes, half of it in a continuation line. */
static void make_long(struct buffer *text, size_t length)
{
	buffer_reset(text);
	(void)buffer_add_string(text, "[T]\nK=");
	for (size_t i = 0; i < length; i++) {
		if (i == length / 2)
			(void)buffer_add_string(text, "\n ");
		else
			(void)buffer_add_char(text, 'v');
	}
	(void)buffer_add_string(text, "\nNext=1\n");
}

static void test_values_are_bounded(void **state)
{
	struct buffer text = BUFFER_INIT(2 * INI_LINE_MAX);
	struct trace trace = {BUFFER_INIT(TRACE_MAX), SIZE_MAX};
	struct config_errors errors = {0};

	(void)state;
	make_long(&text, INI_LINE_MAX - strlen("K="));
	assert_int_equal(ini_read("f", text.bytes, text.length, &errors, &callbacks, &trace), 0);
	assert_int_equal(errors.count, 0);
	assert_int_equal(trace.text.length,
		strlen("1[T|]\n2 K=<>\n4 Next=<1>\n") + INI_LINE_MAX - strlen("K="));
	make_long(&text, INI_LINE_MAX - strlen("K=") + 1);
	check_bytes(text.bytes, text.length, "1[T|]\n4 Next=<1>\n", 1);
	buffer_free(&trace.text);
	buffer_free(&text);
}

static void test_bytes_that_are_no_text_are_refused(void **state)
{
	static const char nul[] = "[T]\nA=x\0y\nB=1\n";

	(void)state;
	check_bytes(nul, sizeof(nul) - 1, "1[T|]\n3 B=<1>\n", 1);
	check("[T]\nA=\xff\nB=1\n", "1[T|]\n3 B=<1>\n", 1);
	check("[T]\nA=\x1b[31m\nB=1\n", "1[T|]\n3 B=<1>\n", 1);
}

static void test_values_of_a_refused_section_are_passed_over(void **state)
{
	(void)state;
	check("[T\nA=1\n[U]\nB=2\n", "3[U|]\n4 B=<2>\n", 1);
	check("A=1\n[U]\nB=2\n", "2[U|]\n3 B=<2>\n", 1);
}

static void test_empty_file_is_good(void **state)
{
	(void)state;
	check("", "", 0);
	check("\n\n# only this\n;\n   \n", "", 0);
}

static void test_failure_of_a_callback_ends_the_reading(void **state)
{
	static const char text[] = "[T]\nA=1\nB=2\nC=3\n";
	struct trace trace = {BUFFER_INIT(TRACE_MAX), 1};
	struct config_errors errors = {0};

	(void)state;
	assert_int_equal(ini_read("f", text, strlen(text), &errors, &callbacks, &trace), -ENOMEM);
	assert_string_equal(buffer_string(&trace.text), "1[T|]\n2 A=<1>\n");
	buffer_free(&trace.text);
}

static void check_place(const char *text, unsigned line, const char *value, size_t offset,
	unsigned expected_line, unsigned expected_column)
{
	struct ini_place place = {0};

	assert_int_equal(ini_place_find(text, strlen(text), line, value, offset, &place), 0);
	assert_int_equal(place.line, expected_line);
	assert_int_equal(place.column, expected_column);
}

static void test_parts_of_values_are_found_in_the_file(void **state)
{
	static const char text[] = "[T]\nA = ab \xC3\xA9 c\n  de f\n# no\n\n\tg\nB=\n  x y\nC=z\n";
	static const char a[] = "ab \xC3\xA9 c de f g";
	struct ini_place place;

	(void)state;
	check_place(text, 2, a, 0, 2, 5);
	check_place(text, 2, a, strlen("ab \xC3\xA9 "), 2, 10);
	check_place(text, 2, a, strlen("ab \xC3\xA9 c "), 3, 3);
	check_place(text, 2, a, strlen("ab \xC3\xA9 c de "), 3, 6);
	check_place(text, 2, a, strlen(a) - 1, 6, 2);
	check_place(text, 7, "x y", 2, 8, 5);
	assert_int_equal(ini_place_find(text, strlen(text), 9, "zz", 1, &place), -ENOENT);
	assert_int_equal(ini_place_find(text, strlen(text), 1, "T", 0, &place), -ENOENT);
	assert_int_equal(ini_place_find(text, strlen(text), 99, "z", 0, &place), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_raw_to_the_end_of_the_line),
		cmocka_unit_test(test_indented_lines_continue_a_value),
		cmocka_unit_test(test_names_are_quoted_and_may_hold_anything),
		cmocka_unit_test(test_names_are_bounded),
		cmocka_unit_test(test_values_are_bounded),
		cmocka_unit_test(test_bytes_that_are_no_text_are_refused),
		cmocka_unit_test(test_values_of_a_refused_section_are_passed_over),
		cmocka_unit_test(test_empty_file_is_good),
		cmocka_unit_test(test_failure_of_a_callback_ends_the_reading),
		cmocka_unit_test(test_parts_of_values_are_found_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
