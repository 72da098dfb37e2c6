#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macro.h"

static const char *nearest_of(const char *name)
{
	static const char *const candidates[] = {
		"PollInterval", "Readers", "Remember", "Keep", "URL", "Tags"};
	struct nearest nearest = {.name = name};

	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		nearest_try(&nearest, candidates[i]);
	return nearest.found;
}

static void test_slips_are_recognised(void **state)
{
	(void)state;
	assert_string_equal(nearest_of("PolInterval"), "PollInterval");
	assert_string_equal(nearest_of("pollinterval"), "PollInterval");
	assert_string_equal(nearest_of("PollIntervall"), "PollInterval");
	assert_string_equal(nearest_of("PollIntrevla"), "PollInterval");
	assert_string_equal(nearest_of("Reader"), "Readers");
	assert_string_equal(nearest_of("Tag"), "Tags");
	assert_string_equal(nearest_of("ULR"), "URL");
}

static void test_the_nearest_wins(void **state)
{
	struct nearest nearest = {.name = "desk"};

	(void)state;
	nearest_try(&nearest, "dusk");
	nearest_try(&nearest, "DESK");
	nearest_try(&nearest, "desks");
	assert_string_equal(nearest.found, "DESK");
}

static void test_what_is_far_is_not_suggested(void **state)
{
	char longer[NEAREST_LENGTH_MAX + 2];

	(void)state;
	assert_null(nearest_of("Interval"));
	assert_null(nearest_of("Zzzz"));
	assert_null(nearest_of(""));
	assert_null(nearest_of("X"));
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	{
		struct nearest nearest = {.name = longer};

		nearest_try(&nearest, longer);
		assert_null(nearest.found);
	}
}

static void test_comparisons_are_bounded(void **state)
{
	struct nearest nearest = {.name = "name"};

	(void)state;
	for (int i = 0; i < NEAREST_TRIED_MAX; i++)
		nearest_try(&nearest, "xxxx");
	nearest_try(&nearest, "name");
	assert_null(nearest.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slips_are_recognised),
		cmocka_unit_test(test_the_nearest_wins),
		cmocka_unit_test(test_what_is_far_is_not_suggested),
		cmocka_unit_test(test_comparisons_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
