#include "room.h"

#include <errno.h>

static struct request_record make_request(int64_t feed, int64_t previous, usec started)
{
	return (struct request_record){
		.feed = feed,
		.previous = previous,
		.started = started,
		.ended = started + 1,
		.method = "GET",
		.url = "https://example.org/a",
		.user_agent = "wirewatch/1",
		.status = 304,
		.outcome = REQUEST_UNCHANGED,
		.next_poll = started + USEC_HOUR,
		.rule = RULE_RHYTHM,
	};
}

static void test_all_of_a_request_comes_back(void **state)
{
	struct room *room = *state;
	struct request_record record = make_request(make_feed(room, "u"), 3, NOW);
	struct request_record read;
	int64_t key;

	record.hops = "301 https://example.org/a\n";
	record.answered = "https://example.org/b";
	record.moved = "https://example.org/c";
	record.if_none_match = "W/\"odd\"";
	record.if_modified_since = "Thu, 1 Jan 70";
	record.headers = "X-Key";
	record.bytes = 77;
	record.etag = "\"e\"";
	record.last_modified = "yesterday";
	record.freshness = 5;
	record.blocked_until = 6;
	record.failures = 7;
	record.flags = REQUEST_ASKED | REQUEST_PACKED;
	assert_int_equal(store_request_add(room->store, &record, &key), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_request_get(room->store, record.feed, key, room->arena, &read), 0);
	assert_int_equal(read.previous, 3);
	assert_int_equal(read.started, NOW);
	assert_int_equal(read.ended, NOW + 1);
	assert_string_equal(read.method, "GET");
	assert_string_equal(read.url, record.url);
	assert_string_equal(read.hops, record.hops);
	assert_string_equal(read.answered, record.answered);
	assert_string_equal(read.moved, record.moved);
	assert_string_equal(read.if_none_match, record.if_none_match);
	assert_string_equal(read.if_modified_since, record.if_modified_since);
	assert_string_equal(read.user_agent, record.user_agent);
	assert_string_equal(read.headers, "X-Key");
	assert_int_equal(read.status, 304);
	assert_int_equal(read.outcome, REQUEST_UNCHANGED);
	assert_int_equal(read.bytes, 77);
	assert_string_equal(read.etag, record.etag);
	assert_string_equal(read.last_modified, record.last_modified);
	assert_int_equal(read.freshness, 5);
	assert_int_equal(read.blocked_until, 6);
	assert_int_equal(read.next_poll, NOW + USEC_HOUR);
	assert_int_equal(read.rule, RULE_RHYTHM);
	assert_int_equal(read.failures, 7);
	assert_int_equal(read.flags, REQUEST_ASKED | REQUEST_PACKED);
}

static void test_another_feeds_request_is_not_found(void **state)
{
	struct room *room = *state;
	struct request_record record = make_request(make_feed(room, "u"), 0, NOW);
	int64_t key;

	assert_int_equal(store_request_add(room->store, &record, &key), 0);
	assert_int_equal(store_request_get(room->store, record.feed + 1, key, room->arena, &record),
		-ENOENT);
}

static void add(struct room *room, size_t count)
{
	struct request_record record = make_request(1, 0, 0);
	int64_t key;

	for (size_t i = 0; i < count; i++) {
		record.started = NOW + i;
		assert_int_equal(store_request_add(room->store, &record, &key), 0);
	}
	assert_int_equal(store_commit(room->store), 0);
}

static void test_the_oldest_are_forgotten_by_time_and_by_number(void **state)
{
	struct room *room = *state;
	struct request_record read;

	add(room, 20);
	assert_int_equal(store_requests_forget(room->store, NOW, 20, 10), 0);
	assert_false(store_is_dirty(room->store)); /* nothing to do costs no commit */
	assert_int_equal(store_requests_forget(room->store, NOW + 3, 20, 10), 3);
	assert_int_equal(store_requests_forget(room->store, 0, 5, 10), 10);
	assert_int_equal(store_requests_forget(room->store, 0, 5, 10), 2);
	assert_int_equal(store_requests_forget(room->store, 0, 5, 10), 0);
	assert_int_equal(store_request_get(room->store, 1, 15, room->arena, &read), -ENOENT);
	assert_int_equal(store_request_get(room->store, 1, 16, room->arena, &read), 0);
}

static void test_the_last_request_is_the_feeds(void **state)
{
	struct room *room = *state;
	struct feed_state feed;

	assert_int_equal(store_feed_ensure(room->store, "u", NOW, room->arena, &feed), 0);
	assert_int_equal(feed.last_request, 0);
	feed.last_request = 9;
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	assert_int_equal(store_feed_ensure(room->store, "u", NOW, room->arena, &feed), 0);
	assert_int_equal(feed.last_request, 9);
}

static void test_requests_for_pages_have_a_chain_of_their_own(void **state)
{
	struct room *room = *state;
	struct request_record record = make_request(0, 77, NOW);
	struct request_record read;
	struct feed_state feed;
	int64_t key;
	int64_t first;

	assert_int_equal(store_feed_ensure(room->store, "u", NOW, room->arena, &feed), 0);
	assert_int_equal(store_page_request_last(room->store, feed.id, &first), 0);
	assert_int_equal(first, 0);
	assert_int_equal(store_page_request_add(room->store, "u", &record), 0);
	assert_int_equal(store_page_request_last(room->store, feed.id, &first), 0);
	assert_int_equal(store_request_get(room->store, feed.id, first, room->arena, &read), 0);
	assert_int_equal(read.previous, 0);
	/* A poll's commit leaves it alone. */
	feed.last_request = 9;
	assert_int_equal(store_feed_save(room->store, &feed), 0);
	assert_int_equal(store_page_request_add(room->store, "u", &record), 0);
	assert_int_equal(store_page_request_last(room->store, feed.id, &key), 0);
	assert_int_equal(store_request_get(room->store, feed.id, key, room->arena, &read), 0);
	assert_int_equal(read.previous, first);
	assert_int_equal(store_page_request_add(room->store, "nobody's", &record), -ENOENT);
	assert_int_equal(store_page_request_last(room->store, feed.id + 1, &key), -ENOENT);
}

static void test_the_last_request_shows_that_the_clock_was_set_back(void **state)
{
	struct room *room = *state;
	struct request_record record = make_request(1, 0, NOW);
	usec back = 1;
	int64_t key;

	assert_int_equal(store_clock_back(room->store, NOW, &back), 0);
	assert_int_equal(back, 0);
	record.ended = NOW + USEC_DAY;
	assert_int_equal(store_request_add(room->store, &record, &key), 0);
	assert_int_equal(store_clock_back(room->store, NOW, &back), 0);
	assert_int_equal(back, USEC_DAY);
	assert_int_equal(store_clock_back(room->store, NOW + 2 * USEC_DAY, &back), 0);
	assert_int_equal(back, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_all_of_a_request_comes_back),
		IN_ROOM(test_another_feeds_request_is_not_found),
		IN_ROOM(test_the_oldest_are_forgotten_by_time_and_by_number),
		IN_ROOM(test_the_last_request_is_the_feeds),
		IN_ROOM(test_requests_for_pages_have_a_chain_of_their_own),
		IN_ROOM(test_the_last_request_shows_that_the_clock_was_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
