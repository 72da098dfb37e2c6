/* The judge of recorded requests: an honest log is acquitted, and each rule can be broken. */
#include "poll/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	REQUESTS = 40,
	MOVED_ONE = 8, /* an unremarkable one in the middle of the log */
};

#define START ((usec)1793534400 * USEC_SEC + 17 * USEC_MINUTE)
#define INTERVAL (30 * USEC_MINUTE)
#define FEED_URL "https://example.org/feed"

struct room {
	struct feed feed;
	struct audit_terms terms;
	struct audit *audit;
	struct request_record log[REQUESTS];
	size_t count;
};

/* The i-th request of a feed that behaves: 200, then 304s, half an hour apart. */
static struct request_record honest(size_t i)
{
	usec started = START + i * (INTERVAL + USEC_MINUTE);

	return (struct request_record){
		.key = (int64_t)i + 1,
		.previous = (int64_t)i,
		.started = started,
		.ended = started + USEC_SEC,
		.method = "GET",
		.url = FEED_URL,
		.if_none_match = i > 0 ? "\"1\"" : NULL,
		.if_modified_since = i > 0 ? "Thu, 1 Jan 70" : NULL,
		.user_agent = "wirewatch/1",
		.status = i > 0 ? 304 : 200,
		.outcome = i > 0 ? REQUEST_UNCHANGED : REQUEST_DOCUMENT,
		.bytes = i > 0 ? 0 : 1000,
		.etag = "\"1\"",
		.last_modified = i > 0 ? NULL : "Thu, 1 Jan 70",
		.next_poll = started + USEC_SEC + INTERVAL,
		.rule = RULE_RHYTHM,
		.flags = REQUEST_POLITE | REQUEST_PACKED | (i == 20 ? REQUEST_AFTER_START : 0),
	};
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	room->feed = (struct feed){.name = "f", .url = FEED_URL};
	room->terms = (struct audit_terms){.feed = &room->feed,
		.default_interval = INTERVAL,
		.host_gap = USEC_SEC,
		.host_connections = 1};
	room->audit = calloc(1, sizeof(*room->audit));
	assert_non_null(room->audit);
	room->count = REQUESTS;
	for (size_t i = 0; i < REQUESTS; i++)
		room->log[i] = honest(i);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	free(room->audit);
	free(room);
	return 0;
}

static const struct audit *judge(struct room *room)
{
	audit_judge(room->audit, &room->terms, room->log, room->count);
	return room->audit;
}

/* The rule with that number, and no other but `also` (0: none), was broken. */
static void expect(struct room *room, unsigned rule, unsigned also)
{
	const struct audit *audit = judge(room);

	for (size_t i = 0; i < audit->told; i++)
		if (audit->breaches[i].rule + 1 != rule && audit->breaches[i].rule + 1 != also)
			fail_msg("P%u was to be broken, and P%u was: %s", rule,
				audit->breaches[i].rule + 1, audit->breaches[i].words);
	assert_true(audit->rules[rule - 1].breaches > 0);
	assert_true(audit->rules[rule - 1].checked >= audit->rules[rule - 1].breaches);
	assert_true(audit->breach_count >= audit->told && audit->told > 0);
}

static void test_an_honest_log_is_acquitted_of_every_rule(void **state)
{
	const struct audit *audit = judge(*state);

	for (size_t i = 0; i < audit->told; i++)
		print_error("%s\n", audit->breaches[i].words);
	assert_int_equal(audit->breach_count, 0);
	assert_int_equal(audit->rules[0].checked, REQUESTS);
	assert_true(audit->rules[3].checked > 0);
	assert_string_equal(audit->rules[16].name, "P17");
}

static void test_an_empty_log_breaks_nothing(void **state)
{
	struct room *room = *state;

	room->count = 0;
	assert_int_equal(judge(room)->breach_count, 0);
}

static void test_what_was_before_the_log_is_not_held_against_it(void **state)
{
	struct room *room = *state;

	room->log[0] = honest(5);
	for (size_t i = 1; i < REQUESTS; i++)
		room->log[i] = honest(i + 5);
	assert_int_equal(judge(room)->breach_count, 0);
	/* ... but what stands in it is. */
	room->log[3].if_none_match = NULL;
	room->log[3].if_modified_since = NULL;
	expect(room, 1, 0);
}

static struct request_record *one(void **state)
{
	return &((struct room *)*state)->log[MOVED_ONE];
}

static void test_p1_unconditional_requests(void **state)
{
	one(state)->if_none_match = NULL;
	one(state)->if_modified_since = NULL;
	one(state)->status = 200;
	one(state)->bytes = 1000;
	one(state)->last_modified = "Thu, 1 Jan 70";
	expect(*state, 1, 0);
	one(state)->flags |= REQUEST_OTHER_ACCESS;
	assert_int_equal(judge(*state)->breach_count, 0);
}

static void test_p1_validators_before_any_were_given(void **state)
{
	((struct room *)*state)->log[0].if_none_match = "\"0\"";
	expect(*state, 1, 2);
}

static void test_p2_validators_that_nobody_gave(void **state)
{
	one(state)->if_modified_since = "Thu, 01 Jan 1970 00:00:00 GMT";
	expect(*state, 2, 3);
}

static void test_p2_another_addresss_validators(void **state)
{
	one(state)->url = "https://example.org/other";
	one(state)->flags |= REQUEST_ASKED;
	expect(*state, 2, 10);
}

/* One that came was given; one that broke off, or was damaged, was not. */
static void test_p3_what_did_not_come_whole_gives_no_validators(void **state)
{
	one(state)->status = 200;
	one(state)->outcome = REQUEST_FAILED;
	one(state)->etag = NULL;
	assert_int_equal(judge(*state)->breach_count, 0);
	one(state)->etag = "\"2\"";
	assert_int_equal(judge(*state)->breach_count, 0);
	one(state)->bytes = 1000;
	expect(*state, 3, 0);
}

static void test_p3_older_validators(void **state)
{
	struct room *room = *state;

	room->log[4].etag = "\"2\"";
	expect(room, 3, 0);
}

static void test_p4_a_start_that_asks(void **state)
{
	one(state)->flags |= REQUEST_AFTER_START;
	one(state)->started -= 20 * USEC_MINUTE;
	expect(*state, 4, 6);
}

static void test_p5_intervals_out_of_bounds(void **state)
{
	struct room *room = *state;

	room->log[REQUESTS - 1].next_poll = room->log[REQUESTS - 1].ended + USEC_MINUTE;
	expect(room, 5, 0);
	room->log[REQUESTS - 1].flags |= REQUEST_FIXED;
	assert_int_equal(judge(room)->breach_count, 0);
	room->log[REQUESTS - 1] = honest(REQUESTS - 1);
	room->log[REQUESTS - 1].next_poll += 2 * USEC_DAY;
	expect(room, 5, 0);
}

static void test_p6_early_polls(void **state)
{
	one(state)->started -= 10 * USEC_MINUTE;
	expect(*state, 6, 0);
	one(state)->flags |= REQUEST_ASKED;
	assert_int_equal(judge(*state)->breach_count, 0);
}

static void test_a_clock_that_was_set_back_is_no_breach(void **state)
{
	struct room *room = *state;

	for (size_t i = MOVED_ONE; i < room->count; i++) {
		room->log[i].started -= 5 * USEC_DAY;
		room->log[i].ended -= 5 * USEC_DAY;
		room->log[i].next_poll -= 5 * USEC_DAY;
	}
	assert_int_equal(judge(room)->breach_count, 0);
}

static void test_p6_freshness_that_is_not_minded(void **state)
{
	one(state)->freshness = USEC_HOUR;
	expect(*state, 6, 0);
}

static void test_p7_hosts_that_are_not_left_alone(void **state)
{
	one(state)->status = 429;
	one(state)->outcome = REQUEST_FAILED;
	one(state)->rule = RULE_RETRY_AFTER;
	one(state)->blocked_until = one(state)->ended + 2 * USEC_HOUR;
	expect(*state, 7, 0);
	one(state)->blocked_until = 0;
	expect(*state, 7, 0);
}

static void test_p8_failures_that_do_not_slow_down(void **state)
{
	struct room *room = *state;

	one(state)->status = 500;
	one(state)->outcome = REQUEST_FAILED;
	one(state)->rule = RULE_BACKOFF;
	one(state)->failures = 3;
	expect(room, 8, 0);
	*one(state) = honest(MOVED_ONE);
	one(state)->rule = RULE_GONE;
	one(state)->status = 410;
	one(state)->next_poll = USEC_INFINITY;
	expect(room, 8, 0);
}

static void test_p9_probes_without_need(void **state)
{
	one(state)->if_none_match = NULL;
	one(state)->if_modified_since = NULL;
	one(state)->flags |= REQUEST_PROBE;
	expect(*state, 9, 0);
	*one(state) = honest(MOVED_ONE);
	one(state)->if_none_match = NULL;
	one(state)->flags |= REQUEST_ETAG_USELESS;
	expect(*state, 9, 0);
}

static void test_p10_redirects_and_moves(void **state)
{
	struct room *room = *state;

	one(state)->hops =
		"302 a\n302 b\n302 c\n302 d\n302 e\n302 f\n302 g\n302 h\n302 i\n302 j\n302 k\n";
	expect(room, 10, 0);
	*one(state) = honest(MOVED_ONE);
	for (size_t i = MOVED_ONE; i < REQUESTS; i++) {
		room->log[i].url = "https://example.net/moved";
		room->log[i].if_none_match = room->log[i].if_modified_since = NULL;
	}
	expect(room, 10, 0);
}

static void test_p11_requests_at_once_or_too_close(void **state)
{
	struct room *room = *state;

	room->log[MOVED_ONE - 1].flags |= REQUEST_FIXED;
	room->log[MOVED_ONE - 1].ended = one(state)->started + USEC_SEC;
	expect(room, 11, 16);
	room->log[MOVED_ONE - 1] = honest(MOVED_ONE - 1);
	one(state)->flags &= ~(unsigned)REQUEST_POLITE;
	expect(room, 11, 0);
	*one(state) = honest(MOVED_ONE);
	room->terms.host_gap = 2 * USEC_HOUR;
	expect(room, 11, 0);
}

/* Whether P11 is broken where another feed's request lasted from then to then. */
static bool collides(struct room *room, int64_t after, int64_t until)
{
	usec start = room->log[MOVED_ONE].started;
	struct audit_neighbour neighbours[] = {
		{1, start - USEC_DAY, start - USEC_DAY + 1, "early"},
		{2, start + (usec)after, start + (usec)until, "other"},
		{3, start + USEC_MINUTE, start + 2 * USEC_MINUTE, "late"},
	};
	const struct audit *audit;

	room->terms.neighbours = neighbours;
	room->terms.neighbour_count = ARRAY_SIZE(neighbours);
	audit = judge(room);
	if (audit->breach_count == 0)
		return false;
	expect(room, 11, 0);
	assert_ptr_equal(audit->breaches[0].request, &room->log[MOVED_ONE]);
	assert_string_equal(audit->breaches[0].other, "other");
	return true;
}

#define SECOND ((int64_t)USEC_SEC)
#define MSEC ((int64_t)USEC_MSEC)

static void test_p11_requests_of_other_feeds_of_the_host_count_too(void **state)
{
	struct room *room = *state;

	assert_false(collides(room, -SECOND, -1));
	assert_true(collides(room, -SECOND + 2 * MSEC, -1)); /* the gap between the starts */
	assert_true(collides(room, -10 * SECOND, 1));        /* still under way */
	assert_false(collides(room, -10 * SECOND, 0));
	assert_false(collides(room, 1, SECOND)); /* it came later: to be held against the other */
	/* Only as many at a time as HostConnections= says. */
	room->terms.host_connections = 2;
	assert_false(collides(room, -10 * SECOND, 1));
	room->terms.host_connections = 1;
	/* Where others' logs do not reach back so far, nothing is known. */
	room->terms.neighbours_since = room->log[MOVED_ONE].started + 1;
	assert_false(collides(room, -10 * SECOND, 1));
}

static void test_p12_starts_on_the_hour(void **state)
{
	struct room *room = *state;

	for (size_t i = 0; i < REQUESTS; i++) {
		room->log[i].started = START - START % USEC_HOUR + i * USEC_HOUR;
		room->log[i].ended = room->log[i].started + USEC_SEC;
		room->log[i].next_poll = room->log[i].started + USEC_HOUR;
	}
	expect(room, 12, 0);
}

static void test_p13_requests_of_another_form(void **state)
{
	static const char *const headers[] = {"X-Key Range", "cookie", "Referer"};

	one(state)->method = "HEAD";
	expect(*state, 13, 0);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		*one(state) = honest(MOVED_ONE);
		one(state)->headers = headers[i];
		expect(*state, 13, 0);
	}
	*one(state) = honest(MOVED_ONE);
	one(state)->headers = "X-Cookie Accept-Ranges";
	assert_int_equal(judge(*state)->breach_count, 0);
	one(state)->flags |= REQUEST_COOKIES;
	expect(*state, 13, 0);
	*one(state) = honest(MOVED_ONE);
	one(state)->url = FEED_URL "?cache=1";
	one(state)->if_none_match = one(state)->if_modified_since = NULL;
	expect(*state, 13, 10);
}

static void test_p14_names_that_change(void **state)
{
	one(state)->user_agent = NULL;
	expect(*state, 14, 0);
	one(state)->user_agent = "Mozilla/5.0";
	expect(*state, 14, 0);
	/* Changed once, it is a setting. */
	for (size_t i = MOVED_ONE; i < REQUESTS; i++)
		((struct room *)*state)->log[i].user_agent = "wirewatch/2";
	assert_int_equal(judge(*state)->breach_count, 0);
}

static void test_p15_no_compression(void **state)
{
	one(state)->flags &= ~(unsigned)REQUEST_PACKED;
	expect(*state, 15, 0);
}

static void test_p16_one_url_twice_at_once(void **state)
{
	struct room *room = *state;

	room->log[MOVED_ONE - 1].flags |= REQUEST_FIXED;
	room->log[MOVED_ONE - 1].ended = one(state)->started + USEC_SEC;
	expect(room, 16, 11);
}

static void test_p17_robots_for_a_feed(void **state)
{
	one(state)->url = "https://example.org/robots.txt";
	one(state)->if_none_match = one(state)->if_modified_since = NULL;
	expect(*state, 17, 10);
}

static void test_breaches_beyond_the_bound_are_counted(void **state)
{
	struct room *room = *state;

	for (size_t i = 0; i < REQUESTS; i++) {
		room->log[i].method = "HEAD";
		room->log[i].user_agent = NULL;
		room->log[i].headers = "Range";
		room->log[i].url = FEED_URL "#x";
		room->log[i].flags = 0;
		room->log[i].started = START;
	}
	assert_true(judge(room)->breach_count > AUDIT_BREACHES_MAX);
	assert_int_equal(room->audit->told, AUDIT_BREACHES_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_honest_log_is_acquitted_of_every_rule),
		TEST(test_an_empty_log_breaks_nothing),
		TEST(test_what_was_before_the_log_is_not_held_against_it),
		TEST(test_p1_unconditional_requests),
		TEST(test_p1_validators_before_any_were_given),
		TEST(test_p2_validators_that_nobody_gave),
		TEST(test_p2_another_addresss_validators),
		TEST(test_p3_what_did_not_come_whole_gives_no_validators),
		TEST(test_p3_older_validators),
		TEST(test_p4_a_start_that_asks),
		TEST(test_p5_intervals_out_of_bounds),
		TEST(test_p6_early_polls),
		TEST(test_a_clock_that_was_set_back_is_no_breach),
		TEST(test_p6_freshness_that_is_not_minded),
		TEST(test_p7_hosts_that_are_not_left_alone),
		TEST(test_p8_failures_that_do_not_slow_down),
		TEST(test_p9_probes_without_need),
		TEST(test_p10_redirects_and_moves),
		TEST(test_p11_requests_at_once_or_too_close),
		TEST(test_p11_requests_of_other_feeds_of_the_host_count_too),
		TEST(test_p12_starts_on_the_hour),
		TEST(test_p13_requests_of_another_form),
		TEST(test_p14_names_that_change),
		TEST(test_p15_no_compression),
		TEST(test_p16_one_url_twice_at_once),
		TEST(test_p17_robots_for_a_feed),
		TEST(test_breaches_beyond_the_bound_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
