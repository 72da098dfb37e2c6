#include "extract/byline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(
	const char *(*read)(const char *, struct arena *), const char *text, const char *expected)
{
	struct arena *arena;
	const char *found;

	assert_int_equal(arena_new(64 * 1024, &arena), 0);
	found = read(text, arena);
	assert_string_equal(found ? found : "", expected);
	arena_free(arena);
}

static void names(const char *text, const char *expected)
{
	check(byline_names, text, expected);
}

static void find(const char *line, const char *expected)
{
	check(byline_find, line, expected);
}

static void test_names_stand_without_what_is_around_them(void **state)
{
	(void)state;
	names("By Ines Corvell", "Ines Corvell");
	names("By INES CORVELL | 3 May 2020", "INES CORVELL");
	names("Ines Corvell and Orla Penhale", "Ines Corvell and Orla Penhale");
	names("Ines Corvell, 3. Mai 2020", "Ines Corvell");
	names("Joshua Sokol May 20, 2019", "Joshua Sokol");
	names("Ines Corvell | Correspondent", "Ines Corvell");
	names("Ines Corvell@ines", "Ines Corvell");
	names("About the author | Ines Corvell", "Ines Corvell");
	names("CC7567", "CC7567");
	names("Ines Corvell, Orla Penhale on Monday, November 18th, 2019",
		"Ines Corvell, Orla Penhale");
	names("Ines Corvell on Sun, 05/03/2020 - 10:00", "Ines Corvell");
	names("Von: Ines Corvell", "Ines Corvell");
	names("By | Ines Corvell", "Ines Corvell");
	names("3 May 2020 | Ines Corvell", "Ines Corvell");
	names("Text: Ines Corvell, Fotos: Orla Penhale", "Ines Corvell");
	names("Ines Corvell, Orla Penhale; photos: Nora Lys", "Ines Corvell, Orla Penhale");
	names("https://people.example/ines", "");
	names("ines@mail.example", "");
	names("About the author", "");
}

static void test_lines_tell_names_in_many_languages(void **state)
{
	(void)state;
	find("BY INES CORVELL", "INES CORVELL");
	find("Von Ines Corvell", "Ines Corvell");
	find("Posted on May 3, 2020 by Ines Corvell", "Ines Corvell");
	find("Veröffentlicht am 3. Mai 2020 von Ines Corvell", "Ines Corvell");
	find("Ein Beitrag von Ines Corvell", "Ines Corvell");
	find("Datum: 03.05.2020 | Autor: Ines Corvell", "Ines Corvell");
	find("Автор: Иван Петров", "Иван Петров");
	find("来源：新华社 2020-05-03 10:00 作者：王小明", "王小明");
	find("By Pieter van der Berg and Ines de la Cour",
		"Pieter van der Berg and Ines de la Cour");
}

static void test_sentences_tell_none(void **state)
{
	(void)state;
	find("By Monday, the port was open again", "");
	find("By the end of the week all was over", "");
	find("From Paris they went on to the coast", "");
	find("The plan was made by Ines Corvell", "");
	find("The house was bought on 3 May 2020 by a man", "");
}

static void test_names_of_programs_and_of_the_site_are_nobodys(void **state)
{
	(void)state;
	assert_true(byline_is_nobody("admin", NULL));
	assert_true(byline_is_nobody("The Sentinel", "The Sentinel"));
	assert_true(byline_is_nobody("Sentinel", "The Sentinel"));
	assert_true(byline_is_nobody("CC7567", NULL));
	assert_false(byline_is_nobody("Ines Corvell", "The Sentinel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_stand_without_what_is_around_them),
		cmocka_unit_test(test_lines_tell_names_in_many_languages),
		cmocka_unit_test(test_sentences_tell_none),
		cmocka_unit_test(test_names_of_programs_and_of_the_site_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
