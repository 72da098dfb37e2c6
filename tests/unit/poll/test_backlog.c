#include "poll/backlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	FEEDS = 1000,
	URL_SIZE = 32,
};

#define NOW (1000 * USEC_DAY)

static struct feed feeds[FEEDS];
static struct feed_state states[FEEDS];
static struct waiting waiting[FEEDS];
static char urls[FEEDS][URL_SIZE];

static void make(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(urls[i], URL_SIZE, "http://h/%zu", i);
		feeds[i] = (struct feed){.name = urls[i], .url = urls[i]};
		states[i] = (struct feed_state){.url = urls[i]};
		waiting[i] = (struct waiting){.feed = &feeds[i], .state = &states[i]};
	}
}

static void make_old(size_t count)
{
	make(count);
	for (size_t i = 0; i < count; i++) {
		states[i].first_poll = 1;
		states[i].interval = USEC_HOUR;
		states[i].next_poll = NOW - USEC_HOUR;
		states[i].rule = RULE_RHYTHM;
	}
}

static void test_feeds_that_were_polled_in_the_future_are_due(void **state)
{
	(void)state;
	make_old(1);
	states[0].last_poll = NOW + 5 * USEC_DAY;
	states[0].next_poll = NOW + 5 * USEC_DAY + USEC_HOUR;
	assert_true(backlog_is_due(&states[0], NOW));
	/* The second or two that clocks are corrected by are none. */
	states[0].last_poll = NOW + USEC_SEC;
	assert_false(backlog_is_due(&states[0], NOW));
	/* A feed that is gone stays gone. */
	states[0].last_poll = NOW + 5 * USEC_DAY;
	states[0].next_poll = USEC_INFINITY;
	assert_false(backlog_is_due(&states[0], NOW));
}

static void test_p12_new_feeds_are_spread_over_an_interval_at_most(void **state)
{
	usec least = USEC_INFINITY;
	usec most = 0;

	(void)state;
	make(FEEDS);
	backlog_spread(waiting, FEEDS, NOW, 30 * USEC_MINUTE);
	for (size_t i = 0; i < FEEDS; i++) {
		least = states[i].next_poll < least ? states[i].next_poll : least;
		most = states[i].next_poll > most ? states[i].next_poll : most;
		assert_int_equal(states[i].rule, RULE_FIRST);
	}
	assert_true(least >= NOW);
	assert_true(least < NOW + 2 * USEC_MINUTE);
	assert_true(most > NOW + 28 * USEC_MINUTE);
	assert_true(most <= NOW + 30 * USEC_MINUTE);
}

static void test_p12_a_single_new_feed_is_polled_at_once(void **state)
{
	(void)state;
	make(1);
	backlog_spread(waiting, 1, NOW, 30 * USEC_MINUTE);
	assert_int_equal(states[0].next_poll, NOW);
}

static void test_p12_a_new_feeds_phase_survives_a_restart(void **state)
{
	usec first[FEEDS];

	(void)state;
	make(FEEDS);
	for (size_t i = 0; i < FEEDS; i++)
		states[i].next_poll = NOW; /* first seen */
	backlog_spread(waiting, FEEDS, NOW, 30 * USEC_MINUTE);
	for (size_t i = 0; i < FEEDS; i++)
		first[i] = states[i].next_poll;
	make(FEEDS);
	for (size_t i = 0; i < FEEDS; i++)
		states[i].next_poll = NOW;
	backlog_spread(waiting, FEEDS, NOW + 5, 30 * USEC_MINUTE);
	for (size_t i = 0; i < FEEDS; i++)
		if (first[i] > NOW + 5)
			assert_int_equal(states[i].next_poll, first[i]);
}

static void test_p12_overdue_feeds_are_spread_the_most_fruitful_first(void **state)
{
	(void)state;
	make_old(FEEDS);
	states[700].interval = 5 * USEC_MINUTE;
	states[800].last_news = NOW - USEC_HOUR;
	states[900].interval = USEC_DAY;
	backlog_spread(waiting, FEEDS, NOW, 30 * USEC_MINUTE);
	assert_int_equal(states[700].next_poll, NOW);
	assert_true(states[800].next_poll > NOW);
	assert_true(states[800].next_poll < NOW + 10 * USEC_SEC);
	for (size_t i = 0; i < FEEDS; i++) {
		assert_true(states[i].next_poll >= NOW);
		assert_true(states[i].next_poll < NOW + 30 * USEC_MINUTE);
		assert_true(states[i].next_poll <= states[900].next_poll);
		assert_int_equal(states[i].rule, RULE_RHYTHM);
	}
}

/* Each run lasts for the first few of those that wait. */
static void test_p12_every_feed_has_its_turn_however_often_the_daemon_restarts(void **state)
{
	enum { HERE = 50, A_RUN = 5, RUNS = 2 * HERE / A_RUN };
	usec now = NOW;
	unsigned polls = 0;

	(void)state;
	make_old(HERE);
	for (size_t i = 0; i < HERE; i++) {
		states[i].interval = USEC_MINUTE;
		states[i].last_news = NOW - i * USEC_MINUTE;
	}
	for (int run = 0; run < RUNS; run++, now += 2 * USEC_MINUTE) {
		for (size_t i = 0; i < HERE; i++)
			waiting[i] = (struct waiting){.feed = &feeds[i], .state = &states[i]};
		backlog_spread(waiting, HERE, now, 30 * USEC_MINUTE);
		for (size_t i = 0; i < A_RUN; i++) {
			struct feed_state *polled = waiting[i].state;

			polls += polled->last_poll == 0;
			polled->last_poll = now;
			polled->next_poll = now + polled->interval;
		}
		/* What was only planned is not stored. */
		for (size_t i = A_RUN; i < HERE; i++)
			waiting[i].state->next_poll = waiting[i].state->last_poll > 0
				? waiting[i].state->last_poll + USEC_MINUTE
				: NOW - USEC_HOUR;
	}
	assert_int_equal(polls, HERE);
}

static void test_p4_feeds_that_are_not_due_keep_their_time(void **state)
{
	(void)state;
	make_old(3);
	states[0].next_poll = NOW + 1;
	states[1].next_poll = NOW + 7 * USEC_DAY;
	states[2].next_poll = USEC_INFINITY; /* gone */
	backlog_spread(waiting, 3, NOW, 30 * USEC_MINUTE);
	assert_int_equal(states[0].next_poll, NOW + 1);
	assert_int_equal(states[1].next_poll, NOW + 7 * USEC_DAY);
	assert_true(states[2].next_poll == USEC_INFINITY);
}

static void test_a_time_set_by_a_wrong_clock_is_not_waited_for(void **state)
{
	(void)state;
	make_old(1);
	states[0].next_poll = NOW + 400 * USEC_DAY;
	backlog_spread(waiting, 1, NOW, 30 * USEC_MINUTE);
	assert_int_equal(states[0].next_poll, NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feeds_that_were_polled_in_the_future_are_due),
		cmocka_unit_test(test_p12_new_feeds_are_spread_over_an_interval_at_most),
		cmocka_unit_test(test_p12_a_single_new_feed_is_polled_at_once),
		cmocka_unit_test(test_p12_a_new_feeds_phase_survives_a_restart),
		cmocka_unit_test(test_p12_overdue_feeds_are_spread_the_most_fruitful_first),
		cmocka_unit_test(
			test_p12_every_feed_has_its_turn_however_often_the_daemon_restarts),
		cmocka_unit_test(test_p4_feeds_that_are_not_due_keep_their_time),
		cmocka_unit_test(test_a_time_set_by_a_wrong_clock_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
