#include "poll/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "poll/schedule.h"
#include "polled_feed.h"

#define HEADERS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_p1_first_request_is_unconditional_and_the_next_are_not(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	assert_null(polled->plan.etag);
	assert_null(polled->plan.last_modified);
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_non_null(polled->plan.etag);
	assert_non_null(polled->plan.last_modified);
	assert_int_equal(polled->answer.outcome, ROUND_UNCHANGED);
}

static void test_p2_validators_go_back_exactly_as_they_came(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_string_equal(polled->plan.etag, "W/\"a,b\"");
	assert_string_equal(polled->plan.last_modified, "yesterday, i think");
}

static void test_p2_validators_are_bound_to_the_url_they_came_from(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	said.url = "http://cdn.example.org/feed";
	polled_feed_poll(polled, &said, NULL);
	assert_string_equal(polled->plan.bound_url, polled_url);
	polled_feed_poll_next(
		polled, &(struct said){.status = 304, .url = "http://cdn.example.org/feed"}, NULL);
	assert_string_equal(polled->plan.url, polled_url);
	assert_string_equal(polled->plan.bound_url, "http://cdn.example.org/feed");
	assert_int_equal(polled->answer.outcome, ROUND_UNCHANGED);
}

static void test_p3_validators_are_replaced_or_forgotten_by_each_200(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled,
		&(struct said){.status = 200, .headers = HEADERS("ETag: b"), .body = "two"}, NULL);
	assert_string_equal(polled->state->validators.etag, "b");
	assert_null(polled->state->validators.last_modified);
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "three"}, NULL);
	assert_null(polled->state->validators.etag);
}

static void test_p3_validators_are_replaced_though_the_body_is_the_same(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled,
		&(struct said){.status = 200, .headers = HEADERS("ETag: b"), .body = "one"}, NULL);
	assert_int_equal(polled->answer.outcome, ROUND_UNCHANGED);
	assert_string_equal(polled->state->validators.etag, "b");
	assert_null(polled->state->validators.last_modified);
}

static void test_p3_validators_are_replaced_though_the_body_is_broken(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result broken = {.readable = false, .words = "this is no feed"};

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled,
		&(struct said){.status = 200, .headers = HEADERS("ETag: b"), .body = "two"},
		&broken);
	assert_string_equal(polled->state->validators.etag, "b");
	assert_int_equal(polled->state->health, FEED_FAILING);
	assert_string_equal(polled->state->error, "this is no feed");
}

static void test_a_document_on_which_the_reader_failed_is_asked_for_again_whole(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result failed = {.unread = true, .words = "the reader crashed"};

	polled_feed_poll(polled, &polled_with_both, &failed);
	assert_null(polled->state->validators.etag);
	for (int i = 0; i < 2; i++) {
		polled_feed_poll_next(polled, &polled_with_both, &failed);
		assert_null(polled->plan.etag);
		assert_int_equal(polled->answer.outcome, ROUND_DOCUMENT);
	}
	/* From then on only where it has changed, or at a probe. */
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_non_null(polled->plan.etag);
	assert_int_equal(polled->answer.outcome, ROUND_FAILED);
	assert_string_equal(polled->state->error, "the reader crashed");
	polled_feed_poll_next(polled, &polled_with_both, NULL);
	assert_int_equal(polled->answer.outcome, ROUND_DOCUMENT);
	assert_int_equal(polled->state->health, FEED_OK);
	assert_int_equal(polled->memory.unread, 0);
}

static void test_p3_validators_of_a_304_replace_where_present(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(
		polled, &(struct said){.status = 304, .headers = HEADERS("ETag: c")}, NULL);
	assert_string_equal(polled->state->validators.etag, "c");
	assert_string_equal(polled->state->validators.last_modified, "yesterday, i think");
	polled_feed_poll_next(polled,
		&(struct said){.status = 304, .headers = HEADERS("Last-Modified: today")}, NULL);
	assert_string_equal(polled->state->validators.etag, "c");
	assert_string_equal(polled->state->validators.last_modified, "today");
}

static void test_p3_validators_outlive_failures(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(
		polled, &(struct said){.status = 500, .headers = HEADERS("ETag: err")}, NULL);
	polled_feed_poll_next(polled, &(struct said){.failure = HTTP_CONNECT}, NULL);
	/* Cut off half way: the status was there, the document was not. */
	polled_feed_poll_next(polled,
		&(struct said){.status = 200,
			.failure = HTTP_BROKEN,
			.headers = HEADERS("ETag: half"),
			.body = "tw"},
		NULL);
	assert_string_equal(polled->state->validators.etag, "W/\"a,b\"");
}

static void test_p3_validators_outlive_a_document_that_turns_out_damaged(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	const struct said damaged = {.status = 200,
		.headers = HEADERS("ETag: bad", "Cache-Control: max-age=80000"),
		.body = "\x1F",
		.spoiled = "its gzip is damaged"};

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled, &damaged, NULL);
	assert_int_equal(polled->answer.outcome, ROUND_FAILED);
	assert_int_equal(polled->answer.bytes, 0);
	assert_string_equal(polled->state->validators.etag, "W/\"a,b\"");
	assert_int_equal(polled->state->health, FEED_FAILING);
	assert_string_equal(polled->state->error, "its gzip is damaged");
	assert_int_equal(polled->state->failures, 1);
	assert_int_equal(polled->state->rule, RULE_BACKOFF);
	/* It is asked for again under the old ones, and the same bytes are read again. */
	polled_feed_poll_next(polled, &damaged, NULL);
	assert_string_equal(polled->plan.etag, "W/\"a,b\"");
	assert_int_equal(polled->state->failures, 2);
	polled_feed_poll_next(polled,
		&(struct said){.status = 200, .headers = HEADERS("ETag: bad"), .body = "\x1F"},
		NULL);
	assert_int_equal(polled->answer.outcome, ROUND_DOCUMENT);
	assert_int_equal(polled->state->health, FEED_OK);
	assert_string_equal(polled->state->validators.etag, "bad");
}

static void test_p9_a_body_packed_anew_is_the_same_body(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	static const char *const packed[] = {"\x1F\x8B\x08\x01\x01\x02\x03\x04\x02\xFFnews",
		"\x1F\x8B\x08\x01\x01\x02\x03\x05\x02\xFFnews",
		"\x1F\x8B\x08\x01\x11\x02\x03\x05\x02\xFFnews",
		"\x1F\x8B\x08\x01\x11\x12\x03\x05\x02\xFFnews"};

	for (size_t i = 0; i < 4; i++) {
		const struct said said = {
			.status = 200, .headers = HEADERS("ETag: useless"), .body = packed[i]};

		if (i == 0)
			polled_feed_poll(polled, &said, NULL);
		else
			polled_feed_poll_next(polled, &said, NULL);
		assert_int_equal(polled->answer.outcome, i == 0 ? ROUND_DOCUMENT : ROUND_UNCHANGED);
	}
	assert_true(polled->memory.etag_useless);
}

static void test_a_304_to_a_broken_document_keeps_the_feed_failing(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result broken = {.readable = false, .words = "this is no feed"};

	polled_feed_poll(polled, &polled_with_both, &broken);
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_int_equal(polled->answer.outcome, ROUND_FAILED);
	assert_string_equal(polled->state->error, "this is no feed");
	assert_int_equal(polled->state->failures, 2);
	polled_feed_poll_next(polled, &polled_with_both, NULL); /* the same bytes: still none */
	assert_int_equal(polled->answer.outcome, ROUND_FAILED);
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "mended"}, NULL);
	assert_int_equal(polled->state->health, FEED_OK);
	assert_null(polled->state->error);
	assert_int_equal(polled->state->failures, 0);
}

static void test_a_304_that_was_not_asked_for_is_a_failure(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(
		polled, &(struct said){.status = 304, .headers = HEADERS("ETag: x")}, NULL);
	assert_int_equal(polled->answer.outcome, ROUND_FAILED);
	assert_null(polled->state->validators.etag);
	assert_non_null(strstr(polled->state->error, "304"));
}

static void test_p5_interval_starts_at_the_default_and_jitter_lengthens(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	assert_true(polled_feed_wait(polled) >= 30 * USEC_MINUTE);
	assert_true(polled_feed_wait(polled) <= 33 * USEC_MINUTE);
	assert_int_equal(polled->state->rule, RULE_INTERVAL);
}

static void test_p5_interval_of_a_quiet_feed_grows_to_a_day(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	for (int i = 0; i < 60; i++)
		polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_true(polled_feed_wait(polled) >= USEC_DAY);
	assert_true(polled_feed_wait(polled) <= USEC_DAY + USEC_DAY / 10);
	assert_int_equal(polled->state->rule, RULE_RHYTHM);
}

static void test_p6_the_later_of_own_interval_and_hint_counts(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result hinting = {
		.readable = true, .entries = 1, .hints = {.ttl_minutes = 180}};

	polled_feed_poll(polled, &polled_with_both, &hinting);
	assert_true(polled_feed_wait(polled) >= 3 * USEC_HOUR);
	assert_int_equal(polled->state->rule, RULE_HINT);
	/* A 304 has no ttl of its own: the document's still holds; its freshness counts as well. */
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_true(polled_feed_wait(polled) >= 3 * USEC_HOUR);
	polled_feed_poll_next(polled,
		&(struct said){.status = 304, .headers = HEADERS("Cache-Control: max-age=18000")},
		NULL);
	assert_true(polled_feed_wait(polled) >= 5 * USEC_HOUR);
}

static void test_p6_a_feed_is_left_alone_in_the_hours_that_it_names(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result hinting = {
		.readable = true, .entries = 1, .hints = {.skip_hours = 0xffffff & ~(1U << 5)}};

	polled_feed_poll(polled, &polled_with_both, &hinting);
	assert_int_equal(polled->state->next_poll / USEC_HOUR % 24, 5);
	assert_int_equal(polled->state->rule, RULE_HINT);
}

static void test_p6_a_year_of_freshness_is_a_day(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	said.headers = HEADERS("Cache-Control: max-age=31536000");
	polled_feed_poll(polled, &said, NULL);
	assert_true(polled_feed_wait(polled) >= USEC_DAY);
	assert_true(polled_feed_wait(polled) <= USEC_DAY + USEC_DAY / 10);
}

static void test_p6_a_hint_goes_before_an_earlier_safety_poll(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	polled->safety_interval = 12 * USEC_HOUR;
	polled_feed_poll(polled, &said, NULL);
	assert_int_equal(polled->state->rule, RULE_PUSHED);
	assert_in_range(polled_feed_wait(polled), 12 * USEC_HOUR, 14 * USEC_HOUR);
	said.headers = HEADERS("Cache-Control: max-age=72000");
	polled_feed_poll_next(polled, &said, NULL);
	assert_int_equal(polled->state->rule, RULE_HINT);
	assert_true(polled_feed_wait(polled) >= 20 * USEC_HOUR);
}

static void test_p6_several_fields_of_cache_control_are_one_list(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	said.headers = HEADERS("Cache-Control: max-age=7200", "cache-control: public");
	polled_feed_poll(polled, &said, NULL);
	assert_true(polled_feed_wait(polled) >= 2 * USEC_HOUR);
	assert_int_equal(polled->state->rule, RULE_HINT);
}

static void test_p6_no_store_is_no_licence_to_come_sooner(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	said.headers = HEADERS("Cache-Control: no-store, max-age=0");
	polled_feed_poll(polled, &said, NULL);
	assert_true(polled_feed_wait(polled) >= 30 * USEC_MINUTE);
}

static void test_p6_the_operators_interval_overrides_hints_but_not_429(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct said said = polled_with_both;

	polled->feed.poll_interval = USEC_MINUTE;
	said.headers = HEADERS("Cache-Control: max-age=86400");
	polled_feed_poll(polled, &said, NULL);
	assert_true(polled_feed_wait(polled) >= USEC_MINUTE);
	assert_true(polled_feed_wait(polled) <= 66 * USEC_SEC);
	assert_int_equal(polled->state->rule, RULE_INTERVAL);
	polled_feed_poll_next(polled,
		&(struct said){.status = 429, .headers = HEADERS("Retry-After: 7200")}, NULL);
	assert_true(polled_feed_wait(polled) >= 2 * USEC_HOUR);
}

static void test_p7_retry_after_is_obeyed_for_429_and_503(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled,
		&(struct said){.status = 429, .headers = HEADERS("Retry-After: 604800")}, NULL);
	assert_true(polled_feed_wait(polled) >= 7 * USEC_DAY);
	assert_int_equal(polled->state->rule, RULE_RETRY_AFTER);
	assert_int_equal(polled->answer.blocked_until, polled->now + 7 * USEC_DAY);
	assert_int_equal(polled->memory.blocked_until, polled->answer.blocked_until);
	assert_string_equal(polled->memory.blocked_url, polled_url);
	polled_feed_poll_next(polled,
		&(struct said){.status = 503,
			.headers = HEADERS("Date: Sun, 01 Nov 2026 12:00:00 GMT",
				"Retry-After: Sun, 01 Nov 2026 16:00:00 GMT")},
		NULL);
	assert_true(polled_feed_wait(polled) >= 4 * USEC_HOUR);
	assert_true(polled_feed_wait(polled) <= 5 * USEC_HOUR);
}

static void test_p7_a_short_retry_after_is_no_licence_to_come_sooner(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(
		polled, &(struct said){.status = 429, .headers = HEADERS("Retry-After: 1")}, NULL);
	assert_true(polled_feed_wait(polled) >= 30 * USEC_MINUTE);
	/* No time at all is as if nothing had been said. */
	polled_feed_poll_next(
		polled, &(struct said){.status = 429, .headers = HEADERS("Retry-After: 0")}, NULL);
	assert_true(polled_feed_wait(polled) >= 2 * USEC_HOUR);
	assert_int_equal(polled->answer.blocked_until, polled->now + 2 * USEC_HOUR);
}

static void test_p7_without_retry_after_429_doubles_and_503_backs_off(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &(struct said){.status = 429}, NULL);
	assert_true(polled_feed_wait(polled) >= USEC_HOUR);
	assert_true(polled_feed_wait(polled) < 2 * USEC_HOUR);
	polled_feed_poll_next(polled, &(struct said){.status = 429}, NULL);
	assert_true(polled_feed_wait(polled) >= 2 * USEC_HOUR);
	for (int i = 0; i < 6; i++)
		polled_feed_poll_next(polled, &(struct said){.status = 429}, NULL);
	assert_true(polled_feed_wait(polled) >= USEC_DAY);
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "x"}, NULL);
	assert_int_equal(polled->memory.limited, 0);
	polled_feed_poll_next(polled, &(struct said){.status = 503}, NULL);
	assert_int_equal(polled->state->rule, RULE_BACKOFF);
	assert_int_equal(polled->answer.blocked_until, 0);
}

static void test_p7_a_403_right_after_a_429_is_another(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &(struct said){.status = 403}, NULL);
	assert_int_equal(polled->state->rule, RULE_BACKOFF);
	polled_feed_poll_next(polled, &(struct said){.status = 429}, NULL);
	polled_feed_poll_next(polled, &(struct said){.status = 403}, NULL);
	assert_int_equal(polled->state->rule, RULE_RETRY_AFTER);
	assert_true(polled_feed_wait(polled) >= 2 * USEC_HOUR);
	assert_true(polled->answer.blocked_until > polled->now);
	polled_feed_poll_next(polled,
		&(struct said){.status = 403, .headers = HEADERS("Retry-After: 100000")}, NULL);
	assert_int_equal(polled->answer.blocked_until, polled->now + 100000 * USEC_SEC);
	/* Right after: with something else between it is a failure as any other. */
	polled_feed_poll_next(polled, &(struct said){.status = 500}, NULL);
	polled_feed_poll_next(polled, &(struct said){.status = 403}, NULL);
	assert_int_equal(polled->state->rule, RULE_BACKOFF);
	assert_int_equal(polled->answer.blocked_until, 0);
}

static void test_p8_failures_back_off_and_say_why_and_since_when(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	static const usec least[] = {10 * USEC_MINUTE, USEC_HOUR, 2 * USEC_HOUR, 4 * USEC_HOUR,
		8 * USEC_HOUR, 16 * USEC_HOUR, USEC_DAY, USEC_DAY};
	usec since = polled->now;

	polled_feed_poll(polled, &(struct said){.failure = HTTP_DNS}, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(least); i++) {
		assert_true(polled_feed_wait(polled) >= least[i]);
		assert_true(polled_feed_wait(polled) <= least[i] + least[i] / 10);
		assert_int_equal(polled->state->rule, RULE_BACKOFF);
		assert_int_equal(polled->state->failing_since, since);
		assert_string_equal(polled->state->error, "the network is down; wait");
		polled_feed_poll_next(polled, &(struct said){.failure = HTTP_DNS}, NULL);
	}
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "x"}, NULL);
	assert_int_equal(polled->state->health, FEED_OK);
	assert_int_equal(polled->state->failing_since, 0);
	assert_null(polled->state->error);
}

static void test_p8_every_status_has_words(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	for (int status = 100; status < 600; status++) {
		if (status == 200 || status == 203)
			continue;
		polled->now += USEC_DAY;
		polled_feed_poll(polled, &(struct said){.status = status}, NULL);
		assert_int_equal(polled->answer.outcome, ROUND_FAILED);
		/* What it is, and the next step. */
		assert_non_null(strstr(polled->state->error, "; "));
	}
}

static void test_p8_410_ends_polling_and_says_so(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled, &(struct said){.status = 410}, NULL);
	assert_int_equal(polled->state->health, FEED_GONE);
	assert_int_equal(polled->state->rule, RULE_GONE);
	assert_true(polled->state->next_poll == USEC_INFINITY);
	assert_non_null(strstr(polled->state->error, "gone"));
}

static void test_p8_an_expired_json_feed_ends_polling(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result last = {.readable = true, .entries = 1, .hints = {.expired = true}};

	polled_feed_poll(polled, &polled_with_both, &last);
	assert_int_equal(polled->state->health, FEED_GONE);
	assert_true(polled->state->next_poll == USEC_INFINITY);
}

/* Polls until an unconditional request goes out; returns how long that took. */
static usec time_to_probe(struct polled_feed *polled, usec limit)
{
	usec start = polled->now;

	do {
		polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	} while (!polled->plan.probe && polled->now - start < limit);
	assert_true(polled->plan.probe);
	assert_null(polled->plan.etag);
	assert_null(polled->plan.last_modified);
	return polled->now - start;
}

static void test_p9_a_feed_of_nothing_but_304_is_probed_after_seven_days(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	usec waited;

	polled_feed_poll(polled, &polled_with_both, NULL);
	waited = time_to_probe(polled, 30 * USEC_DAY);
	assert_true(waited > 7 * USEC_DAY);
	assert_true(waited < 9 * USEC_DAY);
	/* Once: the next is conditional again. */
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_false(polled->plan.probe);
	assert_non_null(polled->plan.etag);
	assert_true(time_to_probe(polled, 30 * USEC_DAY) > 6 * USEC_DAY);
}

/* Polls a feed with news, ten years too late, and once again when the clock is right. */
static struct polled_feed *begin_with_wrong_clock(void **state, const struct round_result *fresh)
{
	struct polled_feed *polled = polled_feed_begin(state);
	usec right = polled->now;

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled->now += 3650 * USEC_DAY;
	polled_feed_poll(polled,
		&(struct said){.status = 200, .headers = HEADERS("ETag: x"), .body = "two"}, fresh);
	polled->now = right + USEC_DAY;
	polled_feed_poll(polled, &(struct said){.status = 304}, NULL);
	return polled;
}

static void test_p5_the_rhythm_is_found_again_after_a_wrong_clock(void **state)
{
	const struct round_result fresh = {.readable = true, .entries = 20, .fresh = 1};
	struct polled_feed *polled = begin_with_wrong_clock(state, &fresh);
	usec gap = polled->memory.gap;

	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "three"}, &fresh);
	assert_true(polled->memory.gap < gap);
}

static void test_p9_a_wrong_clock_does_not_put_the_probe_off(void **state)
{
	const struct round_result fresh = {.readable = true, .entries = 20, .fresh = 1};
	struct polled_feed *polled = begin_with_wrong_clock(state, &fresh);

	polled->now += 5 * polled->memory.gap + USEC_DAY;
	polled_feed_poll(polled, &(struct said){.status = 304}, NULL);
	assert_true(polled->plan.probe);
}

static void test_a_wrong_clock_puts_no_note_of_what_was_seen_off(void **state)
{
	const struct round_result noted = {.readable = true, .entries = 20, .noted = true};
	struct polled_feed *polled = begin_with_wrong_clock(state, &noted);

	assert_int_equal(polled->memory.noted, polled->now);
}

static void test_p8_a_failure_counts_from_now_after_a_wrong_clock(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	usec right = polled->now;

	polled->now += 3650 * USEC_DAY;
	polled_feed_poll(polled, &(struct said){.status = 500}, NULL);
	polled->now = right;
	polled_feed_poll(polled, &(struct said){.status = 500}, NULL);
	assert_int_equal(polled->state->failures, 2);
	assert_int_equal(polled->state->failing_since, right);
	polled_feed_poll_next(polled, &(struct said){.status = 500}, NULL);
	assert_int_equal(polled->state->failing_since, right);
}

static void test_p8_an_outage_is_as_long_as_it_was_though_the_clock_is_set_back(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &(struct said){.status = 500}, NULL);
	polled->now += 2 * USEC_HOUR;
	polled_feed_poll(polled, &(struct said){.status = 500}, NULL);
	polled->now -= USEC_HOUR;
	polled_feed_poll(polled, &(struct said){.status = 500}, NULL);
	assert_int_equal(polled->now - polled->state->failing_since, 2 * USEC_HOUR);
}

static void test_p7_a_block_is_no_longer_though_the_clock_is_set_back(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled,
		&(struct said){.status = 429, .headers = HEADERS("Retry-After: 3600")}, NULL);
	polled->now -= 5 * USEC_DAY;
	polled_feed_poll(polled, &polled_with_both, NULL);
	assert_int_equal(polled->memory.blocked_until, polled->now + USEC_HOUR);
	polled->now += 2 * USEC_HOUR;
	polled_feed_poll(polled, &(struct said){.status = 304}, NULL);
	assert_int_equal(polled->memory.blocked_until, 0);
}

static void test_p9_a_rare_feed_is_given_five_of_its_gaps(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result news = {.readable = true, .entries = 20, .fresh = 1};
	char body[16];

	for (int i = 0; i < 8; i++) {
		(void)snprintf(body, sizeof(body), "number %d", i);
		polled->now += 4 * USEC_DAY;
		polled_feed_poll(polled,
			&(struct said){.status = 200, .headers = HEADERS("ETag: a"), .body = body},
			&news);
	}
	/* Asked once a day, with a tenth for jitter. */
	assert_in_range(time_to_probe(polled, 100 * USEC_DAY), 5 * 4 * USEC_DAY,
		5 * 4 * USEC_DAY + 2 * USEC_DAY);
}

static void test_p9_a_probe_that_fails_is_not_repeated_within_a_day(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	polled->now += 8 * USEC_DAY;
	polled_feed_poll(polled, &(struct said){.failure = HTTP_TIMEOUT}, NULL);
	assert_true(polled->plan.probe);
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_false(polled->plan.probe);
}

static void test_p9_an_etag_that_never_works_is_no_longer_sent(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	for (int i = 0; i < 3; i++) {
		polled_feed_poll_next(polled, &polled_with_both, NULL);
		assert_non_null(polled->plan.etag);
	}
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_null(polled->plan.etag);
	assert_non_null(polled->plan.last_modified);
	for (int i = 0; i < 3; i++)
		polled_feed_poll_next(polled, &polled_with_both, NULL);
	polled_feed_poll_next(polled, &polled_with_both, NULL);
	assert_null(polled->plan.etag);
	assert_null(polled->plan.last_modified);
	assert_int_equal(polled->answer.outcome, ROUND_UNCHANGED);
}

static void test_p9_a_304_shows_that_the_etag_works(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled, &polled_with_both, NULL);
	for (int i = 0; i < 10; i++) {
		polled_feed_poll_next(polled, &polled_with_both, NULL);
		polled_feed_poll_next(polled, &polled_with_both, NULL);
		polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	}
	assert_non_null(polled->plan.etag);
}

static void test_a_title_and_a_diagnosis_are_kept_while_nothing_changes(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	struct round_result named = {.readable = true,
		.entries = 1,
		.title = "The Title",
		.diagnosis = "line 3: odd date"};

	polled_feed_poll(polled, &polled_with_both, &named);
	polled_feed_poll_next(polled, &(struct said){.status = 304}, NULL);
	assert_string_equal(polled->state->title, "The Title");
	assert_string_equal(polled->state->diagnosis, "line 3: odd date");
	assert_true(polled->state->primed);
	polled_feed_poll_next(polled, &(struct said){.status = 200, .body = "new"}, NULL);
	assert_null(polled->state->diagnosis);
}

static void test_p2_a_validator_without_a_value_is_none(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);

	polled_feed_poll(polled,
		&(struct said){
			.status = 200, .headers = HEADERS("ETag:", "Last-Modified: "), .body = "x"},
		NULL);
	assert_null(polled->state->validators.etag);
	assert_null(polled->state->validators.last_modified);
}

static void test_an_overlong_validator_is_not_kept(void **state)
{
	struct polled_feed *polled = polled_feed_begin(state);
	static char header[20000];

	(void)snprintf(header, sizeof(header), "ETag: %0*d", (int)sizeof(header) - 7, 1);
	polled_feed_poll(polled,
		&(struct said){.status = 200, .headers = HEADERS(header), .body = "x"}, NULL);
	assert_null(polled->state->validators.etag);
}

#define POLL_TEST(test)                                                                            \
	cmocka_unit_test_setup_teardown(test, polled_feed_setup, polled_feed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POLL_TEST(test_p1_first_request_is_unconditional_and_the_next_are_not),
		POLL_TEST(test_p2_validators_go_back_exactly_as_they_came),
		POLL_TEST(test_p2_validators_are_bound_to_the_url_they_came_from),
		POLL_TEST(test_p3_validators_are_replaced_or_forgotten_by_each_200),
		POLL_TEST(test_p3_validators_are_replaced_though_the_body_is_the_same),
		POLL_TEST(test_p3_validators_are_replaced_though_the_body_is_broken),
		POLL_TEST(test_p3_validators_of_a_304_replace_where_present),
		POLL_TEST(test_a_document_on_which_the_reader_failed_is_asked_for_again_whole),
		POLL_TEST(test_p3_validators_outlive_failures),
		POLL_TEST(test_p3_validators_outlive_a_document_that_turns_out_damaged),
		POLL_TEST(test_p9_a_body_packed_anew_is_the_same_body),
		POLL_TEST(test_a_304_to_a_broken_document_keeps_the_feed_failing),
		POLL_TEST(test_a_304_that_was_not_asked_for_is_a_failure),
		POLL_TEST(test_p5_interval_starts_at_the_default_and_jitter_lengthens),
		POLL_TEST(test_p5_interval_of_a_quiet_feed_grows_to_a_day),
		POLL_TEST(test_p6_the_later_of_own_interval_and_hint_counts),
		POLL_TEST(test_p6_a_feed_is_left_alone_in_the_hours_that_it_names),
		POLL_TEST(test_p6_a_year_of_freshness_is_a_day),
		POLL_TEST(test_p6_a_hint_goes_before_an_earlier_safety_poll),
		POLL_TEST(test_p6_several_fields_of_cache_control_are_one_list),
		POLL_TEST(test_p6_no_store_is_no_licence_to_come_sooner),
		POLL_TEST(test_p6_the_operators_interval_overrides_hints_but_not_429),
		POLL_TEST(test_p7_retry_after_is_obeyed_for_429_and_503),
		POLL_TEST(test_p7_a_short_retry_after_is_no_licence_to_come_sooner),
		POLL_TEST(test_p7_without_retry_after_429_doubles_and_503_backs_off),
		POLL_TEST(test_p7_a_403_right_after_a_429_is_another),
		POLL_TEST(test_p8_failures_back_off_and_say_why_and_since_when),
		POLL_TEST(test_p8_every_status_has_words),
		POLL_TEST(test_p8_410_ends_polling_and_says_so),
		POLL_TEST(test_p8_an_expired_json_feed_ends_polling),
		POLL_TEST(test_p9_a_feed_of_nothing_but_304_is_probed_after_seven_days),
		POLL_TEST(test_p5_the_rhythm_is_found_again_after_a_wrong_clock),
		POLL_TEST(test_p9_a_wrong_clock_does_not_put_the_probe_off),
		POLL_TEST(test_a_wrong_clock_puts_no_note_of_what_was_seen_off),
		POLL_TEST(test_p8_a_failure_counts_from_now_after_a_wrong_clock),
		POLL_TEST(test_p8_an_outage_is_as_long_as_it_was_though_the_clock_is_set_back),
		POLL_TEST(test_p7_a_block_is_no_longer_though_the_clock_is_set_back),
		POLL_TEST(test_p9_a_rare_feed_is_given_five_of_its_gaps),
		POLL_TEST(test_p9_a_probe_that_fails_is_not_repeated_within_a_day),
		POLL_TEST(test_p9_an_etag_that_never_works_is_no_longer_sent),
		POLL_TEST(test_p9_a_304_shows_that_the_etag_works),
		POLL_TEST(test_a_title_and_a_diagnosis_are_kept_while_nothing_changes),
		POLL_TEST(test_p2_a_validator_without_a_value_is_none),
		POLL_TEST(test_an_overlong_validator_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
