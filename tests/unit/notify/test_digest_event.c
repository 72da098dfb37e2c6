/* The bounds of a digest's event, each at its number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "notify/digest_event.h"

enum {
	ARENA_BYTES = 1024 * 1024,
	/* So many, with the longest addresses but for the last's, come close to an event's bound.
	 */
	CLOSE = 10,
};

struct desk {
	struct arena *arena;
	struct alert alerts[DIGEST_ALERTS_MAX];
	struct digest_facts facts;
	json_t *event; /* the last that was built */
};

static int setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	assert_int_equal(arena_new(ARENA_BYTES, &desk->arena), 0);
	for (size_t i = 0; i < DIGEST_ALERTS_MAX; i++)
		desk->alerts[i] = (struct alert){.type = EVENT_STORY_NEW, .topic = "fires"};
	/* The longest numbers: with these the bound is met to the byte. */
	desk->facts = (struct digest_facts){
		.topic = "fires",
		.part = INT32_MAX,
		.alerts = desk->alerts,
		.waiting = INT64_MAX,
	};
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	json_decref(desk->event);
	arena_free(desk->arena);
	free(desk);
	return 0;
}

static const char *text_of(struct desk *desk, size_t length)
{
	char *text = arena_alloc(desk->arena, length + 1);

	assert_non_null(text);
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

/* Returns how long the event of the first alerts is; *ret_count says how many it has. */
static size_t build(struct desk *desk, size_t count, size_t *ret_count)
{
	struct alert digest;
	json_error_t error;

	desk->facts.count = count;
	assert_int_equal(digest_event_build(&desk->facts, desk->arena, &digest, ret_count), 0);
	json_decref(desk->event);
	desk->event = json_loads(digest.event, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(desk->event);
	return strlen(digest.event);
}

static const char *member(const struct desk *desk, size_t alert, const char *name)
{
	const json_t *data = json_object_get(desk->event, "data");

	return json_string_value(
		json_object_get(json_array_get(json_object_get(data, "alerts"), alert), name));
}

static void test_event_is_shorter_than_its_bound_by_a_byte_at_the_most(void **state)
{
	struct desk *desk = *state;
	size_t length = 0;
	size_t room = 0;
	size_t count;

	for (size_t i = 0; i + 1 < CLOSE; i++)
		desk->alerts[i].url = text_of(desk, DIGEST_URL_BYTES);
	desk->alerts[CLOSE - 1].url = "";
	length = build(desk, CLOSE, &count);
	assert_int_equal(count, CLOSE);
	room = EVENT_BYTES_MAX - 1 - length;
	assert_in_range(room, 1, DIGEST_URL_BYTES - 1);
	desk->alerts[CLOSE - 1].url = text_of(desk, room);
	assert_int_equal(build(desk, CLOSE, &count), EVENT_BYTES_MAX - 1);
	assert_int_equal(count, CLOSE);
	desk->alerts[CLOSE - 1].url = text_of(desk, room + 1);
	assert_true(build(desk, CLOSE, &count) < EVENT_BYTES_MAX);
	assert_int_equal(count, CLOSE - 1);
}

static void test_part_takes_as_many_alerts_as_its_bound(void **state)
{
	struct desk *desk = *state;
	size_t count;

	(void)build(desk, DIGEST_ALERTS_MAX, &count);
	assert_int_equal(count, DIGEST_ALERTS_MAX);
}

static void test_address_that_is_too_long_is_left_out(void **state)
{
	struct desk *desk = *state;
	size_t count;

	desk->alerts[0].url = text_of(desk, DIGEST_URL_BYTES);
	desk->alerts[1].url = text_of(desk, DIGEST_URL_BYTES + 1);
	(void)build(desk, 2, &count);
	assert_int_equal(strlen(member(desk, 0, "url")), DIGEST_URL_BYTES);
	assert_null(member(desk, 1, "url"));
}

static void test_title_that_is_too_long_is_cut(void **state)
{
	struct desk *desk = *state;
	size_t count;

	desk->alerts[0].title = text_of(desk, DIGEST_TITLE_BYTES);
	desk->alerts[1].title = text_of(desk, DIGEST_TITLE_BYTES + 1);
	(void)build(desk, 2, &count);
	assert_string_equal(member(desk, 0, "title"), desk->alerts[0].title);
	assert_string_equal(member(desk, 1, "title") + DIGEST_TITLE_BYTES, " …");
}

int main(void)
{
#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		AT_DESK(test_event_is_shorter_than_its_bound_by_a_byte_at_the_most),
		AT_DESK(test_part_takes_as_many_alerts_as_its_bound),
		AT_DESK(test_address_that_is_too_long_is_left_out),
		AT_DESK(test_title_that_is_too_long_is_cut),
	};
#undef AT_DESK

	return cmocka_run_group_tests(tests, NULL, NULL);
}
