#include "room.h"

#include <errno.h>

static struct article_record make_record(struct room *room, const char *id)
{
	static const char *categories[] = {"arms", "two\nlines", ""};
	struct article_record record = {
		.feed = make_feed(room, "https://example.org/feed"),
		.story = make_story(room, id, NOW),
		.host = "example.org",
		.relation = RELATION_UPDATE,
		.of = 17,
		.similarity = 0.875,
		.confidence = 0.5,
		.why = "three sentences are new",
		.fingerprint = "\0finger\0print",
		.fingerprint_length = 14,
		.article =
			{
				.id = id,
				.url = "https://example.org/1",
				.title = "Title",
				.text = "Text.\nMore text.",
				.author = "Author",
				.source = "Source",
				.language = "en",
				.categories = categories,
				.category_count = 3,
				.published = -5,
				.first_seen = NOW,
			},
	};

	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	return record;
}

static void expect_same(const struct article_record *a, const struct article_record *b)
{
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->feed, b->feed);
	assert_int_equal(a->story, b->story);
	assert_string_equal(a->host, b->host);
	assert_int_equal(a->relation, b->relation);
	assert_int_equal(a->of, b->of);
	assert_true(a->similarity == b->similarity);
	assert_true(a->confidence == b->confidence);
	assert_string_equal(a->why, b->why);
	assert_int_equal(a->fingerprint_length, b->fingerprint_length);
	assert_memory_equal(a->fingerprint, b->fingerprint, a->fingerprint_length);
	assert_string_equal(a->article.id, b->article.id);
	assert_string_equal(a->article.url, b->article.url);
	assert_string_equal(a->article.title, b->article.title);
	assert_string_equal(a->article.text, b->article.text);
	assert_string_equal(a->article.author, b->article.author);
	assert_string_equal(a->article.source, b->article.source);
	assert_string_equal(a->article.language, b->article.language);
	assert_int_equal(a->article.published, b->article.published);
	assert_int_equal(a->article.first_seen, b->article.first_seen);
}

static void test_all_of_an_article_comes_back(void **state)
{
	struct room *room = *state;
	struct article_record record = make_record(room, "A");
	struct article_record read;

	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_article_get(room->store, record.key, room->arena, &read), 0);
	expect_same(&record, &read);
	assert_int_equal(read.article.category_count, 3);
	assert_string_equal(read.article.categories[0], "arms");
	assert_string_equal(read.article.categories[1], "two lines");
	assert_string_equal(read.article.categories[2], "");
	assert_int_equal(store_article_find(room->store, "A", room->arena, &read), 0);
	expect_same(&record, &read);
	assert_int_equal(store_article_find(room->store, "B", room->arena, &read), -ENOENT);
	assert_int_equal(store_article_get(room->store, 99, room->arena, &read), -ENOENT);
}

static void test_articles_come_backwards(void **state)
{
	struct room *room = *state;
	struct article_record first = make_record(room, "A");
	struct article_record second;
	struct article_record read;

	assert_int_equal(store_article_before(room->store, INT64_MAX, room->arena, &read), -ENOENT);
	assert_int_equal(store_article_add(room->store, &first), 0);
	second = make_record(room, "B");
	assert_int_equal(store_article_add(room->store, &second), 0);
	assert_int_equal(store_article_before(room->store, INT64_MAX, room->arena, &read), 0);
	expect_same(&second, &read);
	assert_int_equal(store_article_before(room->store, read.key, room->arena, &read), 0);
	expect_same(&first, &read);
	assert_int_equal(store_article_before(room->store, read.key, room->arena, &read), -ENOENT);
}

static void test_article_of_almost_nothing_comes_back(void **state)
{
	struct room *room = *state;
	struct article_record record = {
		.feed = make_feed(room, "https://example.org/feed"),
		.story = make_story(room, "A", NOW),
		.article = {.id = "A", .published = DATE_NONE},
	};
	struct article_record read;

	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_article_get(room->store, record.key, room->arena, &read), 0);
	assert_null(read.article.text);
	assert_null(read.article.title);
	assert_null(read.host);
	assert_null(read.fingerprint);
	assert_int_equal(read.article.category_count, 0);
	assert_true(read.article.published == DATE_NONE);
	assert_int_equal(read.relation, RELATION_NEW);
}

static void test_changed_article_is_replaced_but_keeps_id_and_first_seen(void **state)
{
	struct room *room = *state;
	struct article_record record = make_record(room, "A");
	struct article_record changed = record;
	struct article_record read;

	assert_int_equal(store_article_add(room->store, &record), 0);
	changed.article.title = "Other title";
	changed.article.text = "Other text.";
	changed.article.author = "Other";
	changed.fingerprint = "x";
	changed.fingerprint_length = 1;
	changed.relation = RELATION_COPY;
	changed.story = make_story(room, "B", NOW);
	assert_int_equal(store_article_replace(room->store, &changed), 0);
	assert_int_equal(store_article_get(room->store, record.key, room->arena, &read), 0);
	expect_same(&changed, &read);
	changed.article.id = "Z";
	changed.article.first_seen = 1;
	changed.article.text = NULL;
	changed.fingerprint = NULL;
	assert_int_equal(store_article_replace(room->store, &changed), 0);
	assert_int_equal(store_article_find(room->store, "A", room->arena, &read), 0);
	assert_int_equal(read.article.first_seen, NOW);
	assert_null(read.article.text);
	assert_null(read.fingerprint);
	changed.key = 99;
	assert_int_equal(store_article_replace(room->store, &changed), -ENOENT);
}

static void test_keys_rise_and_are_undone_with_the_transaction(void **state)
{
	struct room *room = *state;
	struct article_record record = make_record(room, "A");
	int64_t key;

	assert_int_equal(record.key, 2); /* its story has 1 */
	assert_int_equal(store_commit(room->store), 0);
	assert_int_equal(store_savepoint(room->store), 0);
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_next_article_key(room->store, &key), 0);
	assert_int_equal(key, 3);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	assert_int_equal(store_next_article_key(room->store, &key), 0);
	assert_int_equal(key, 2);
}

static void test_text_of_greatest_length_is_kept_and_no_longer_one(void **state)
{
	struct room *room = *state;
	struct article_record record = make_record(room, "A");
	char *text = malloc(ARTICLE_TEXT_MAX + 2);
	struct article_record read;

	assert_non_null(text);
	for (size_t i = 0; i < ARTICLE_TEXT_MAX + 1; i++)
		text[i] = (char)('!' + hash_bytes(&i, sizeof(i)) % 90);
	text[ARTICLE_TEXT_MAX + 1] = '\0';
	record.article.text = text;
	assert_int_equal(store_savepoint(room->store), 0);
	assert_int_equal(store_article_add(room->store, &record), -EFBIG);
	assert_int_equal(store_savepoint_rollback(room->store), 0);
	text[ARTICLE_TEXT_MAX] = '\0';
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_article_get(room->store, record.key, room->arena, &read), 0);
	assert_string_equal(read.article.text, text);
	record.article.text = "";
	assert_int_equal(store_article_replace(room->store, &record), 0);
	assert_int_equal(store_article_get(room->store, record.key, room->arena, &read), 0);
	assert_string_equal(read.article.text, "");
	free(text);
}

static void test_quotes_and_sql_are_text_like_any(void **state)
{
	struct room *room = *state;
	struct article_record record = make_record(room, "'); DROP TABLE articles; --");
	struct article_record read;

	record.article.title = "O'Brien \"said\" ?1 :x $y; \x01";
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_article_find(room->store, record.article.id, room->arena, &read), 0);
	assert_string_equal(read.article.title, record.article.title);
}

struct walk {
	unsigned count;
	int64_t last;
	unsigned stop_at;
};

static int walk_fingerprint(const struct article_record *record, void *userdata)
{
	struct walk *walk = userdata;

	assert_true(record->key > walk->last);
	assert_string_equal(record->host, "example.org");
	assert_int_equal(record->article.first_seen, NOW);
	assert_true(record->fingerprint_length > 0);
	walk->last = record->key;
	return ++walk->count == walk->stop_at ? 7 : 0;
}

static void test_fingerprints_come_in_order_of_keys(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/feed");
	int64_t story = make_story(room, "S", NOW);
	struct walk walk = {0};
	const void *bytes;
	size_t length;
	int64_t key = 0;

	for (unsigned i = 0; i < 50; i++) {
		char id[8];

		(void)snprintf(id, sizeof(id), "%u", i);
		key = make_article(room, id, feed, story, NOW);
	}
	assert_int_equal(store_fingerprints_after(room->store, 0, walk_fingerprint, &walk), 0);
	assert_int_equal(walk.count, 50);
	walk = (struct walk){.stop_at = 3};
	assert_int_equal(store_fingerprints_after(room->store, 0, walk_fingerprint, &walk), 7);
	assert_int_equal(walk.count, 3);
	walk = (struct walk){0};
	assert_int_equal(
		store_fingerprints_after(room->store, key - 2, walk_fingerprint, &walk), 0);
	assert_int_equal(walk.count, 2);
	assert_int_equal(store_fingerprint_get(room->store, key, room->arena, &bytes, &length), 0);
	assert_int_equal(length, 2);
	assert_memory_equal(bytes, "49", 2);
	assert_int_equal(
		store_fingerprint_get(room->store, key + 1, room->arena, &bytes, &length), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_all_of_an_article_comes_back),
		IN_ROOM(test_articles_come_backwards),
		IN_ROOM(test_article_of_almost_nothing_comes_back),
		IN_ROOM(test_changed_article_is_replaced_but_keeps_id_and_first_seen),
		IN_ROOM(test_keys_rise_and_are_undone_with_the_transaction),
		IN_ROOM(test_text_of_greatest_length_is_kept_and_no_longer_one),
		IN_ROOM(test_quotes_and_sql_are_text_like_any),
		IN_ROOM(test_fingerprints_come_in_order_of_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
