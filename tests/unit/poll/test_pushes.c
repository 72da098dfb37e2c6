/* What hubs bring, between polls. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "poller_fixture.h"
#include "support/fake_clock.h"

static int push(struct fixture *fixture, const char *key, size_t length)
{
	struct document document = {
		.url = strdup(key), .bytes = calloc(1, length + 1), .length = length};
	int r;

	assert_non_null(document.url);
	assert_non_null(document.bytes);
	r = poller_push(fixture->poller, key, &document);
	assert_null(document.bytes);
	return r;
}

static void test_a_push_is_a_round_that_leaves_the_polling_as_it_is(void **state)
{
	struct fixture *fixture = *state;
	const struct feed_state *after;
	struct feed_state before;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	before = *poller_feed_state(fixture->poller, fixture->urls[0]);
	fixture->rounds = 0;
	assert_int_equal(push(fixture, fixture->urls[0], 6), 0);
	assert_true(poller_has_pushes(fixture->poller, fixture->urls[0]));
	fake_clock_advance(fixture->clock, USEC_MSEC);
	assert_false(poller_has_pushes(fixture->poller, fixture->urls[0]));
	assert_int_equal(fixture->rounds, 1);
	assert_int_equal(fixture->requests, 1);
	after = poller_feed_state(fixture->poller, fixture->urls[0]);
	assert_int_equal(after->next_poll, before.next_poll);
	assert_int_equal(after->last_poll, before.last_poll);
	assert_string_equal(after->validators.etag, "\"1\"");
	assert_int_equal(push(fixture, "nobody's", 1), -ENOENT);
}

static void test_pushes_while_a_feed_is_polled_and_stored_are_taken_after_it(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, 10 * USEC_MSEC);
	assert_int_equal(fixture->requests, 1);
	assert_int_equal(push(fixture, fixture->urls[0], 1), 0);
	fake_clock_advance(fixture->clock, USEC_SEC);
	assert_int_equal(push(fixture, fixture->urls[0], 2), 0);
	fake_clock_advance(fixture->clock, USEC_SEC);
	assert_int_equal(fixture->kept_count, 1);
	assert_false(fixture->kept[0]->pushed);
	for (size_t i = 1; i <= 2; i++) {
		poller_fixture_finish(fixture, fixture->kept[i - 1]);
		fake_clock_advance(fixture->clock, USEC_SEC);
		assert_int_equal(fixture->kept_count, i + 1);
		assert_true(fixture->kept[i]->pushed);
		assert_int_equal(fixture->kept[i]->document.length, i);
	}
	poller_fixture_finish(fixture, fixture->kept[2]);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->kept_count, 3);
	assert_int_equal(fixture->requests, 1);
}

static void test_a_feed_is_polled_though_its_hub_brings_something_all_the_time(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	fixture->keep_rounds = true;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(push(fixture, fixture->urls[0], 1), 0);
	for (unsigned i = 0; i < 6 * 120; i++) {
		fake_clock_advance(fixture->clock, 10 * USEC_SEC);
		assert_int_equal(fixture->kept_count, 1);
		fixture->kept_count = 0;
		if (fixture->kept[0]->pushed)
			assert_int_equal(push(fixture, fixture->urls[0], 1), 0);
		poller_fixture_finish(fixture, fixture->kept[0]);
	}
	assert_in_range(fixture->requests, 3, 5);
}

static void test_a_push_that_cannot_be_stored_is_tried_again_and_then_left_to_a_poll(void **state)
{
	struct fixture *fixture = *state;
	unsigned tries;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	fixture->keep_rounds = true;
	assert_int_equal(push(fixture, fixture->urls[0], 1), 0);
	fake_clock_advance(fixture->clock, USEC_SEC);
	for (tries = 0; tries < 20 && fixture->kept[tries]->pushed; tries++) {
		assert_int_equal(fixture->kept_count, tries + 1);
		assert_int_equal(fixture->requests, 1);
		document_clear(&fixture->kept[tries]->document); /* as its reader does */
		poller_abandon(fixture->poller, fixture->kept[tries], USEC_MINUTE);
		fake_clock_advance(fixture->clock, 59 * USEC_SEC);
		assert_int_equal(fixture->kept_count, tries + 1);
		fake_clock_advance(fixture->clock, 2 * USEC_SEC);
	}
	assert_int_equal(tries, 10);
	assert_int_equal(fixture->requests, 2);
	poller_fixture_finish(fixture, fixture->kept[tries]);
	assert_false(poller_has_pushes(fixture->poller, fixture->urls[0]));
}

static void test_a_push_beyond_the_bound_of_a_feed_is_refused_and_its_poll_brought_forward(
	void **state)
{
	struct fixture *fixture = *state;
	const char *url = fixture->urls[0];

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	poller_set_pushed(fixture->poller, url, true);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(poller_feed_state(fixture->poller, url)->rule, RULE_PUSHED);
	fixture->keep_rounds = true;
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(push(fixture, url, 1), 0);
	fake_clock_advance(fixture->clock, USEC_SEC);
	assert_int_equal(push(fixture, url, 1), -EAGAIN);
	assert_int_equal(fixture->kept_count, 1);
	fixture->keep_rounds = false;
	poller_fixture_finish(fixture, fixture->kept[0]);
	fake_clock_advance(fixture->clock, USEC_SEC);
	assert_int_equal(poller_feed_state(fixture->poller, url)->rule, RULE_INTERVAL);
	assert_true(poller_has_pushes(fixture->poller, url)); /* what was refused */
	assert_int_equal(fixture->requests, 2);
	fake_clock_advance(fixture->clock, 40 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 3);
	assert_int_equal(poller_feed_state(fixture->poller, url)->rule, RULE_PUSHED);
	assert_false(poller_has_pushes(fixture->poller, url));
	assert_int_equal(push(fixture, url, 1), 0);
}

static void test_pushes_beyond_the_bound_of_all_feeds_are_refused_until_some_are_taken(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	for (size_t i = 0; i < 5; i++)
		poller_fixture_add(fixture, i, 5);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(push(fixture, fixture->urls[i], 4 * 1024 * 1024), 0);
	assert_int_equal(push(fixture, fixture->urls[4], 1), -EAGAIN);
	for (size_t i = 0; i < fixture->kept_count; i++)
		poller_fixture_finish(fixture, fixture->kept[i]);
	fixture->keep_rounds = false;
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(push(fixture, fixture->urls[4], 1), 0);
}

static void test_pushes_of_a_feed_that_is_removed_go_with_it(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fixture->keep_rounds = true;
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(push(fixture, fixture->urls[0], 1), 0);
	poller_reload_begin(fixture->poller, 30 * USEC_MINUTE);
	poller_reload_end(fixture->poller);
	assert_int_equal(push(fixture, fixture->urls[0], 1), -ENOENT);
	poller_fixture_finish(fixture, fixture->kept[0]);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->kept_count, 1);
}

static void test_a_feed_whose_hub_pushes_is_polled_slowly_until_it_fails(void **state)
{
	struct fixture *fixture = *state;
	usec now;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	poller_set_pushed(fixture->poller, fixture->urls[0], true);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->requests, 2);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[0])->rule, RULE_PUSHED);
	fake_clock_advance(fixture->clock, 11 * USEC_HOUR);
	assert_int_equal(fixture->requests, 2);
	poller_set_pushed(fixture->poller, fixture->urls[0], false);
	now = clock_now(fixture->clock);
	assert_true(poller_feed_state(fixture->poller, fixture->urls[0])->next_poll <=
		now + 30 * USEC_MINUTE + USEC_SEC);
	fake_clock_advance(fixture->clock, 40 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 3);
}

static void test_a_hub_that_is_distrusted_by_what_a_poll_found_is_not_relied_on_after_it(
	void **state)
{
	struct fixture *fixture = *state;
	const struct round_result result = {.readable = true, .entries = 1};
	struct feed_state next;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	poller_set_pushed(fixture->poller, fixture->urls[0], true);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(
		poller_conclude(fixture->poller, fixture->kept[0], &result, fixture->arena, &next),
		0);
	assert_int_equal(next.rule, RULE_PUSHED);
	/* The state is concluded and committed before its owner finds that the news was missed. */
	poller_set_pushed(fixture->poller, fixture->urls[0], false);
	poller_finish(fixture->poller, fixture->kept[--fixture->kept_count], &next);
	assert_int_not_equal(
		poller_feed_state(fixture->poller, fixture->urls[0])->rule, RULE_PUSHED);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->requests, 2);
}

static void test_after_a_restart_a_pushed_feed_is_polled_before_its_safety_poll(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	poller_set_pushed(fixture->poller, fixture->urls[0], true);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[0])->rule, RULE_PUSHED);
	assert_int_equal(fixture->requests, 2);
	poller_fixture_stop(fixture);
	poller_fixture_start(fixture);
	poller_fixture_add(fixture, 0, 1);
	poller_set_pushed(fixture->poller, fixture->urls[0], true);
	fake_clock_advance(fixture->clock, 40 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 3);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[0])->rule, RULE_PUSHED);
	fake_clock_advance(fixture->clock, 10 * USEC_HOUR);
	assert_int_equal(fixture->requests, 3);
}

#define POLLER_TEST(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, poller_fixture_setup, poller_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POLLER_TEST(test_a_push_is_a_round_that_leaves_the_polling_as_it_is),
		POLLER_TEST(test_pushes_while_a_feed_is_polled_and_stored_are_taken_after_it),
		POLLER_TEST(test_a_feed_is_polled_though_its_hub_brings_something_all_the_time),
		POLLER_TEST(
			test_a_push_that_cannot_be_stored_is_tried_again_and_then_left_to_a_poll),
		POLLER_TEST(
			test_a_push_beyond_the_bound_of_a_feed_is_refused_and_its_poll_brought_forward),
		POLLER_TEST(
			test_pushes_beyond_the_bound_of_all_feeds_are_refused_until_some_are_taken),
		POLLER_TEST(test_pushes_of_a_feed_that_is_removed_go_with_it),
		POLLER_TEST(test_a_feed_whose_hub_pushes_is_polled_slowly_until_it_fails),
		POLLER_TEST(
			test_a_hub_that_is_distrusted_by_what_a_poll_found_is_not_relied_on_after_it),
		POLLER_TEST(test_after_a_restart_a_pushed_feed_is_polled_before_its_safety_poll),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
