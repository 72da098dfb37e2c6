#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "unit/match/case_file.h"

static void test_all_cases_of_the_project(void **state)
{
	size_t failed;

	(void)state;
	assert_true(case_file_run(TEST_DATA "/cases.jsonl", &failed) > 0);
	assert_int_equal(failed, 0);
}

static void test_all_cases_of_the_corpus(void **state)
{
	size_t failed;
	int r = case_file_run(WIREWATCH_SHARED "/corpus/topics/cases.jsonl", &failed);

	(void)state;
	if (r == -ENOENT) {
		print_message("the corpus of topics is not there\n");
		skip();
	}
	assert_true(r > 0);
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_cases_of_the_project),
		cmocka_unit_test(test_all_cases_of_the_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
