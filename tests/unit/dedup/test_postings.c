#include "unit/dedup/stories.h"

#include "dedup/postings.h"

static uint32_t feature_of(uint32_t article, uint32_t k)
{
	return (article * 64 + k) * 0x9e3779b1U ^ (article * 64 + k) * 0x85ebca6bU >> 7;
}

static bool has(const struct postings *postings, uint32_t feature, uint32_t article)
{
	uint32_t found[POSTINGS_FOUND_MAX];
	struct postings_place place;
	size_t count;

	postings_seek(postings, feature, &place);
	count = postings_find(&place, &found);
	for (size_t i = 0; i < count; i++)
		if (found[i] == article)
			return true;
	return false;
}

static void test_postings_are_found_while_the_table_grows(void **state)
{
	struct postings *postings;
	unsigned lost = 0;

	(void)state;
	assert_int_equal(postings_new(&postings), 0);
	for (uint32_t article = 1; article <= 4000; article++)
		for (uint32_t k = 0; k < 30; k++)
			assert_int_equal(
				postings_add(postings, feature_of(article, k), article, 1), 0);
	for (uint32_t article = 1; article <= 4000; article++)
		for (uint32_t k = 0; k < 30; k++)
			lost += !has(postings, feature_of(article, k), article);
	/* Some of the oldest are forgotten, of the newer half none. */
	assert_true(lost < 4000 * 30 / 20);
	for (uint32_t article = 2000; article <= 4000; article++)
		for (uint32_t k = 0; k < 30; k++)
			assert_true(has(postings, feature_of(article, k), article));
	postings_free(postings);
}

static void test_newest_of_a_common_feature_are_kept(void **state)
{
	uint32_t found[POSTINGS_FOUND_MAX];
	struct postings_place place;
	struct postings *postings;

	(void)state;
	assert_int_equal(postings_new(&postings), 0);
	for (uint32_t article = 1; article <= 1000; article++)
		assert_int_equal(postings_add(postings, 42, article, 1), 0);
	postings_seek(postings, 42, &place);
	assert_int_equal(postings_find(&place, &found), POSTINGS_SAME_MAX);
	for (uint32_t i = 0; i < POSTINGS_SAME_MAX; i++)
		assert_true(has(postings, 42, 1000 - i));
	postings_free(postings);
}

static void test_forgotten_articles_make_room(void **state)
{
	struct postings *postings;
	size_t bytes;

	(void)state;
	assert_int_equal(postings_new(&postings), 0);
	for (uint32_t article = 1; article <= 2000; article++)
		for (uint32_t k = 0; k < 30; k++)
			assert_int_equal(
				postings_add(postings, feature_of(article, k), article, 1), 0);
	bytes = postings_bytes(postings);
	for (uint32_t article = 2001; article <= 20000; article++)
		for (uint32_t k = 0; k < 30; k++)
			assert_int_equal(postings_add(postings, feature_of(article, k), article,
						 article - 1000),
				0);
	assert_true(postings_bytes(postings) < bytes * 2);
	postings_free(postings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postings_are_found_while_the_table_grows),
		cmocka_unit_test(test_newest_of_a_common_feature_are_kept),
		cmocka_unit_test(test_forgotten_articles_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
