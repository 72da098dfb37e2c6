#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "unit/match/random_case.h"

enum {
	ROUNDS = 300, /* of a dozen topics and four articles; WIREWATCH_ROUNDS= sets more */
	FIRST_SEED = 1,
};

static void test_matcher_agrees_with_a_simple_evaluator(void **state)
{
	const char *wanted = getenv("WIREWATCH_ROUNDS");
	int rounds = wanted ? atoi(wanted) : ROUNDS;
	int compared = 0;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct dice dice = {
			.seed = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(FIRST_SEED + i)};
		int r = random_case_run(&dice);

		if (r < 0)
			print_error("round %d\n", i);
		assert_true(r >= 0);
		compared += r;
	}
	/* Most of the queries must be right, or little was compared. */
	assert_true(compared > rounds * 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matcher_agrees_with_a_simple_evaluator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
