/* The poller over a fake network and clock. */
#include "poll/poller.h"

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
#include "support/fake_http.h"

static void test_a_feed_is_polled_and_polled_again_when_it_is_due(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	fake_clock_advance(fixture->clock, 28 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	fake_clock_advance(fixture->clock, 6 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 2);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[0])->health, FEED_OK);
	assert_int_equal(poller_figures(fixture->poller).feeds, 1);
}

static void test_p1_the_log_says_that_validators_were_dropped(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_false(fixture->record.flags & REQUEST_DROPPED);
	fixture->unread = true;
	poller_fixture_add(fixture, 1, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_true(fixture->record.flags & REQUEST_DROPPED);
	assert_non_null(fixture->record.etag);
}

static void test_p4_the_log_says_which_request_was_the_first_after_a_start(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 2; i++) {
		poller_fixture_add(fixture, 0, 1);
		while (fixture->requests == 0)
			fake_clock_advance(fixture->clock, USEC_MINUTE);
		assert_int_equal(fixture->requests, 1);
		assert_true(fixture->record.flags & REQUEST_AFTER_START);
		fake_clock_advance(fixture->clock, USEC_HOUR);
		assert_true(fixture->requests > 1);
		assert_false(fixture->record.flags & REQUEST_AFTER_START);
		poller_fixture_stop(fixture);
		poller_fixture_start(fixture);
		fixture->requests = 0;
	}
}

static void test_p15_types_of_feeds_are_asked_for_first(void **state)
{
	static const char *const types[] = {
		"application/atom+xml, ", "application/rss+xml, ", "application/feed+json, "};
	struct fixture *fixture = *state;
	const char *at = fixture->accept;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		assert_int_equal(strncmp(at, types[i], strlen(types[i])), 0);
		at += strlen(types[i]);
	}
	assert_non_null(strstr(at, "*/*;q=0."));
}

static void test_p16_two_sections_of_one_url_are_one_feed(void **state)
{
	struct fixture *fixture = *state;
	struct feed twin;
	struct feed_state fresh;

	poller_fixture_add(fixture, 0, 1);
	twin = (struct feed){.name = "twin", .url = fixture->urls[0]};
	fresh = (struct feed_state){.url = fixture->urls[0]};
	assert_int_equal(poller_add(fixture->poller, &twin, &fresh), 0);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	assert_int_equal(poller_figures(fixture->poller).feeds, 1);
}

static void test_p11_polls_that_are_asked_for_keep_the_limits_of_their_host(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, 1);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	fixture->requests = 0;
	fixture->least_gap = 0;
	(void)fake_http_peak();
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[i]), 0);
	fake_clock_advance(fixture->clock, 30 * USEC_SEC);
	assert_int_equal(fixture->requests, 10);
	assert_int_equal(fake_http_peak(), 1);
	assert_true(fixture->least_gap >= USEC_SEC);
}

static void test_p7_a_429_holds_all_feeds_of_the_host_back_and_after_a_restart(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 429;
	fixture->header = "Retry-After: 14400";
	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, 1);
	fake_clock_advance(fixture->clock, 3 * USEC_HOUR);
	assert_int_equal(fixture->requests, 1);
	poller_fixture_stop(fixture);
	poller_fixture_start(fixture);
	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, 1);
	fake_clock_advance(fixture->clock, USEC_HOUR - USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	assert_int_equal(
		poller_feed_state(fixture->poller, fixture->urls[5])->rule, RULE_RETRY_AFTER);
	fixture->status = 200;
	fake_clock_advance(fixture->clock, 2 * USEC_HOUR);
	assert_true(fixture->requests >= 11);
}

static void test_p7_a_block_is_as_long_as_asked_though_the_clock_is_set_back(void **state)
{
	static const usec steps[] = {USEC_HOUR, 5 * USEC_DAY, 365 * USEC_DAY};
	struct fixture *fixture = *state;

	fixture->status = 429;
	fixture->header = "Retry-After: 14400";
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		unsigned requests = fixture->requests;

		poller_fixture_stop(fixture);
		fake_clock_step(fixture->clock, -(int64_t)steps[i]);
		poller_fixture_start(fixture);
		poller_fixture_add(fixture, 0, 1);
		fake_clock_advance(fixture->clock, 3 * USEC_HOUR);
		assert_int_equal(fixture->requests, requests);
		fake_clock_advance(fixture->clock, 2 * USEC_HOUR);
		assert_int_equal(fixture->requests, requests + 1);
	}
}

static void test_p7_an_operators_wish_does_not_pass_a_block(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 429;
	fixture->header = "Retry-After: 14400";
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[0]), 0);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
}

static void test_an_operator_may_poll_now_and_again(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(poller_poll_now(fixture->poller, fixture->feeds[0].name), 0);
	assert_int_equal(
		poller_feed_state(fixture->poller, fixture->feeds[0].name)->rule, RULE_ASKED);
	fake_clock_advance(fixture->clock, USEC_SEC);
	assert_int_equal(fixture->requests, 2);
	assert_int_equal(poller_poll_now(fixture->poller, "nobody"), -ENOENT);
}

static void test_a_wish_while_a_poll_is_stored_is_met_after_it(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->kept_count, 1);
	assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[0]), 0);
	assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[0]), 0);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	fixture->keep_rounds = false;
	poller_fixture_finish(fixture, fixture->kept[0]);
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 2);
}

static void test_a_wish_while_a_poll_is_under_way_is_met_after_it(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 2; i++)
		poller_fixture_add(fixture, i, 1);
	fake_clock_advance(fixture->clock, 7 * USEC_SEC);
	fixture->requests = 0;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[i]), 0);
	fake_clock_advance(fixture->clock, 10 * USEC_MSEC);
	assert_int_equal(fixture->requests, 1);
	/* The one was answered before the wish perhaps; the other waits for its host still. */
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[i]), 0);
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 3);
}

static void test_p8_a_feed_that_is_gone_is_not_asked_again_but_by_wish(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 410;
	fixture->header = NULL;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, 100 * USEC_DAY);
	assert_int_equal(fixture->requests, 1);
	poller_fixture_stop(fixture);
	poller_fixture_start(fixture);
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, 100 * USEC_DAY);
	assert_int_equal(fixture->requests, 1);
	fixture->status = 200;
	assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[0]), 0);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 2);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[0])->health, FEED_OK);
}

static void test_once_polls_what_is_due_and_nothing_twice(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < FEEDS; i++) {
		poller_fixture_add(fixture, i, 50);
		fixture->feeds[i].poll_interval = USEC_SEC;
	}
	poller_once(fixture->poller);
	assert_false(poller_idle(fixture->poller));
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_true(poller_idle(fixture->poller));
	assert_int_equal(fixture->requests, FEEDS);
	assert_true(fixture->idle > 0);
	assert_true(fake_clock_timers(fixture->clock) == 0);
}

static void test_once_ends_where_nothing_is_due_or_a_host_is_blocked(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 429;
	fixture->header = "Retry-After: 14400";
	poller_fixture_add(fixture, 0, 1);
	poller_fixture_add(fixture, 1, 1);
	poller_once(fixture->poller);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_true(poller_idle(fixture->poller));
	assert_int_equal(fixture->rounds, 1);
	assert_true(fixture->idle > 0);
}

static void test_rounds_that_pile_up_hold_fetching_back(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	for (size_t i = 0; i < FEEDS; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, 2 * USEC_HOUR);
	assert_true(fixture->kept_count >= 48);
	assert_true(fixture->kept_count <= 48 + 64);
	fixture->keep_rounds = false;
	while (fixture->kept_count > 0)
		poller_fixture_finish(fixture, fixture->kept[--fixture->kept_count]);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_true(fixture->requests >= FEEDS);
}

static void count_child(struct child_answer *answer, void *userdata)
{
	assert_null(answer->words);
	(*(unsigned *)userdata)++;
}

static void test_p11_sitemaps_that_take_long_hold_no_other_host_back(void **state)
{
	struct fixture *fixture = *state;
	unsigned children = 0;
	size_t indexes;

	fixture->keep_rounds = true;
	for (size_t i = 0; i < FEEDS; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, 2 * USEC_HOUR);
	indexes = fixture->kept_count;
	assert_true(indexes < FEEDS);
	fixture->takes = USEC_MINUTE;
	for (size_t i = 0; i < indexes; i++)
		assert_int_equal(poller_fetch_child(fixture->poller, fixture->kept[i],
					 "http://slow.example/sitemap", count_child, &children),
			0);
	fake_clock_advance(fixture->clock, 5 * USEC_MINUTE);
	assert_true(fixture->kept_count > indexes);
	assert_true(children < 10);
	/* What they bring counts again. */
	fake_clock_advance(fixture->clock, 3 * USEC_HOUR);
	assert_int_equal(children, indexes);
	assert_true(fixture->kept_count < FEEDS);
}

static void test_large_documents_hold_fetching_back_sooner(void **state)
{
	struct fixture *fixture = *state;

	fixture->length = 3 * 1024 * 1024;
	fixture->body = calloc(1, fixture->length);
	assert_non_null(fixture->body);
	fixture->keep_rounds = true;
	for (size_t i = 0; i < 30; i++)
		poller_fixture_add(fixture, i, 1);
	fake_clock_advance(fixture->clock, 2 * USEC_HOUR);
	assert_int_equal(fixture->kept_count, 3);
	fixture->keep_rounds = false;
	while (fixture->kept_count > 0)
		poller_fixture_finish(fixture, fixture->kept[--fixture->kept_count]);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_true(fixture->requests >= 30);
	free((char *)fixture->body);
}

static void test_a_round_that_cannot_be_committed_is_tried_again(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->kept_count, 1);
	poller_abandon(fixture->poller, fixture->kept[--fixture->kept_count], USEC_MINUTE);
	fixture->keep_rounds = false;
	fake_clock_advance(fixture->clock, 2 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 2);
	assert_int_equal(fixture->rounds, 2);
}

static void reload(struct fixture *fixture, size_t from, size_t to)
{
	poller_reload_begin(fixture->poller, 30 * USEC_MINUTE);
	for (size_t i = from; i < to; i++)
		poller_fixture_add(fixture, i, FEEDS);
	poller_reload_end(fixture->poller);
}

static void test_p4_a_reload_is_no_reason_to_fetch(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 20; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 20);
	for (int i = 0; i < 5; i++) {
		reload(fixture, 0, 20);
		fake_clock_advance(fixture->clock, USEC_MINUTE);
	}
	assert_int_equal(fixture->requests, 20);
}

static void test_p2_validators_belong_to_whom_they_were_given_though_a_reload_comes_between(
	void **state)
{
	struct fixture *fixture = *state;
	struct feed as_somebody;
	struct access *access = access_new();

	assert_non_null(access);
	(void)snprintf(access->identity, sizeof(access->identity), "somebody");
	poller_fixture_add(fixture, 0, 1);
	for (unsigned i = 0; i < 1000 && fixture->requests < 1; i++)
		fake_clock_advance(fixture->clock, 10 * USEC_MSEC);
	assert_int_equal(fixture->rounds, 0);
	as_somebody = fixture->feeds[0];
	as_somebody.access = access;
	poller_reload_begin(fixture->poller, 30 * USEC_MINUTE);
	assert_int_equal(poller_add(fixture->poller, &as_somebody, NULL), 0);
	poller_reload_end(fixture->poller);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->rounds, 1);
	/* The answer was nobody's: it says nothing about the document that somebody is given. */
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->rounds, 2);
	assert_int_equal(fixture->conditional, 0);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->conditional, fixture->rounds - 2);
	poller_reload_begin(fixture->poller, 30 * USEC_MINUTE);
	poller_reload_end(fixture->poller);
	access_unref(access);
}

static void test_figures_count_the_feeds_that_fail_now(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 500;
	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, FEEDS);
	assert_int_equal(poller_figures(fixture->poller).failing, 0);
	fake_clock_advance(fixture->clock, 12 * USEC_HOUR);
	assert_int_equal(poller_figures(fixture->poller).failing, 10);
	poller_fixture_stop(fixture);
	poller_fixture_start(fixture);
	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, FEEDS);
	assert_int_equal(poller_figures(fixture->poller).failing, 10);
	reload(fixture, 0, 6);
	assert_int_equal(poller_figures(fixture->poller).failing, 6);
	fixture->status = 200;
	fake_clock_advance(fixture->clock, 2 * USEC_DAY);
	assert_int_equal(poller_figures(fixture->poller).failing, 0);
}

static void test_a_reload_removes_and_adds_feeds(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 20; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	reload(fixture, 15, 30);
	assert_int_equal(poller_figures(fixture->poller).feeds, 15);
	assert_null(poller_feed_state(fixture->poller, fixture->urls[3]));
	assert_non_null(poller_feed_state(fixture->poller, fixture->urls[17]));
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[17])->health, FEED_OK);
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 30);
}

static void test_a_reload_keeps_rounds_in_flight(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	for (size_t i = 0; i < 4; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->kept_count, 4);
	reload(fixture, 2, 4);
	/* Two of them are of feeds that are no more: these are finished like the others. */
	while (fixture->kept_count > 0)
		poller_fixture_finish(fixture, fixture->kept[--fixture->kept_count]);
	assert_int_equal(poller_figures(fixture->poller).feeds, 2);
	assert_int_equal(poller_feed_state(fixture->poller, fixture->urls[2])->health, FEED_OK);
	fake_clock_advance(fixture->clock, 20 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 4);
}

static void test_a_round_that_is_open_at_a_reload_has_the_new_configurations_feed(void **state)
{
	struct fixture *fixture = *state;
	struct feed renamed;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->kept_count, 1);
	renamed = (struct feed){.name = "renamed", .url = fixture->urls[0]};
	poller_reload_begin(fixture->poller, 30 * USEC_MINUTE);
	assert_int_equal(poller_add(fixture->poller, &renamed, NULL), 0);
	poller_reload_end(fixture->poller);
	assert_ptr_equal(fixture->kept[0]->feed, &renamed);
	poller_fixture_finish(fixture, fixture->kept[--fixture->kept_count]);
	assert_int_equal(poller_feed_state(fixture->poller, "renamed")->health, FEED_OK);
}

static void test_a_reload_cancels_transfers_of_feeds_that_go(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 10; i++)
		poller_fixture_add(fixture, i, FEEDS);
	poller_once(fixture->poller);
	(void)fake_clock_next(fixture->clock, USEC_SEC);
	assert_int_equal(poller_figures(fixture->poller).in_flight, 10);
	reload(fixture, 0, 0);
	assert_int_equal(poller_figures(fixture->poller).in_flight, 0);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->rounds, 0);
	assert_true(poller_idle(fixture->poller));
}

static void test_the_wall_clock_may_step(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	fake_clock_step(fixture->clock, (int64_t)USEC_DAY);
	fake_clock_advance(fixture->clock, 2 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 2);
}

/* All feeds were polled once, and are due again when the machine wakes. */
static void sleep_after_polls(struct fixture *fixture)
{
	for (size_t i = 0; i < FEEDS; i++)
		poller_fixture_add(fixture, i, FEEDS);
	fake_clock_advance(fixture->clock, 20 * USEC_MINUTE);
	assert_int_equal(fixture->requests, FEEDS);
	fake_clock_step(fixture->clock, (int64_t)(8 * USEC_HOUR));
}

static void test_p12_what_came_due_while_the_machine_slept_is_spread(void **state)
{
	struct fixture *fixture = *state;

	sleep_after_polls(fixture);
	fixture->requests = 0;
	fake_clock_advance(fixture->clock, 2 * USEC_MINUTE);
	assert_in_range(fixture->requests, 1, 30);
	fake_clock_advance(fixture->clock, 17 * USEC_MINUTE);
	assert_int_equal(fixture->requests, FEEDS);
}

static void test_what_is_asked_for_after_a_sleep_is_polled_at_once(void **state)
{
	struct fixture *fixture = *state;

	sleep_after_polls(fixture);
	for (size_t i = 0; i < FEEDS; i++)
		assert_int_equal(poller_poll_now(fixture->poller, fixture->urls[i]), 0);
	fixture->requests = 0;
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, FEEDS);
}

static void test_the_wall_clock_may_be_set_back(void **state)
{
	struct fixture *fixture = *state;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
	fake_clock_step(fixture->clock, -(int64_t)(5 * USEC_DAY));
	fake_clock_advance(fixture->clock, USEC_DAY);
	assert_true(fixture->requests > 1);
}

static void test_a_round_that_is_open_when_the_clock_is_set_back_puts_its_feed_not_off(void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	poller_fixture_add(fixture, 1, 1);
	fake_clock_advance(fixture->clock, USEC_HOUR / 2);
	assert_int_equal(fixture->kept_count, 2);
	/* One is open until the clock was looked at, the other ends at once. */
	fake_clock_step(fixture->clock, -(int64_t)(5 * USEC_DAY));
	poller_fixture_finish(fixture, fixture->kept[0]);
	fake_clock_advance(fixture->clock, 2 * USEC_MINUTE);
	poller_fixture_finish(fixture, fixture->kept[1]);
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_int_equal(fixture->requests, 4);
}

/* As where its certificate was over by a clock that was ahead. */
static void test_a_feed_that_failed_is_asked_soon_after_the_clock_is_set_back(void **state)
{
	struct fixture *fixture = *state;

	fixture->status = 404;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, 12 * USEC_HOUR);
	fixture->status = 200;
	fixture->requests = 0;
	fake_clock_step(fixture->clock, -(int64_t)(5 * USEC_DAY));
	fake_clock_advance(fixture->clock, 10 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 0);
	fake_clock_advance(fixture->clock, 15 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
}

static void test_p4_a_feed_polled_just_after_the_clock_was_set_back_is_not_polled_again(
	void **state)
{
	struct fixture *fixture = *state;

	fixture->keep_rounds = true;
	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_MINUTE);
	fake_clock_step(fixture->clock, -(int64_t)(5 * USEC_DAY));
	poller_fixture_finish(fixture, fixture->kept[0]);
	fake_clock_advance(fixture->clock, 25 * USEC_MINUTE);
	assert_int_equal(fixture->requests, 1);
}

static void test_p5_what_the_clock_leaps_over_is_no_silence(void **state)
{
	struct fixture *fixture = *state;
	usec interval;

	poller_fixture_add(fixture, 0, 1);
	fake_clock_advance(fixture->clock, USEC_DAY);
	interval = poller_feed_state(fixture->poller, fixture->urls[0])->interval;
	fake_clock_step(fixture->clock, (int64_t)(5 * USEC_DAY));
	fake_clock_advance(fixture->clock, USEC_HOUR);
	assert_true(poller_feed_state(fixture->poller, fixture->urls[0])->interval <
		interval + interval / 4);
	/* It never was, but what comes after it counts. */
	fake_clock_step(fixture->clock, -(int64_t)(5 * USEC_DAY));
	fake_clock_advance(fixture->clock, 3 * USEC_DAY);
	assert_true(poller_feed_state(fixture->poller, fixture->urls[0])->interval > 2 * interval);
}

#define POLLER_TEST(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, poller_fixture_setup, poller_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POLLER_TEST(test_a_feed_is_polled_and_polled_again_when_it_is_due),
		POLLER_TEST(test_p1_the_log_says_that_validators_were_dropped),
		POLLER_TEST(test_p4_the_log_says_which_request_was_the_first_after_a_start),
		POLLER_TEST(test_p15_types_of_feeds_are_asked_for_first),
		POLLER_TEST(test_p16_two_sections_of_one_url_are_one_feed),
		POLLER_TEST(test_p11_polls_that_are_asked_for_keep_the_limits_of_their_host),
		POLLER_TEST(test_p7_a_429_holds_all_feeds_of_the_host_back_and_after_a_restart),
		POLLER_TEST(test_p7_a_block_is_as_long_as_asked_though_the_clock_is_set_back),
		POLLER_TEST(test_p7_an_operators_wish_does_not_pass_a_block),
		POLLER_TEST(test_an_operator_may_poll_now_and_again),
		POLLER_TEST(test_a_wish_while_a_poll_is_stored_is_met_after_it),
		POLLER_TEST(test_a_wish_while_a_poll_is_under_way_is_met_after_it),
		POLLER_TEST(test_p8_a_feed_that_is_gone_is_not_asked_again_but_by_wish),
		POLLER_TEST(test_once_polls_what_is_due_and_nothing_twice),
		POLLER_TEST(test_once_ends_where_nothing_is_due_or_a_host_is_blocked),
		POLLER_TEST(test_rounds_that_pile_up_hold_fetching_back),
		POLLER_TEST(test_p11_sitemaps_that_take_long_hold_no_other_host_back),
		POLLER_TEST(test_large_documents_hold_fetching_back_sooner),
		POLLER_TEST(test_a_round_that_cannot_be_committed_is_tried_again),
		POLLER_TEST(test_p4_a_reload_is_no_reason_to_fetch),
		POLLER_TEST(
			test_p2_validators_belong_to_whom_they_were_given_though_a_reload_comes_between),
		POLLER_TEST(test_figures_count_the_feeds_that_fail_now),
		POLLER_TEST(test_a_reload_removes_and_adds_feeds),
		POLLER_TEST(test_a_reload_keeps_rounds_in_flight),
		POLLER_TEST(test_a_round_that_is_open_at_a_reload_has_the_new_configurations_feed),
		POLLER_TEST(test_a_reload_cancels_transfers_of_feeds_that_go),
		POLLER_TEST(test_the_wall_clock_may_step),
		POLLER_TEST(test_p12_what_came_due_while_the_machine_slept_is_spread),
		POLLER_TEST(test_what_is_asked_for_after_a_sleep_is_polled_at_once),
		POLLER_TEST(test_the_wall_clock_may_be_set_back),
		POLLER_TEST(test_a_feed_that_failed_is_asked_soon_after_the_clock_is_set_back),
		POLLER_TEST(
			test_a_round_that_is_open_when_the_clock_is_set_back_puts_its_feed_not_off),
		POLLER_TEST(
			test_p4_a_feed_polled_just_after_the_clock_was_set_back_is_not_polled_again),
		POLLER_TEST(test_p5_what_the_clock_leaps_over_is_no_silence),
	};

	log_open(LOG_CRIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
