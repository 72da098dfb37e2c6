#include "cli/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Prints a table of three columns with these cells. */
static char *print_cells(size_t width, const char *const *cells, size_t count)
{
	static const char *const heads[] = {"NAME", ">N", "NOTE", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	assert_int_equal(table_new(heads, &table), 0);
	for (size_t i = 0; i < count; i++)
		table_add(table, cells[i]);
	assert_int_equal(table_print(table, stream, width), 0);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void check(size_t width, const char *const *cells, size_t count, const char *expected)
{
	_cleanup_(freep) char *text = print_cells(width, cells, count);

	assert_string_equal(text, expected);
}

static void test_columns_are_as_wide_as_needed(void **state)
{
	static const char *const cells[] = {"a", "1", "first", "日本", "1000", NULL};

	(void)state;
	check(0, cells, ARRAY_SIZE(cells),
		"NAME     N  NOTE\n"
		"a        1  first\n"
		"日本  1000\n");
}

static void test_empty_table_is_its_heads(void **state)
{
	(void)state;
	check(0, NULL, 0, "NAME  N  NOTE\n");
}

static void test_widest_column_gives_way_to_the_terminal(void **state)
{
	static const char *const cells[] = {
		"a short name", "1", "a very long note that does not fit at all"};

	(void)state;
	check(40, cells, ARRAY_SIZE(cells),
		"NAME          N  NOTE\n"
		"a short name  1  a very long note that …\n");
	check(24, cells, ARRAY_SIZE(cells),
		"NAME        N  NOTE\n"
		"a short n…  1  a very l…\n");
	/* Columns keep a least width, also where the terminal is narrower. */
	check(5, cells, ARRAY_SIZE(cells),
		"NAME      N  NOTE\n"
		"a short…  1  a very …\n");
}

static void test_ids_are_never_cut(void **state)
{
	static const char *const heads[] = {"=ID", "TITLE", NULL};
	_cleanup_(table_freep) struct table *table = NULL;
	_cleanup_(freep) char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	(void)state;
	assert_int_equal(table_new(heads, &table), 0);
	table_add(table, "01M80G4A2FPAXTJN5MQ3ZSS03D");
	table_add(table, "A title that gives way");
	assert_int_equal(table_print(table, stream, 40), 0);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(text,
		"ID                          TITLE\n"
		"01M80G4A2FPAXTJN5MQ3ZSS03D  A title tha…\n");
}

static void test_cells_are_clean(void **state)
{
	static const char *const cells[] = {"a\nb\x1b[2J", "1", "x"};

	(void)state;
	check(0, cells, ARRAY_SIZE(cells),
		"NAME     N  NOTE\n"
		"a b [2J  1  x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_as_wide_as_needed),
		cmocka_unit_test(test_empty_table_is_its_heads),
		cmocka_unit_test(test_widest_column_gives_way_to_the_terminal),
		cmocka_unit_test(test_ids_are_never_cut),
		cmocka_unit_test(test_cells_are_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
