#include "room.h"

#include <errno.h>

struct list {
	unsigned count;
	char letters[32];
};

static int note_story(const struct story *story, void *userdata)
{
	struct list *list = userdata;

	list->letters[list->count++] = story->id.text[0];
	return 0;
}

static int note_article(const struct article_record *record, void *userdata)
{
	struct list *list = userdata;

	list->letters[list->count++] = record->article.id[0];
	return 0;
}

static void test_story_comes_back_by_key_and_id(void **state)
{
	struct room *room = *state;
	int64_t key = make_story(room, "A", NOW);
	struct id id = make_id("A");
	struct story story;

	assert_int_equal(store_story_get(room->store, key, room->arena, &story), 0);
	assert_string_equal(story.id.text, id.text);
	assert_string_equal(story.title, "Bridge closed");
	assert_int_equal(story.first_seen, NOW);
	assert_int_equal(store_story_find(room->store, id.text, room->arena, &story), 0);
	assert_int_equal(story.key, key);
	assert_int_equal(store_story_get(room->store, key + 1, room->arena, &story), -ENOENT);
	assert_int_equal(store_story_find(room->store, "no", room->arena, &story), -ENOENT);
}

static void test_counting_counts_articles_and_different_sites(void **state)
{
	struct room *room = *state;
	int64_t key = make_story(room, "A", NOW);
	const char **sites;
	size_t count;
	struct story story;

	assert_int_equal(store_story_count(room->store, key, "b.example", NULL, NOW + 5), 0);
	assert_int_equal(store_story_count(room->store, key, "a.example", NULL, NOW + 9), 0);
	assert_int_equal(store_story_count(room->store, key, "b.example", NULL, NOW + 7), 0);
	assert_int_equal(store_story_count(room->store, key, NULL, NULL, NOW + 7), 0);
	assert_int_equal(store_story_get(room->store, key, room->arena, &story), 0);
	assert_int_equal(story.article_count, 4);
	assert_int_equal(story.site_count, 2);
	assert_int_equal(story.last_seen, NOW + 9);
	assert_int_equal(store_story_sites(room->store, key, 10, room->arena, &sites, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(sites[0], "a.example");
	assert_string_equal(sites[1], "b.example");
	assert_int_equal(store_story_sites(room->store, key, 1, room->arena, &sites, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(store_story_count(room->store, key + 1, NULL, NULL, NOW), -ENOENT);
}

static void test_story_begins_with_its_first_article_counted(void **state)
{
	struct room *room = *state;
	struct story begun = {.id.text = "A", .title = "Title", .first_seen = NOW};
	struct story homeless = {.id.text = "B", .first_seen = NOW};
	const char **sites;
	size_t count;
	struct story story;

	assert_int_equal(store_story_begin(room->store, &begun, "a.example", NULL), 0);
	assert_int_equal(store_story_get(room->store, begun.key, room->arena, &story), 0);
	assert_int_equal(begun.article_count, 1);
	assert_int_equal(story.article_count, 1);
	assert_int_equal(story.site_count, 1);
	assert_int_equal(
		store_story_sites(room->store, begun.key, 10, room->arena, &sites, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(sites[0], "a.example");
	assert_int_equal(store_story_begin(room->store, &homeless, NULL, NULL), 0);
	assert_int_equal(store_story_get(room->store, homeless.key, room->arena, &story), 0);
	assert_int_equal(story.site_count, 0);
}

static void test_stories_come_newest_first(void **state)
{
	struct room *room = *state;
	struct list list = {0};

	(void)make_story(room, "A", NOW);
	(void)make_story(room, "B", NOW + 1);
	(void)make_story(room, "C", NOW + 2);
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, INT64_MAX, 10, note_story, &list), 0);
	assert_string_equal(list.letters, "CBA");
	list = (struct list){0};
	assert_int_equal(
		store_stories_each(room->store, NULL, NOW + 1, INT64_MAX, 10, note_story, &list),
		0);
	assert_string_equal(list.letters, "CB");
	list = (struct list){0};
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, INT64_MAX, 1, note_story, &list), 0);
	assert_string_equal(list.letters, "C");
}

static void test_stories_go_on_behind_a_key(void **state)
{
	struct room *room = *state;
	struct list list = {0};
	int64_t middle;

	(void)make_story(room, "A", NOW);
	middle = make_story(room, "B", NOW);
	(void)make_story(room, "C", NOW);
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, middle, 10, note_story, &list), 0);
	assert_int_equal(list.count, 1);
}

/* A clock that was set back leaves older stories behind newer ones. */
static void test_stories_out_of_order_are_found_since_a_time(void **state)
{
	struct room *room = *state;
	struct list list = {0};

	(void)make_story(room, "A", NOW);
	(void)make_story(room, "B", NOW - USEC_HOUR);
	assert_int_equal(
		store_stories_each(room->store, NULL, NOW, INT64_MAX, 10, note_story, &list), 0);
	assert_int_equal(list.count, 1);
	(void)make_story(room, "C", NOW - 2 * USEC_DAY);
	list.count = 0;
	assert_int_equal(
		store_stories_each(room->store, NULL, NOW, INT64_MAX, 10, note_story, &list), 0);
	assert_int_equal(list.count, 0);
}

static void test_story_keeps_its_languages(void **state)
{
	struct room *room = *state;
	struct story begun = {.id = make_id("L"), .first_seen = NOW, .last_seen = NOW};
	struct story story;

	assert_int_equal(store_story_begin(room->store, &begun, "a.example", "en"), 0);
	assert_int_equal(store_story_count(room->store, begun.key, "b.example", "de", NOW), 0);
	assert_int_equal(store_story_count(room->store, begun.key, "b.example", "en", NOW), 0);
	assert_int_equal(store_story_count(room->store, begun.key, NULL, "", NOW), 0);
	assert_int_equal(store_story_get(room->store, begun.key, room->arena, &story), 0);
	assert_string_equal(story.languages, "de en");
	assert_int_equal(story.site_count, 2);
}

static void test_stories_of_a_topic_are_those_it_was_told_of_or_primed_with(void **state)
{
	struct room *room = *state;
	struct story_topic told = {.told = NOW, .updated = NOW + 1, .events = 2};
	struct story_topic primed = {.primed = true};
	struct story_topic value;
	struct list list = {0};
	int64_t a = make_story(room, "A", NOW);
	int64_t b = make_story(room, "B", NOW + 1);

	(void)make_story(room, "C", NOW + 2);
	assert_int_equal(store_story_topic_get(room->store, a, "x", &value), 0);
	assert_false(value.known);
	assert_int_equal(store_story_topic_put(room->store, a, "x", &told), 0);
	assert_int_equal(store_story_topic_put(room->store, b, "x", &told), 0);
	assert_int_equal(store_story_topic_put(room->store, b, "x", &primed), 0);
	assert_int_equal(store_story_topic_put(room->store, b, "y", &told), 0);
	assert_int_equal(
		store_stories_each(room->store, "x", 0, INT64_MAX, 10, note_story, &list), 0);
	assert_string_equal(list.letters, "BA");
	assert_int_equal(store_story_topic_get(room->store, a, "x", &value), 0);
	assert_true(value.known);
	assert_false(value.primed);
	assert_int_equal(value.told, NOW);
	assert_int_equal(value.updated, NOW + 1);
	assert_int_equal(value.events, 2);
	assert_int_equal(store_story_topic_get(room->store, b, "x", &value), 0);
	assert_true(value.known);
	assert_true(value.primed);
	assert_int_equal(value.events, 0);
}

static void test_articles_of_a_story_come_oldest_first(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/feed");
	int64_t story = make_story(room, "A", NOW);
	struct list list = {0};

	(void)make_article(room, "a", feed, story, NOW);
	(void)make_article(room, "b", feed, make_story(room, "B", NOW), NOW);
	(void)make_article(room, "c", feed, story, NOW);
	assert_int_equal(store_story_articles_each(room->store, story, 10, note_article, &list), 0);
	assert_string_equal(list.letters, "ac");
	list = (struct list){0};
	assert_int_equal(store_story_articles_each(room->store, story, 1, note_article, &list), 0);
	assert_string_equal(list.letters, "a");
}

static void test_topic_keeps_when_it_was_first_configured(void **state)
{
	struct room *room = *state;
	usec since = 0;

	assert_int_equal(store_topic_ensure(room->store, "x", NOW, &since), 0);
	assert_int_equal(since, NOW);
	assert_int_equal(store_topic_ensure(room->store, "x", NOW + 1, &since), 0);
	assert_int_equal(since, NOW);
}

static void test_topic_that_begins_in_the_future_begins_now(void **state)
{
	struct room *room = *state;
	usec since = 0;

	assert_int_equal(store_topic_ensure(room->store, "x", NOW + 5 * USEC_DAY, &since), 0);
	assert_int_equal(store_topic_ensure(room->store, "x", NOW, &since), 0);
	assert_int_equal(since, NOW);
	assert_int_equal(store_topic_ensure(room->store, "x", NOW + USEC_DAY, &since), 0);
	assert_int_equal(since, NOW);
}

static void test_topics_that_begin_in_the_future_begin_now(void **state)
{
	struct room *room = *state;
	usec since = 0;

	assert_int_equal(store_topic_ensure(room->store, "x", NOW - 1, &since), 0);
	assert_int_equal(store_topic_ensure(room->store, "y", NOW + USEC_DAY, &since), 0);
	assert_int_equal(store_topics_follow_clock(room->store, NOW), 0);
	assert_int_equal(store_topic_ensure(room->store, "x", NOW + 1, &since), 0);
	assert_int_equal(since, NOW - 1);
	assert_int_equal(store_topic_ensure(room->store, "y", NOW + 1, &since), 0);
	assert_int_equal(since, NOW);
}

/* A callback that asks with the statement that it is called from. */
static int ask_within(const struct story *story, void *userdata)
{
	struct room *room = userdata;
	struct list list = {0};

	(void)story;
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, INT64_MAX, 10, note_story, &list), 0);
	assert_string_equal(list.letters, "BA");
	return 0;
}

static void test_callback_may_ask_the_same(void **state)
{
	struct room *room = *state;

	(void)make_story(room, "A", NOW);
	(void)make_story(room, "B", NOW);
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, INT64_MAX, 10, ask_within, room), 0);
	assert_int_equal(store_commit(room->store), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_story_comes_back_by_key_and_id),
		IN_ROOM(test_counting_counts_articles_and_different_sites),
		IN_ROOM(test_story_begins_with_its_first_article_counted),
		IN_ROOM(test_stories_come_newest_first),
		IN_ROOM(test_stories_go_on_behind_a_key),
		IN_ROOM(test_stories_out_of_order_are_found_since_a_time),
		IN_ROOM(test_story_keeps_its_languages),
		IN_ROOM(test_stories_of_a_topic_are_those_it_was_told_of_or_primed_with),
		IN_ROOM(test_articles_of_a_story_come_oldest_first),
		IN_ROOM(test_topic_keeps_when_it_was_first_configured),
		IN_ROOM(test_topic_that_begins_in_the_future_begins_now),
		IN_ROOM(test_topics_that_begin_in_the_future_begin_now),
		IN_ROOM(test_callback_may_ask_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
