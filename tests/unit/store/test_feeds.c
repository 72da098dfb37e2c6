#include "room.h"

#include <errno.h>

#define URL "https://example.org/feed?a=1&b='2'"

static void test_new_feed_gets_its_first_time(void **state)
{
	struct room *room = *state;
	struct feed_state feed;

	assert_int_equal(store_feed_ensure(room->store, URL, NOW, room->arena, &feed), 0);
	assert_string_equal(feed.url, URL);
	assert_int_equal(feed.next_poll, NOW);
	assert_int_equal(feed.rule, RULE_FIRST);
	assert_int_equal(feed.health, FEED_NEW);
	assert_null(feed.validators.etag);
	assert_false(feed.primed);
}

static void test_known_feed_keeps_its_time(void **state)
{
	struct room *room = *state;
	struct feed_state feed;

	assert_int_equal(store_feed_ensure(room->store, URL, NOW, room->arena, &feed), 0);
	assert_int_equal(store_feed_ensure(room->store, URL, NOW + 1, room->arena, &feed), 0);
	assert_int_equal(feed.next_poll, NOW);
}

static void test_all_of_a_state_comes_back(void **state)
{
	struct room *room = *state;
	struct feed_state feed;
	struct feed_state read;

	assert_int_equal(store_feed_ensure(room->store, URL, NOW, room->arena, &feed), 0);
	feed.moved_url = "https://example.net/";
	feed.title = "Füße — 新闻";
	feed.validators.etag = "W/\"odd\\ '\"";
	feed.validators.last_modified = "Thu, 1 Jan 70";
	feed.body = make_digest(1);
	feed.first_poll = 1;
	feed.last_poll = 2;
	feed.last_success = 3;
	feed.last_news = 4;
	feed.next_poll = USEC_INFINITY;
	feed.interval = 6;
	feed.rule = RULE_GONE;
	feed.health = FEED_GONE;
	feed.failures = UINT32_MAX;
	feed.failing_since = 7;
	feed.error = "410 Gone";
	feed.diagnosis = "line 3: not XML";
	feed.primed = true;
	feed.memory = "{}";
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_feed_ensure(room->store, URL, 0, room->arena, &read), 0);
	assert_int_equal(read.id, feed.id);
	assert_string_equal(read.moved_url, feed.moved_url);
	assert_string_equal(read.title, feed.title);
	assert_string_equal(read.validators.etag, feed.validators.etag);
	assert_string_equal(read.validators.last_modified, feed.validators.last_modified);
	assert_true(digest_equal(&read.body, &feed.body));
	assert_int_equal(read.first_poll, 1);
	assert_int_equal(read.last_poll, 2);
	assert_int_equal(read.last_success, 3);
	assert_int_equal(read.last_news, 4);
	assert_true(read.next_poll == USEC_INFINITY);
	assert_int_equal(read.interval, 6);
	assert_int_equal(read.rule, RULE_GONE);
	assert_int_equal(read.health, FEED_GONE);
	assert_int_equal(read.failures, UINT32_MAX);
	assert_int_equal(read.failing_since, 7);
	assert_string_equal(read.error, feed.error);
	assert_string_equal(read.diagnosis, feed.diagnosis);
	assert_true(read.primed);
	assert_string_equal(read.memory, "{}");
}

static void test_absent_validators_are_forgotten(void **state)
{
	struct room *room = *state;
	struct feed_state feed;

	assert_int_equal(store_feed_ensure(room->store, URL, NOW, room->arena, &feed), 0);
	feed.validators.etag = "\"a\"";
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	feed.validators.etag = NULL;
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	assert_int_equal(store_feed_ensure(room->store, URL, NOW, room->arena, &feed), 0);
	assert_null(feed.validators.etag);
}

static void test_unknown_feed_is_not_saved(void **state)
{
	struct room *room = *state;
	struct feed_state feed = {.id = 99, .url = URL};

	assert_int_equal(store_feed_save(room->store, &feed), -ENOENT);
}

static int note_feed(const struct feed_state *state, void *userdata)
{
	struct room *room = userdata;
	struct feed_state single;

	assert_int_equal(store_feed_ensure(room->store, state->url, 0, room->arena, &single), 0);
	assert_int_equal(state->id, single.id);
	assert_int_equal(state->next_poll, single.next_poll);
	assert_int_equal(state->health, single.health);
	return strcmp(state->url, "https://example.org/2") == 0 ? 7 : 0;
}

static void test_all_feeds_come_one_after_another(void **state)
{
	struct room *room = *state;
	struct feed_state feed;

	assert_int_equal(store_feeds_each(room->store, note_feed, room), 0);
	assert_int_equal(
		store_feed_ensure(room->store, "https://example.org/1", NOW, room->arena, &feed),
		0);
	assert_int_equal(store_feeds_each(room->store, note_feed, room), 0);
	assert_int_equal(store_feed_ensure(
				 room->store, "https://example.org/2", NOW + 1, room->arena, &feed),
		0);
	assert_int_equal(store_feeds_each(room->store, note_feed, room), 7);
}

static void test_small_arena_is_an_error(void **state)
{
	struct room *room = *state;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct feed_state feed;

	assert_int_equal(arena_new(16, &arena), 0);
	assert_int_equal(store_feed_ensure(room->store, URL, NOW, arena, &feed), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_new_feed_gets_its_first_time),
		IN_ROOM(test_known_feed_keeps_its_time),
		IN_ROOM(test_all_of_a_state_comes_back),
		IN_ROOM(test_absent_validators_are_forgotten),
		IN_ROOM(test_unknown_feed_is_not_saved),
		IN_ROOM(test_all_feeds_come_one_after_another),
		IN_ROOM(test_small_arena_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
