#include "dedup/commonness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dedup/words.h"

enum {
	WORD = WORD_COMMON << WORD_IDENTITY_BITS | 4711,
	OTHER = WORD_NAME << WORD_IDENTITY_BITS | 815,
	STORIES_MIN = 400, /* docs/STORIES.md: fewer count as so many */
};

#define EVERYWHERE 0.1 /* what a word of all stories weighs */
#define EXACTNESS 0.001

/* The numbers about that from which on a logarithm is taken of a half, a quarter ... */
static const unsigned numbers[] = {
	1, 399, 400, 401, 4094, 4095, 4096, 4097, 8190, 8191, 8192, 8193, 12345, 65534, 65535};

static double weight_of(const struct commonness *commonness, uint32_t code)
{
	float weight;

	commonness_weigh(commonness, &code, 1, &weight);
	return weight;
}

static double expected_weight(unsigned stories, unsigned with)
{
	if (stories < STORIES_MIN)
		stories = STORIES_MIN;
	return log2(stories + 1.0) - log2(with + 1.0) + EVERYWHERE;
}

static struct commonness *open_with(unsigned stories, unsigned with)
{
	struct commonness *commonness;

	assert_int_equal(commonness_new(&commonness), 0);
	for (unsigned i = 0; i < stories; i++)
		commonness_add_story(commonness);
	for (unsigned i = 0; i < with; i++)
		commonness_add_word(commonness, WORD);
	return commonness;
}

static void check(unsigned stories, unsigned with, unsigned counted)
{
	struct commonness *commonness = open_with(stories, with);

	assert_true(
		fabs(weight_of(commonness, WORD) - expected_weight(stories, counted)) < EXACTNESS);
	assert_true(fabs(weight_of(commonness, OTHER) - expected_weight(stories, 0)) < EXACTNESS);
	commonness_free(commonness);
}

static void test_weight_is_the_logarithm_of_stories_over_those_with_the_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		check(70000, numbers[i], numbers[i]);
		check(numbers[i], numbers[i], numbers[i]);
	}
}

static void test_word_is_counted_in_65535_stories_at_most(void **state)
{
	(void)state;
	check(70000, 65536, UINT16_MAX);
	check(70000, 70000, UINT16_MAX);
}

static void test_short_word_weighs_little_wherever_it_stands(void **state)
{
	const uint32_t code = WORD_SHORT << WORD_IDENTITY_BITS | 7;
	struct commonness *commonness = open_with(70000, 0);
	double before = weight_of(commonness, code);

	(void)state;
	commonness_add_word(commonness, code);
	assert_true(fabs(before - EVERYWHERE) < EXACTNESS);
	assert_true(fabs(weight_of(commonness, code) - before) < EXACTNESS);
	commonness_free(commonness);
}

static void test_word_is_rare_in_24_stories_and_not_in_more(void **state)
{
	struct commonness *commonness = open_with(70000, 24);

	(void)state;
	assert_true(weight_of(commonness, WORD) >= (double)commonness_rare_weight(commonness));
	commonness_add_word(commonness, WORD);
	assert_true(weight_of(commonness, WORD) < (double)commonness_rare_weight(commonness));
	commonness_free(commonness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weight_is_the_logarithm_of_stories_over_those_with_the_word),
		cmocka_unit_test(test_word_is_counted_in_65535_stories_at_most),
		cmocka_unit_test(test_short_word_weighs_little_wherever_it_stands),
		cmocka_unit_test(test_word_is_rare_in_24_stories_and_not_in_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
