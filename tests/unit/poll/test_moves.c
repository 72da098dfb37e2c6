/* P10: which redirects become the feed's URL, and which never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "polled_feed.h"

static void poll_moved(struct polled_feed *polled, const char *to, usec later)
{
	struct said said = polled_with_both;
	char body[32];

	(void)snprintf(body, sizeof(body), "at %llu", (unsigned long long)polled->now);
	said.url = to;
	said.permanent_url = to;
	said.body = body;
	polled->now += later;
	polled_feed_poll(polled, &said, NULL);
}

static void test_p10_a_move_is_adopted_after_three_polls_over_seven_days(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	poll_moved(polled, "https://new.example.org/feed", 0);
	poll_moved(polled, "https://new.example.org/feed", USEC_DAY);
	poll_moved(polled, "https://new.example.org/feed", USEC_DAY);
	assert_null(polled->state->moved_url);
	poll_moved(polled, "https://new.example.org/feed", 5 * USEC_DAY - 1);
	assert_null(polled->state->moved_url);
	poll_moved(polled, "https://new.example.org/feed", 1);
	assert_string_equal(polled->state->moved_url, "https://new.example.org/feed");
	assert_string_equal(polled->state->url, polled_url);
	polled->now += USEC_HOUR;
	polled_feed_poll(polled, &(struct said){.status = 304}, NULL);
	assert_string_equal(polled->plan.url, "https://new.example.org/feed");
	assert_string_equal(polled->plan.bound_url, "https://new.example.org/feed");
	assert_non_null(polled->plan.etag);
}

static void test_p10_two_polls_in_a_month_or_two_targets_are_no_move(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	poll_moved(polled, "http://new.example.org/feed", 0);
	poll_moved(polled, "http://new.example.org/feed", 30 * USEC_DAY);
	assert_null(polled->state->moved_url);
	poll_moved(polled, "http://other.example.org/feed", USEC_DAY);
	poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	assert_null(polled->state->moved_url);
}

static void test_p10_a_poll_without_a_redirect_starts_over(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	poll_moved(polled, "http://new.example.org/feed", 0);
	poll_moved(polled, "http://new.example.org/feed", 4 * USEC_DAY);
	polled->now += 4 * USEC_DAY;
	polled_feed_poll(polled, &(struct said){.status = 200, .body = "x"}, NULL);
	poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	assert_null(polled->state->moved_url);
}

static void test_p10_a_temporary_redirect_is_never_adopted(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	said.url = "http://elsewhere.example.org/feed";
	for (int i = 0; i < 20; i++) {
		polled->now += USEC_DAY;
		polled_feed_poll(polled, &said, NULL);
	}
	assert_null(polled->state->moved_url);
}

static void test_p10_a_move_from_https_to_http_is_not_adopted(void **state)
{
	struct polled_feed *polled = *state;

	polled_feed_init(polled, "https://example.org/feed");
	for (int i = 0; i < 20; i++)
		poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	assert_null(polled->state->moved_url);
}

static void test_p10_a_feed_that_moved_to_https_stays_there_or_comes_home(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	for (int i = 0; i < 9; i++)
		poll_moved(polled, "https://new.example.org/feed", USEC_DAY);
	assert_string_equal(polled->state->moved_url, "https://new.example.org/feed");
	for (int i = 0; i < 20; i++)
		poll_moved(polled, "http://newer.example.org/feed", USEC_DAY);
	assert_string_equal(polled->state->moved_url, "https://new.example.org/feed");
	for (int i = 0; i < 9; i++)
		poll_moved(polled, polled_url, USEC_DAY);
	assert_null(polled->state->moved_url);
}

static void test_p10_a_move_to_a_page_that_is_no_feed_is_not_adopted(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result page = {.readable = false, .words = "an HTML page"};
	struct said said = {
		.status = 200, .body = "", .url = "http://p/", .permanent_url = "http://p/"};
	char body[16];

	for (int i = 0; i < 20; i++) {
		(void)snprintf(body, sizeof(body), "page %d", i);
		said.body = body;
		polled->now += USEC_DAY;
		polled_feed_poll(polled, &said, &page);
	}
	assert_null(polled->state->moved_url);
}

static void test_p10_a_move_that_fails_is_taken_back(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	for (int i = 0; i < 9; i++)
		poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	assert_non_null(polled->state->moved_url);
	for (int i = 0; i < 3; i++) {
		polled_feed_poll_next(polled, &(struct said){.status = 404}, NULL);
		assert_string_equal(polled->plan.url, "http://new.example.org/feed");
	}
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "back"}, NULL);
	assert_string_equal(polled->plan.url, polled_url);
	/* The validators of the other URL were not for this one. */
	assert_string_equal(polled->plan.bound_url, "http://new.example.org/feed");
	assert_null(polled->state->moved_url);
}

static void test_p10_410_at_the_new_url_sends_us_back_to_the_old(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	for (int i = 0; i < 9; i++)
		poll_moved(polled, "http://new.example.org/feed", USEC_DAY);
	polled_feed_poll_next(polled, &(struct said){.status = 410}, NULL);
	assert_int_equal(polled->state->health, FEED_FAILING);
	assert_null(polled->state->moved_url);
	polled_feed_poll_next(polled, &(struct said){.status = 410}, NULL);
	assert_int_equal(polled->state->health, FEED_GONE);
}

#define POLL_TEST(test)                                                                            \
	cmocka_unit_test_setup_teardown(test, polled_feed_setup, polled_feed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POLL_TEST(test_p10_a_move_is_adopted_after_three_polls_over_seven_days),
		POLL_TEST(test_p10_two_polls_in_a_month_or_two_targets_are_no_move),
		POLL_TEST(test_p10_a_poll_without_a_redirect_starts_over),
		POLL_TEST(test_p10_a_temporary_redirect_is_never_adopted),
		POLL_TEST(test_p10_a_move_from_https_to_http_is_not_adopted),
		POLL_TEST(test_p10_a_feed_that_moved_to_https_stays_there_or_comes_home),
		POLL_TEST(test_p10_a_move_to_a_page_that_is_no_feed_is_not_adopted),
		POLL_TEST(test_p10_a_move_that_fails_is_taken_back),
		POLL_TEST(test_p10_410_at_the_new_url_sends_us_back_to_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
