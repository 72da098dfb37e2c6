/* Two texts side by side: which sentences meet, what is marked, how wide it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/side_by_side.h"

static char *print(const char *left, const char *right, size_t width, bool colours)
{
	const struct side_options options = {width, colours};
	const struct side_text a = {.head = "a.txt", .title = "Same", .text = left};
	const struct side_text b = {.head = "b.txt", .title = "Same", .text = right};
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	assert_int_equal(side_by_side_print(&a, &b, &options, stream), 0);
	assert_int_equal(fclose(stream), 0);
	return text;
}

/* The rows below the head and the title. */
static void check(const char *left, const char *right, const char *expected)
{
	static const char head[] = "a.txt                          b.txt\n"
				   "Same                           Same\n";
	char *text = print(left, right, 60, false);

	assert_memory_equal(text, head, strlen(head));
	assert_string_equal(text + strlen(head), expected);
	free(text);
}

static void test_same_sentences_meet(void **state)
{
	(void)state;
	check("One two three. Four five six.", "One two three. Four five six.",
		"One two three.                 One two three.\n"
		"Four five six.                 Four five six.\n");
}

static void test_changed_sentences_meet_and_are_marked(void **state)
{
	(void)state;
	check("Police arrested 34 people.", "Police arrested 57 people.",
		"Police arrested 34 people.   | Police arrested 57 people.\n");
}

static void test_sentences_of_one_side_stand_alone(void **state)
{
	(void)state;
	check("One two three. Four five six.", "Nothing alike. Four five six. Seven eight.",
		"One two three.               <\n"
		"                             > Nothing alike.\n"
		"Four five six.                 Four five six.\n"
		"                             > Seven eight.\n");
	check("One two three.", NULL, "One two three.               <\n");
}

static void test_long_sentences_are_folded_in_their_column(void **state)
{
	(void)state;
	check("aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd", "aaaaaaaaa bbbbbbbbb ccccccccc eee",
		"aaaaaaaaa bbbbbbbbb          | aaaaaaaaa bbbbbbbbb\n"
		"ccccccccc ddddddddd          | ccccccccc eee\n");
}

static void test_wide_characters_take_two_columns(void **state)
{
	(void)state;
	check("\xE6\x9D\xB1\xE4\xBA\xAC", "\xE6\x9D\xB1\xE4\xBA\xAC",
		"\xE6\x9D\xB1\xE4\xBA\xAC                           "
		"\xE6\x9D\xB1\xE4\xBA\xAC\n");
}

static void test_endless_words_are_broken(void **state)
{
	(void)state;
	check("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
		"aaaaaaaaaaaaaaaaaaaa         <\n"
		"aaaaaaaaaaaaaaaaaa           <\n");
}

static void test_words_that_differ_are_coloured(void **state)
{
	char *text = print("ab cd ef gh", "ab cd XX gh", 60, true);

	(void)state;
	assert_non_null(strstr(text,
		"ab cd \033[31mef\033[0m gh                  | ab cd "
		"\033[32mXX\033[0m gh\n"));
	free(text);
}

static void test_nothing_steers_the_terminal(void **state)
{
	char *text = print("a\033[31mb \xE2\x80\xAEx", "c\xC2\x9B", 60, false);

	(void)state;
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\xC2\x9B"));
	assert_null(strstr(text, "\xE2\x80\xAE"));
	free(text);
}

static void test_length_is_bounded_and_that_is_said(void **state)
{
	const size_t words = SIDE_WORDS_MAX + 10;
	char *long_text = malloc(2 * words + 1);
	char *text;

	(void)state;
	assert_non_null(long_text);
	for (size_t i = 0; i < words; i++)
		memcpy(long_text + 2 * i, "w ", 3);
	text = print(long_text, "w", 0, false);
	assert_non_null(strstr(text, "(The left text goes on; so much is compared.)\n"));
	assert_null(strstr(text, "right text goes on"));
	free(text);
	for (size_t i = 0; i < words; i += 2)
		memcpy(long_text + 2 * i, "w\nw\n", 4);
	text = print("w", long_text, 0, false);
	assert_non_null(strstr(text, "(The right text goes on; so much is compared.)\n"));
	free(text);
	free(long_text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_sentences_meet),
		cmocka_unit_test(test_changed_sentences_meet_and_are_marked),
		cmocka_unit_test(test_sentences_of_one_side_stand_alone),
		cmocka_unit_test(test_long_sentences_are_folded_in_their_column),
		cmocka_unit_test(test_wide_characters_take_two_columns),
		cmocka_unit_test(test_endless_words_are_broken),
		cmocka_unit_test(test_words_that_differ_are_coloured),
		cmocka_unit_test(test_nothing_steers_the_terminal),
		cmocka_unit_test(test_length_is_bounded_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
