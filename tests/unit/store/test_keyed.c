/* Articles and stories whose public ids tell their keys, and those that indexes find. */
#include "room.h"

#include <errno.h>

/* Adds an article of the story, or with a story of its own (0).  Returns its record. */
static struct article_record add(struct room *room, unsigned number, int64_t story, usec first_seen)
{
	struct digest what = make_digest(number);
	struct article_record record = {
		.feed = make_feed(room, "https://example.org/feed"),
		.article = {.published = DATE_NONE, .first_seen = first_seen},
	};
	struct id id;

	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	id = id_make_keyed(first_seen, &what, record.key);
	record.article.id = arena_strdup(room->arena, id.text);
	record.story = story;
	if (story == 0) {
		struct story begun = {.key = record.key, .first_seen = first_seen};

		what = make_digest(1000 + number);
		begun.id = id_make_keyed(first_seen, &what, record.key);
		assert_int_equal(store_story_begin(room->store, &begun, NULL, NULL), 0);
		assert_int_equal(begun.key, record.key);
		record.story = begun.key;
	}
	assert_int_equal(store_article_add(room->store, &record), 0);
	return record;
}

static void expect_found(struct room *room, const struct article_record *record)
{
	struct article_record read;

	assert_int_equal(
		store_article_find(room->store, record->article.id, room->arena, &read), 0);
	assert_int_equal(read.key, record->key);
	assert_string_equal(read.article.id, record->article.id);
}

static void test_article_is_found_by_an_id_that_tells_its_key(void **state)
{
	struct room *room = *state;
	struct article_record one = add(room, 1, 0, NOW);
	struct article_record two = add(room, 2, one.key, NOW);
	struct digest other = make_digest(3);
	struct article_record read;
	struct id id;

	expect_found(room, &one);
	expect_found(room, &two);
	assert_int_equal(make_article(room, "plain", one.feed, one.key, NOW), two.key + 1);
	assert_int_equal(store_article_find(room->store, "plain", room->arena, &read), 0);
	assert_int_equal(read.key, two.key + 1);
	/* The key alone does not do. */
	id = id_make_keyed(NOW, &other, one.key);
	assert_int_equal(store_article_find(room->store, id.text, room->arena, &read), -ENOENT);
	id = id_make_keyed(NOW, &other, 99);
	assert_int_equal(store_article_find(room->store, id.text, room->arena, &read), -ENOENT);
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM articles INDEXED BY articles_by_id"
				 " WHERE keyed IS NULL"),
		1);
}

static void test_article_is_found_by_an_id_that_tells_another_key(void **state)
{
	struct room *room = *state;
	struct article_record record = add(room, 1, 0, NOW);
	struct digest what = make_digest(2);
	struct id id = id_make_keyed(NOW, &what, record.key);
	struct article_record read;

	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	record.article.id = id.text;
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_article_find(room->store, id.text, room->arena, &read), 0);
	assert_int_equal(read.key, record.key);
}

static void test_story_is_found_by_an_id_that_tells_its_key(void **state)
{
	struct room *room = *state;
	struct article_record record = add(room, 1, 0, NOW);
	struct story story;
	struct story found;

	assert_int_equal(store_story_get(room->store, record.story, room->arena, &story), 0);
	assert_int_equal(id_key(story.id.text), record.story);
	assert_int_equal(store_story_find(room->store, story.id.text, room->arena, &found), 0);
	assert_int_equal(found.key, story.key);
	story.id.text[11] = story.id.text[11] == 'A' ? 'B' : 'A';
	assert_int_equal(
		store_story_find(room->store, story.id.text, room->arena, &found), -ENOENT);
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM stories INDEXED BY stories_by_id"
				 " WHERE keyed IS NULL"),
		0);
}

struct seen {
	int64_t keys[8];
	size_t count;
};

static int note_key(const struct article_record *record, void *userdata)
{
	struct seen *seen = userdata;

	seen->keys[seen->count++] = record->key;
	return 0;
}

static struct seen articles_of(struct room *room, int64_t story)
{
	struct seen seen = {0};

	assert_int_equal(store_story_articles_each(room->store, story, 8, note_key, &seen), 0);
	return seen;
}

static void test_story_has_who_began_it_and_who_joined(void **state)
{
	struct room *room = *state;
	struct article_record one = add(room, 1, 0, NOW);
	struct article_record two = add(room, 2, 0, NOW);
	struct article_record three = add(room, 3, one.key, NOW);
	struct seen seen = articles_of(room, one.key);

	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.keys[0], one.key);
	assert_int_equal(seen.keys[1], three.key);
	seen = articles_of(room, two.key);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.keys[0], two.key);
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM articles INDEXED BY articles_by_story"
				 " WHERE keyed IS NULL OR story <> key"),
		1);
}

static void test_story_outlives_the_article_that_began_it(void **state)
{
	struct room *room = *state;
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	struct article_record one = add(room, 1, 0, NOW);
	struct article_record two = add(room, 2, 0, NOW);
	struct article_record three = add(room, 3, one.key, NOW + USEC_HOUR);
	struct story story;
	struct seen seen;

	assert_int_equal(store_prune(room->store, &retention, 10), 2);
	assert_int_equal(store_story_get(room->store, two.story, room->arena, &story), -ENOENT);
	assert_int_equal(store_story_get(room->store, one.story, room->arena, &story), 0);
	seen = articles_of(room, one.story);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.keys[0], three.key);
	retention.fingerprint_before = NOW + 2 * USEC_HOUR;
	assert_int_equal(store_prune(room->store, &retention, 10), 1);
	assert_int_equal(store_story_get(room->store, one.story, room->arena, &story), -ENOENT);
	/* Even when all are gone, no key comes a second time. */
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(add(room, 4, 0, NOW).key, three.key + 1);
}

/* The story of some article that is there; 0 where there is none. */
static int64_t some_story(struct room *room, int64_t before)
{
	struct article_record record;
	int r;

	r = store_article_before(room->store, before, room->arena, &record);
	return r == 0 ? record.story : 0;
}

/* What the file itself does not look after: who is referred to stays, and who is not goes. */
static void test_stories_and_their_articles_go_together(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/feed");

	srandom(1);
	for (unsigned i = 1; i < 400; i++) {
		struct store_retention retention = {.fingerprint_before = NOW + i / 2};
		int64_t story = random() % 2 ? some_story(room, 2 + random() % (2 * i)) : 0;
		/* Now and then the clock is ahead: who began a story may outlive who joined. */
		usec now = NOW + (random() % 16 == 0 ? USEC_DAY : i);
		char id[16];

		(void)snprintf(id, sizeof(id), "%u.", i);
		if (random() % 4 == 0)
			(void)make_article(room, id, feed,
				story == 0 ? make_story(room, id, now) : story, now);
		else
			(void)add(room, i, story, now);
		if (random() % 8 == 0)
			assert_true(store_prune(room->store, &retention,
					    1 + (size_t)random() % 20) >= 0);
		arena_reset(room->arena);
	}
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM stories"
				 " WHERE key NOT IN (SELECT story FROM articles)"),
		0);
	assert_int_equal(room_ask(room,
				 "SELECT count(*) FROM articles"
				 " WHERE story NOT IN (SELECT key FROM stories)"),
		0);
	assert_in_range(room_ask(room, "SELECT count(*) FROM articles"), 100, 300);
	assert_in_range(room_ask(room, "SELECT count(*) FROM stories"), 20, 200);
	assert_int_equal(
		room_ask(room, "SELECT min(integrity_check = 'ok') FROM pragma_integrity_check"),
		1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_article_is_found_by_an_id_that_tells_its_key),
		IN_ROOM(test_article_is_found_by_an_id_that_tells_another_key),
		IN_ROOM(test_story_is_found_by_an_id_that_tells_its_key),
		IN_ROOM(test_story_has_who_began_it_and_who_joined),
		IN_ROOM(test_story_outlives_the_article_that_began_it),
		IN_ROOM(test_stories_and_their_articles_go_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
