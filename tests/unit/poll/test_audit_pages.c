/* The judge of requests for articles' pages: an honest log is acquitted, and each rule can be
 * broken. */
#include "poll/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START ((usec)1793534400 * USEC_SEC + 17 * USEC_MINUTE)
#define GAP (2 * USEC_SEC)
#define FEED_URL "https://example.org/feed"

enum {
	POLLS = 2,
	PAGES = 4, /* robots.txt, two pages, one elsewhere */
};

struct room {
	struct feed feed;
	struct audit_terms terms;
	struct audit *audit;
	struct arena *arena;
	struct request_record polls[POLLS];
	struct request_record pages[PAGES];
};

static struct request_record make_request(const char *url, usec started, unsigned flags)
{
	return (struct request_record){
		.started = started,
		.ended = started + USEC_SEC,
		.method = "GET",
		.url = url,
		.user_agent = "wirewatch/1",
		.status = 200,
		.outcome = REQUEST_DOCUMENT,
		.bytes = 1000,
		.next_poll = USEC_INFINITY,
		.flags = REQUEST_POLITE | REQUEST_PACKED | flags,
	};
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	unsigned page = REQUEST_PAGE | REQUEST_ALLOWED;

	assert_non_null(room);
	room->audit = calloc(1, sizeof(*room->audit));
	assert_non_null(room->audit);
	assert_int_equal(arena_new(64 * 1024, &room->arena), 0);
	room->feed = (struct feed){.name = "feed", .url = FEED_URL};
	room->terms = (struct audit_terms){
		.feed = &room->feed,
		.default_interval = 30 * USEC_MINUTE,
		.host_gap = GAP,
		.host_connections = 1,
	};
	room->polls[0] = make_request(FEED_URL, START, 0);
	room->polls[0].next_poll = START + 30 * USEC_MINUTE;
	room->polls[1] = make_request(FEED_URL, START + 30 * USEC_MINUTE, 0);
	room->polls[1].next_poll = START + 60 * USEC_MINUTE;
	room->pages[0] =
		make_request("https://example.org/robots.txt", START + GAP, REQUEST_ROBOTS);
	room->pages[1] = make_request("https://Example.org/a", START + 2 * GAP, page);
	room->pages[2] = make_request("https://elsewhere.example/", START + 2 * GAP + 1, page);
	room->pages[3] = make_request("https://example.org/b", START + 3 * GAP, page);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	arena_free(room->arena);
	free(room->audit);
	free(room);
	return 0;
}

static void judge(struct room *room)
{
	audit_judge(room->audit, &room->terms, NULL, 0);
	assert_int_equal(audit_judge_pages(room->audit, &room->terms, room->polls, POLLS,
				 room->pages, PAGES, room->arena),
		0);
}

/* One breach of that rule, of that request, and no other. */
static void expect_breach(struct room *room, const char *rule, const struct request_record *request)
{
	const struct audit_breach *breach = &room->audit->breaches[0];

	judge(room);
	assert_int_equal(room->audit->breach_count, 1);
	assert_string_equal(room->audit->rules[breach->rule].name, rule);
	assert_ptr_equal(breach->request, request);
}

static void test_an_honest_log_is_acquitted_of_each_rule_that_holds_for_pages(void **state)
{
	static const size_t held[] = {11, 13, 14, 15, 17};
	struct room *room = *state;

	judge(room);
	assert_int_equal(room->audit->breach_count, 0);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		assert_true(room->audit->rules[held[i] - 1].checked > 0);
	assert_int_equal(room->audit->rules[0].checked, 0);
	assert_int_equal(room->audit->rules[17 - 1].checked, 3); /* not for robots.txt itself */
}

static void test_p7_a_page_of_a_host_that_wants_to_be_left_alone_is_a_breach(void **state)
{
	struct room *room = *state;

	room->pages[1].blocked_until = START + USEC_MINUTE;
	expect_breach(room, "P7", &room->pages[3]);
	room->pages[1].blocked_until = 0;
	room->polls[0].blocked_until = START + GAP + 2 * USEC_SEC;
	expect_breach(room, "P7", &room->pages[0]);
}

static void test_p7_a_poll_of_a_host_that_wants_no_pages_asked_for_is_a_breach(void **state)
{
	struct room *room = *state;

	room->pages[3].blocked_until = START + USEC_HOUR;
	expect_breach(room, "P7", &room->polls[1]);
}

static void test_a_sitemap_is_held_to_what_holds_for_pages_but_for_robots_txt(void **state)
{
	struct room *room = *state;
	struct request_record *sitemap = &room->pages[0];

	*sitemap = make_request("https://example.org/news.xml", START + GAP, REQUEST_SITEMAP);
	judge(room);
	assert_int_equal(room->audit->breach_count, 0);
	*sitemap = make_request("https://example.org/news.xml", START + GAP / 2, REQUEST_SITEMAP);
	expect_breach(room, "P11", sitemap);
}

static void test_p10_too_many_redirects_of_robots_txt_are_a_breach(void **state)
{
	struct room *room = *state;

	room->pages[0].hops =
		"301 a\n301 b\n301 c\n301 d\n301 e\n301 f\n301 g\n301 h\n301 i\n301 j";
	judge(room);
	assert_int_equal(room->audit->breach_count, 0);
	room->pages[0].hops =
		"301 a\n301 b\n301 c\n301 d\n301 e\n301 f\n301 g\n301 h\n301 i\n301 j\n301 k";
	expect_breach(room, "P10", &room->pages[0]);
}

static void test_p11_the_gap_holds_between_pages_and_polls_of_a_host(void **state)
{
	struct room *room = *state;

	room->pages[3].started -= 2 * USEC_MSEC;
	expect_breach(room, "P11", &room->pages[3]);
	room->pages[3].started = room->polls[1].started - GAP + 2 * USEC_MSEC;
	room->pages[3].ended = room->pages[3].started + 1;
	expect_breach(room, "P11", &room->polls[1]);
	room->pages[3].started = room->polls[1].started + GAP - 2 * USEC_MSEC;
	room->pages[3].ended = room->pages[3].started + 1;
	expect_breach(room, "P11", &room->pages[3]);
}

static void test_p11_two_at_a_time_are_a_breach_unless_allowed(void **state)
{
	struct room *room = *state;

	room->pages[1].ended = room->pages[3].started + 1;
	expect_breach(room, "P11", &room->pages[3]);
	room->terms.host_connections = 2;
	judge(room);
	assert_int_equal(room->audit->breach_count, 0);
}

static void test_p11_a_page_that_does_not_wait_for_its_turn_is_a_breach(void **state)
{
	struct room *room = *state;

	room->pages[2].flags &= ~(unsigned)REQUEST_POLITE;
	expect_breach(room, "P11", &room->pages[2]);
}

static void test_p13_to_p15_hold_for_pages(void **state)
{
	struct room *room = *state;

	room->pages[1].url = "https://example.org/a#top";
	expect_breach(room, "P13", &room->pages[1]);
	room->pages[1].url = "https://example.org/a?an=article's";
	room->pages[0].user_agent = NULL;
	expect_breach(room, "P14", &room->pages[0]);
	room->pages[0].user_agent = "wirewatch/1";
	room->pages[2].flags &= ~(unsigned)REQUEST_PACKED;
	expect_breach(room, "P15", &room->pages[2]);
}

static void test_p17_a_page_without_the_leave_of_robots_txt_is_a_breach(void **state)
{
	struct room *room = *state;

	room->pages[3].flags &= ~(unsigned)REQUEST_ALLOWED;
	expect_breach(room, "P17", &room->pages[3]);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_an_honest_log_is_acquitted_of_each_rule_that_holds_for_pages),
		IN_ROOM(test_p7_a_page_of_a_host_that_wants_to_be_left_alone_is_a_breach),
		IN_ROOM(test_p7_a_poll_of_a_host_that_wants_no_pages_asked_for_is_a_breach),
		IN_ROOM(test_a_sitemap_is_held_to_what_holds_for_pages_but_for_robots_txt),
		IN_ROOM(test_p10_too_many_redirects_of_robots_txt_are_a_breach),
		IN_ROOM(test_p11_the_gap_holds_between_pages_and_polls_of_a_host),
		IN_ROOM(test_p11_two_at_a_time_are_a_breach_unless_allowed),
		IN_ROOM(test_p11_a_page_that_does_not_wait_for_its_turn_is_a_breach),
		IN_ROOM(test_p13_to_p15_hold_for_pages),
		IN_ROOM(test_p17_a_page_without_the_leave_of_robots_txt_is_a_breach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
