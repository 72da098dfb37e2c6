/* NEAR where words crowd: all pairs of occurrences count, and the work stays bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/macro.h"
#include "match/matcher.h"

enum {
	CROWD = 500,      /* so many that pairs of pairs are more than ten millions */
	CROWD_MAX = 4000, /* more than is looked at of pairs of pairs */
};

static void fill(struct buffer *text, const char *word, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(buffer_add_string(text, word), 0);
}

static bool matches(const char *query, const char *text)
{
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	const struct topic topic = {.name = "t", .query = query};
	const struct article article = {.id = "a", .text = text};
	struct matcher_errors errors;
	const uint32_t *topics;
	size_t count;

	assert_int_equal(match_scratch_new(&scratch), 0);
	assert_int_equal(matcher_new(&topic, 1, &matcher, &errors), 0);
	assert_int_equal(matcher_run(matcher, scratch, &article, &topics, &count), 0);
	return count == 1;
}

static void test_all_pairs_of_a_crowded_text_count(void **state)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(1024 * 1024);

	(void)state;
	fill(&text, "a ", CROWD);
	fill(&text, "zebra", 1);
	assert_true(matches("a NEAR/100 a NEAR/1 zebra", buffer_string(&text)));
	assert_true(matches("a NEAR/100 a NEAR/100 a NEAR/0 zebra", buffer_string(&text)));
	assert_true(matches("zebra NEAR/0 (a ONEAR/100 a ONEAR/100 a)", buffer_string(&text)));
	assert_true(matches(
		"(a NEAR/100 a) NEAR/100 (a NEAR/100 a) ONEAR/0 zebra", buffer_string(&text)));
	assert_false(matches("a NEAR/100 a NEAR/100 a NEAR/100 lion", buffer_string(&text)));
	assert_false(matches("zebra ONEAR/100 (a NEAR/100 a NEAR/100 a)", buffer_string(&text)));
}

static void test_pairs_come_on_either_side_and_do_not_overlap(void **state)
{
	static const char text[] = "b x a b c x x a";

	(void)state;
	assert_true(matches("c NEAR/0 (a NEAR/0 b)", text));
	assert_true(matches("(a NEAR/2 c) NEAR/0 x", text));
	assert_false(matches("(a ONEAR/0 b) NEAR/100 (b ONEAR/0 c)", text));
	assert_false(matches("(a NEAR/1 c) NEAR/100 b NEAR/100 (x NEAR/0 c)", text));
	/* A group that ends at several places: one of them is near enough. */
	assert_true(matches("(b ONEAR/100 (a OR c)) ONEAR/0 x", text));
	assert_true(matches("(b NEAR/100 (a OR x)) ONEAR/1 c", text));
	assert_false(matches("(b ONEAR/100 (a OR c)) ONEAR/0 b NEAR/0 a", text));
}

static void test_pairs_of_pairs_are_bounded(void **state)
{
	_cleanup_(buffer_free) struct buffer text = BUFFER_INIT(1024 * 1024);

	(void)state;
	fill(&text, "a ", CROWD_MAX);
	assert_false(matches(
		"(a NEAR/100 a) NEAR/100 (a NEAR/100 a) NEAR/0 zebra", buffer_string(&text)));
	/* One is enough where only whether they are near is asked. */
	assert_true(matches("(a NEAR/100 a) NEAR/100 (a NEAR/100 a)", buffer_string(&text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pairs_of_a_crowded_text_count),
		cmocka_unit_test(test_pairs_come_on_either_side_and_do_not_overlap),
		cmocka_unit_test(test_pairs_of_pairs_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
