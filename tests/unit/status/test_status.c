#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "status/status.h"

#define NOW ((usec)1793534400 * USEC_SEC) /* 1 November 2026, noon */

static struct status_figures ordinary(void)
{
	return (struct status_figures){
		.version = "1.2.3",
		.started = NOW - 90 * USEC_SEC,
		.now = NOW,
		.feeds = 1000,
		.failing = 3,
		.polling = 2,
		.reading = 1,
		.next_poll = NOW + 12 * USEC_SEC,
		.topics = 40,
		.hooks = 5,
		.articles = 900,
		.stories = 700,
		.alerts = 52,
		.pending = 4,
		.dead = 6,
		.sending = 7,
		.delivered = 48,
		.database_bytes = 1234567,
		.pages_waiting = 7,
		.pages_fetched = 8,
		.pages_used = 9,
		.pages_fallback = 10,
	};
}

static void expect_line(const struct status_figures *figures, const char *part)
{
	char line[STATUS_LINE_SIZE];

	if (!strstr(status_line(figures, line), part))
		fail_msg("no \"%s\" in \"%s\"", part, line);
}

static void test_line_tells_what_systemctl_shows(void **state)
{
	struct status_figures figures = ordinary();
	char line[STATUS_LINE_SIZE];

	(void)state;
	assert_string_equal(status_line(&figures, line),
		"1000 feeds (3 failing), 2 being polled, next poll in 12s; 900 articles in 700 "
		"stories; 52 alerts, 4 deliveries waiting, 6 dead");
}

static void test_next_poll_is_rounded_up_to_seconds(void **state)
{
	struct status_figures figures = ordinary();

	(void)state;
	figures.next_poll = NOW + 1;
	expect_line(&figures, "next poll in 1s;");
	figures.next_poll = NOW + 59 * USEC_SEC + 1;
	expect_line(&figures, "next poll in 1min;");
}

static void test_poll_that_is_late_or_never_is_told_in_words(void **state)
{
	struct status_figures figures = ordinary();

	(void)state;
	figures.next_poll = NOW;
	expect_line(&figures, "polls due now;");
	figures.next_poll = NOW - USEC_HOUR;
	expect_line(&figures, "polls due now;");
	figures.next_poll = USEC_INFINITY;
	expect_line(&figures, "no poll planned;");
}

static void test_line_of_the_largest_figures_stays_within_its_size(void **state)
{
	struct status_figures figures = ordinary();
	char room[STATUS_LINE_SIZE + 1];

	(void)state;
	figures.feeds = figures.failing = figures.polling = SIZE_MAX;
	figures.articles = figures.stories = figures.alerts = UINT64_MAX;
	figures.pending = figures.dead = UINT64_MAX;
	figures.next_poll = USEC_INFINITY - 1;
	room[STATUS_LINE_SIZE] = '#';
	assert_true(strlen(status_line(&figures, room)) < STATUS_LINE_SIZE);
	assert_int_equal(room[STATUS_LINE_SIZE], '#');
}

static json_int_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("%s is no number", key);
	return json_integer_value(value);
}

static void test_json_has_every_figure_under_its_name(void **state)
{
	struct status_figures figures = ordinary();
	json_t *json = status_json(&figures);
	const json_t *feeds = json_object_get(json, "feeds");
	const json_t *deliveries = json_object_get(json, "deliveries");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "version")), "1.2.3");
	assert_string_equal(
		json_string_value(json_object_get(json, "started")), "2026-11-01T11:58:30Z");
	assert_int_equal(number(json, "uptime"), 90);
	assert_int_equal(number(feeds, "configured"), 1000);
	assert_int_equal(number(feeds, "failing"), 3);
	assert_int_equal(number(feeds, "polling"), 2);
	assert_int_equal(number(feeds, "reading"), 1);
	assert_string_equal(
		json_string_value(json_object_get(feeds, "next_poll")), "2026-11-01T12:00:12Z");
	assert_int_equal(number(json, "topics"), 40);
	assert_int_equal(number(json, "hooks"), 5);
	assert_int_equal(number(json, "articles"), 900);
	assert_int_equal(number(json, "stories"), 700);
	assert_int_equal(number(json, "alerts"), 52);
	assert_int_equal(number(deliveries, "pending"), 4);
	assert_int_equal(number(deliveries, "dead"), 6);
	assert_int_equal(number(deliveries, "sending"), 7);
	assert_int_equal(number(deliveries, "delivered"), 48);
	assert_int_equal(number(json, "database_bytes"), 1234567);
	assert_int_equal(number(json_object_get(json, "pages"), "waiting"), 7);
	assert_int_equal(number(json_object_get(json, "pages"), "fetched"), 8);
	assert_int_equal(number(json_object_get(json, "pages"), "used"), 9);
	assert_int_equal(number(json_object_get(json, "pages"), "fallback"), 10);
	json_decref(json);
}

static void test_json_of_no_planned_poll_is_null(void **state)
{
	struct status_figures figures = ordinary();
	json_t *json;

	(void)state;
	figures.next_poll = USEC_INFINITY;
	json = status_json(&figures);
	assert_true(json_is_null(json_object_get(json_object_get(json, "feeds"), "next_poll")));
	json_decref(json);
}

static void test_clock_set_back_gives_no_uptime_rather_than_a_huge_one(void **state)
{
	struct status_figures figures = ordinary();
	json_t *json;

	(void)state;
	figures.started = NOW + USEC_HOUR;
	json = status_json(&figures);
	assert_int_equal(number(json, "uptime"), 0);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_tells_what_systemctl_shows),
		cmocka_unit_test(test_next_poll_is_rounded_up_to_seconds),
		cmocka_unit_test(test_poll_that_is_late_or_never_is_told_in_words),
		cmocka_unit_test(test_line_of_the_largest_figures_stays_within_its_size),
		cmocka_unit_test(test_json_has_every_figure_under_its_name),
		cmocka_unit_test(test_json_of_no_planned_poll_is_null),
		cmocka_unit_test(test_clock_set_back_gives_no_uptime_rather_than_a_huge_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
