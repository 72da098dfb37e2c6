#include "notify/health_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "support/json_schema.h"
#include "support/scratch.h"

#define NOON (UINT64_C(1792324800) * USEC_SEC)

struct room {
	char folder[SCRATCH_FOLDER_BYTES];
	struct store *store;
	json_t *schema;
};

static const char *const hooks[] = {"desk", "journal", NULL};

static const struct feed feed = {.name = "world", .url = "https://example.org/feed"};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	char *words = NULL;

	assert_non_null(room);
	scratch_make(room->folder);
	assert_int_equal(store_open(room->folder, &room->store, &words), 0);
	room->schema = json_load_file(EVENT_SCHEMA, 0, NULL);
	assert_non_null(room->schema);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	store_close(room->store);
	json_decref(room->schema);
	scratch_remove(room->folder);
	free(room);
	return 0;
}

struct seen {
	struct room *room;
	unsigned count;
	enum event_type type;
	char words[256];
};

static int check_alert(const struct alert *alert, void *userdata)
{
	struct seen *seen = userdata;
	json_t *event = json_loads(alert->event, 0, NULL);
	char fault[512];

	assert_non_null(event);
	if (json_schema_check(seen->room->schema, event, fault, sizeof(fault)) < 0)
		fail_msg("%s", fault);
	json_decref(event);
	seen->count++;
	seen->type = alert->type;
	if (alert->type == EVENT_FEED_MOVED)
		assert_string_equal(alert->url, "https://example.org/new");
	(void)snprintf(seen->words, sizeof(seen->words), "%s", alert->title);
	return 0;
}

static struct seen see(struct room *room)
{
	struct seen seen = {.room = room};

	assert_int_equal(store_alerts_each(room->store, NULL, 0, 100, check_alert, &seen), 0);
	return seen;
}

static uint64_t pending(struct room *room)
{
	struct store_figures figures;

	assert_int_equal(store_figures(room->store, &figures), 0);
	return figures.pending;
}

static const struct feed_state down = {
	.last_poll = NOON,
	.health = FEED_FAILING,
	.failures = 3,
	.failing_since = NOON - USEC_HOUR,
	.error = "the server answered HTTP 500",
};

static void test_failing_feed_is_told_to_each_hook(void **state)
{
	struct room *room = *state;
	struct feed_state before = {.last_poll = NOON - USEC_HOUR, .health = FEED_OK};
	struct health_poll poll = {&feed, &before, &down, 0};

	assert_int_equal(health_report_poll(room->store, &poll, hooks), 1);
	assert_int_equal(see(room).count, 1);
	assert_int_equal(see(room).type, EVENT_FEED_FAILING);
	assert_string_equal(see(room).words, down.error);
	assert_int_equal(pending(room), 2);
	/* The same poll worked out again after a crash: the same alert. */
	assert_int_equal(health_report_poll(room->store, &poll, hooks), 1);
	assert_int_equal(see(room).count, 1);
}

static void test_nothing_to_tell_makes_nothing(void **state)
{
	struct room *room = *state;
	struct health_poll poll = {&feed, &down, &down, 0};

	assert_int_equal(health_report_poll(room->store, &poll, hooks), 0);
	assert_int_equal(see(room).count, 0);
}

static void test_without_hooks_nothing_is_stored(void **state)
{
	static const char *const none[] = {NULL};
	struct room *room = *state;
	struct feed_state before = {.last_poll = NOON - USEC_HOUR, .health = FEED_OK};
	struct health_poll poll = {&feed, &before, &down, 0};

	assert_int_equal(health_report_poll(room->store, &poll, none), 0);
	assert_int_equal(health_report_poll(room->store, &poll, NULL), 0);
	assert_int_equal(health_report_hook(room->store, "desk", "down", NOON, none), 0);
	assert_int_equal(see(room).count, 0);
}

static void test_each_type_has_its_words(void **state)
{
	struct room *room = *state;
	struct feed_state before = down;
	struct feed_state after = {
		.last_poll = NOON + USEC_DAY,
		.last_news = NOON,
		.health = FEED_OK,
		.moved_url = "https://example.org/new",
		.title = "World",
	};
	struct health_poll poll = {&feed, &before, &after, USEC_HOUR};

	before.last_news = NOON;
	assert_int_equal(health_report_poll(room->store, &poll, hooks), 3);
	assert_int_equal(see(room).count, 3);
	after.last_poll++;
	after.health = FEED_GONE;
	assert_int_equal(health_report_poll(room->store, &poll, hooks), 2);
}

static void test_hook_is_told_when_it_fails_and_recovers(void **state)
{
	struct room *room = *state;

	assert_int_equal(health_report_hook(room->store, "desk", "HTTP 500", NOON, hooks), 1);
	assert_int_equal(see(room).type, EVENT_HOOK_FAILING);
	assert_string_equal(see(room).words, "hook desk: HTTP 500");
	assert_int_equal(health_report_hook(room->store, "desk", NULL, NOON + 1, hooks), 1);
	assert_int_equal(see(room).count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* As after the clock was set forward: else all feeds would be told of at once. */
static void test_what_the_clock_leaps_over_is_no_silence(void **state)
{
	struct room *room = *state;
	struct feed_state before = {
		.last_poll = NOON, .last_success = NOON, .last_news = NOON, .health = FEED_OK};
	struct feed_state after = before;
	struct health_poll poll = {&feed, &before, &after, USEC_HOUR, 5 * USEC_DAY};

	after.last_poll = after.last_success = NOON + 5 * USEC_DAY + USEC_HOUR;
	assert_int_equal(health_report_poll(room->store, &poll, hooks), 0);
	before = after;
	after.last_poll = after.last_success = NOON + 5 * USEC_DAY + 6 * USEC_HOUR;
	assert_int_equal(health_report_poll(room->store, &poll, hooks), 1);
	assert_int_equal(see(room).type, EVENT_FEED_SILENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_failing_feed_is_told_to_each_hook),
		TEST(test_nothing_to_tell_makes_nothing),
		TEST(test_without_hooks_nothing_is_stored),
		TEST(test_each_type_has_its_words),
		TEST(test_hook_is_told_when_it_fails_and_recovers),
		TEST(test_what_the_clock_leaps_over_is_no_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
