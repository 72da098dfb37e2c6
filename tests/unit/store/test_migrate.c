/* Databases of versions before are taken along. */
#include "room.h"

#include <errno.h>
#include <sqlite3.h>

#include "store/migrate.h"
#include "store/text_codec.h"

static const char rows_sql[] =
	"INSERT INTO feeds (id, url, first_poll, last_poll, last_success, last_news, next_poll,"
	" interval, rule, health, failures, failing_since, primed) VALUES"
	" (1, 'https://example.org/feed', 0, 0, 0, 0, 0, 0, 'none', 'ok', 0, 0, 1);"
	"INSERT INTO stories (key, id, first_seen, last_seen, article_count, site_count) VALUES"
	" (1, 'S', 1763700000000000, 1763700000000000, 2, 1);"
	"INSERT INTO articles (key, id, feed, story, first_seen, relation, of, similarity,"
	" confidence) VALUES (1, 'A', 1, 1, 1763700000000000, 'new', 0, 0, 0),"
	" (2, 'B', 1, 1, 1763700000000000, 'new', 0, 0, 0);"
	"INSERT INTO fingerprints (article, bytes) VALUES (1, x'7072696e74');";

static const char forgotten_sql[] =
	"INSERT INTO stories (key, id, first_seen, last_seen, article_count, site_count) VALUES"
	" (5, 'gone', 0, 0, 1, 0);"
	"INSERT INTO articles (key, id, feed, story, first_seen, relation, of, similarity,"
	" confidence) VALUES (7, 'gone', 1, 5, 0, 'new', 0, 0, 0);"
	"DELETE FROM articles WHERE key = 7; DELETE FROM stories WHERE key = 5";

static const char texts_sql[] =
	"INSERT INTO texts (article, first_seen, text) VALUES (1, 1763700000000000, ?)";

static const char hook_sql[] = "INSERT INTO hooks (name, destination, disabled, reason) VALUES"
			       " ('desk', zeroblob(16), 1763700000000000, '410 Gone')";

static void put_text(sqlite3 *db, const char *text)
{
	struct text_codec *codec;
	sqlite3_stmt *statement;
	const void *frame;
	size_t length;

	assert_int_equal(text_codec_new(&codec), 0);
	assert_int_equal(text_codec_pack(codec, text, strlen(text), &frame, &length), 0);
	assert_int_equal(sqlite3_prepare_v2(db, texts_sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_bind_blob(statement, 1, frame, (int)length, SQLITE_STATIC), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	text_codec_free(codec);
}

static void run_sql(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Makes a database of that version with an article that has a text, and one that has none. */
static void make_old(struct room *room, unsigned version)
{
	char pragma[64];
	sqlite3 *db;

	store_close(room->store);
	room->store = NULL;
	room_remove(room);
	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	run_sql(db, schema_1_sql);
	run_sql(db, rows_sql);
	put_text(db, "The old bridge was closed on Monday.");
	run_sql(db, forgotten_sql);
	if (version > 1) {
		run_sql(db, schema_2_sql);
		run_sql(db, hook_sql);
	}
	if (version > 2)
		run_sql(db, schema_3_sql);
	if (version > 3)
		run_sql(db, schema_4_sql);
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %u", version);
	run_sql(db, pragma);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	room_open(room);
}

/* What the query answers in the file, which the store does not hold open. */
static void expect_answer(const struct room *room, const char *sql, const char *expected)
{
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), expected);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* SQLite writes no row for each key any more, and finds the file sound. */
static void test_keys_are_given_without_sqlite(void **state)
{
	struct room *room = *state;

	make_old(room, 2);
	assert_int_equal(make_story(room, "T", NOW), 8);
	assert_int_equal(make_article(room, "C", 1, 8, NOW), 9);
	assert_int_equal(store_commit(room->store), 0);
	store_close(room->store);
	room->store = NULL;
	expect_answer(room,
		"SELECT count(*) FROM sqlite_sequence"
		" WHERE name IN ('articles', 'stories')",
		"0");
	expect_answer(room,
		"SELECT group_concat(name) FROM sqlite_schema"
		" WHERE sql LIKE '%AUTOINCREMENT%'",
		"deliveries");
	expect_answer(room, "PRAGMA integrity_check", "ok");
	room_open(room);
}

static void expect_text(struct room *room, int64_t key, const char *text)
{
	struct article_record record;

	assert_int_equal(store_article_get(room->store, key, room->arena, &record), 0);
	if (text)
		assert_string_equal(record.article.text, text);
	else
		assert_null(record.article.text);
}

static int count_fingerprint(const struct article_record *record, void *userdata)
{
	unsigned *count = userdata;

	assert_int_equal(record->key, *count == 0 ? 1 : 8);
	assert_int_equal(record->fingerprint_length, *count == 0 ? 5 : 1);
	(*count)++;
	return 0;
}

/* Of the first and of the new article; the second has none. */
static void expect_fingerprints(struct room *room)
{
	unsigned count = 0;
	const void *bytes;
	size_t length;

	assert_int_equal(store_fingerprint_get(room->store, 1, room->arena, &bytes, &length), 0);
	assert_int_equal(length, 5);
	assert_memory_equal(bytes, "print", 5);
	assert_int_equal(
		store_fingerprint_get(room->store, 2, room->arena, &bytes, &length), -ENOENT);
	assert_int_equal(store_fingerprints_after(room->store, 0, count_fingerprint, &count), 0);
	assert_int_equal(count, 2);
}

static void expect_articles_are_taken_along(struct room *room)
{
	struct store_retention retention = {.text_before = NOW + 1};
	struct article_record record;
	int64_t key;

	expect_text(room, 1, "The old bridge was closed on Monday.");
	expect_text(room, 2, NULL);
	key = make_article(room, "C", 1, 1, NOW + USEC_HOUR);
	assert_int_equal(key, 8);
	expect_fingerprints(room);
	assert_int_equal(store_article_get(room->store, 1, room->arena, &record), 0);
	assert_int_equal(record.fingerprint_length, 5);
	record.article.text = "It was opened again.";
	assert_int_equal(store_article_replace(room->store, &record), 0);
	expect_fingerprints(room);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	expect_text(room, 1, "It was opened again.");
	expect_text(room, key, "The old bridge was closed on Monday.");
	assert_int_equal(store_prune(room->store, &retention, 10), 1);
	expect_text(room, 1, NULL);
	expect_text(room, key, "The old bridge was closed on Monday.");
}

/* The newest of them was forgotten. */
static void test_keys_that_were_given_before_are_not_given_again(void **state)
{
	struct room *room = *state;
	int64_t key;

	make_old(room, 2);
	assert_int_equal(store_next_article_key(room->store, &key), 0);
	assert_int_equal(key, 8);
	assert_int_equal(make_story(room, "T", NOW), 8);
	assert_int_equal(make_article(room, "C", 1, 8, NOW), 9);
	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(store_next_article_key(room->store, &key), 0);
	assert_int_equal(key, 10);
	assert_int_equal(make_story(room, "U", NOW), 10);
}

static int count_article(const struct article_record *record, void *userdata)
{
	(void)record;
	(*(unsigned *)userdata)++;
	return 0;
}

static void expect_articles(struct room *room, int64_t story, unsigned expected)
{
	unsigned count = 0;

	assert_int_equal(
		store_story_articles_each(room->store, story, 10, count_article, &count), 0);
	assert_int_equal(count, expected);
}

/* Public ids of version 3 and before do not tell the key, nor does a story's key who began it. */
static void expect_old_ids_are_found(struct room *room)
{
	struct store_retention retention = {.fingerprint_before = NOW + 1};
	struct article_record record;
	struct store_figures figures;
	struct story story;

	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.articles, 2);
	assert_int_equal(figures.stories, 1);
	assert_int_equal(store_article_find(room->store, "B", room->arena, &record), 0);
	assert_int_equal(record.key, 2);
	assert_int_equal(store_story_find(room->store, "S", room->arena, &story), 0);
	assert_int_equal(story.key, 1);
	assert_int_equal(store_article_find(room->store, "C", room->arena, &record), -ENOENT);
	expect_articles(room, 1, 2);
	assert_int_equal(make_article(room, "C", 1, 1, NOW + USEC_HOUR), 8);
	expect_articles(room, 1, 3);
	assert_int_equal(store_prune(room->store, &retention, 1), 1);
	expect_articles(room, 1, 2);
	assert_int_equal(store_prune(room->store, &retention, 1), 1);
	expect_articles(room, 1, 1);
	assert_int_equal(store_article_find(room->store, "B", room->arena, &record), -ENOENT);
	assert_int_equal(store_story_get(room->store, 1, room->arena, &story), 0);
	retention.fingerprint_before = NOW + 2 * USEC_HOUR;
	(void)store_prune(room->store, &retention, 10);
	assert_int_equal(store_story_get(room->store, 1, room->arena, &story), -ENOENT);
}

static void expect_sound(struct room *room)
{
	assert_int_equal(store_commit(room->store), 0);
	store_close(room->store);
	room->store = NULL;
	expect_answer(room, "PRAGMA integrity_check", "ok");
	expect_answer(room, "SELECT count(*) FROM pragma_foreign_key_check", "0");
	expect_answer(room,
		"SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE"
		" type = 'index' AND tbl_name IN ('stories', 'articles') ORDER BY 1)",
		"articles_by_id articles_by_story stories_by_id");
	expect_answer(room,
		"SELECT count(*) FROM sqlite_schema WHERE name IN ('articles', 'entries')"
		" AND sql LIKE '%REFERENCES%'",
		"0");
	room_open(room);
}

static void test_ids_of_every_version_are_found(void **state)
{
	for (unsigned version = 1; version <= 4; version++) {
		make_old(*state, version);
		expect_sound(*state);
		expect_old_ids_are_found(*state);
		expect_sound(*state);
	}
}

static void test_articles_of_version_1_are_taken_along(void **state)
{
	make_old(*state, 1);
	expect_articles_are_taken_along(*state);
}

static void test_articles_of_version_2_are_taken_along(void **state)
{
	make_old(*state, 2);
	expect_articles_are_taken_along(*state);
}

static void test_articles_of_version_3_are_taken_along(void **state)
{
	make_old(*state, 3);
	expect_articles_are_taken_along(*state);
}

static void test_articles_of_version_4_are_taken_along(void **state)
{
	make_old(*state, 4);
	expect_articles_are_taken_along(*state);
}

static void test_disabled_hooks_of_every_version_stay_so(void **state)
{
	struct room *room = *state;

	for (unsigned version = 2; version <= 4; version++) {
		struct hook_state got;

		make_old(room, version);
		assert_int_equal(store_hook_get(room->store, "desk", room->arena, &got), 0);
		assert_int_equal(got.disabled, 1763700000000000);
		assert_string_equal(got.reason, "410 Gone");
		assert_int_equal(got.failing, 0);
		assert_int_equal(got.asked, 0);
		assert_int_equal(got.held, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_keys_are_given_without_sqlite),
		IN_ROOM(test_keys_that_were_given_before_are_not_given_again),
		IN_ROOM(test_articles_of_version_1_are_taken_along),
		IN_ROOM(test_articles_of_version_2_are_taken_along),
		IN_ROOM(test_articles_of_version_3_are_taken_along),
		IN_ROOM(test_articles_of_version_4_are_taken_along),
		IN_ROOM(test_disabled_hooks_of_every_version_stay_so),
		IN_ROOM(test_ids_of_every_version_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
