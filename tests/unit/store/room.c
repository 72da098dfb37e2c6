#include "room.h"

#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

enum {
	ARENA_BYTES = 4 * 1024 * 1024,
};

void room_open(struct room *room)
{
	char *words = NULL;
	int r = store_open(room->folder, &room->store, &words);

	if (r < 0)
		fail_msg("%s", words);
}

int room_setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	scratch_make(room->folder);
	scratch_path(room->folder, "wirewatch.db", room->file);
	assert_int_equal(arena_new(ARENA_BYTES, &room->arena), 0);
	room_open(room);
	*state = room;
	return 0;
}

int64_t room_ask(struct room *room, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int64_t answer;

	assert_int_equal(store_commit(room->store), 0);
	store_close(room->store);
	room->store = NULL;
	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	answer = sqlite3_column_int64(statement, 0);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	room_open(room);
	return answer;
}

void room_remove(struct room *room)
{
	char path[128];

	(void)unlink(room->file);
	(void)snprintf(path, sizeof(path), "%s-wal", room->file);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s-journal", room->file);
	(void)unlink(path);
}

int room_teardown(void **state)
{
	struct room *room = *state;

	store_close(room->store);
	arena_free(room->arena);
	scratch_remove(room->folder);
	free(room);
	return 0;
}

void room_reopen(struct room *room)
{
	store_close(room->store);
	room->store = NULL;
	room_open(room);
}

static int count_story(const struct story *story, void *userdata)
{
	(void)story;
	++*(uint64_t *)userdata;
	return 0;
}

void room_expect_rows(struct room *room, uint64_t articles, uint64_t stories)
{
	struct article_record record = {.key = INT64_MAX};
	uint64_t count = 0;
	struct story story;
	int r;

	for (;;) {
		arena_reset(room->arena);
		r = store_article_before(room->store, record.key, room->arena, &record);
		if (r < 0)
			break;
		assert_non_null(record.article.text);
		assert_int_equal(
			store_story_get(room->store, record.story, room->arena, &story), 0);
		count++;
	}
	assert_int_equal(r, -ENOENT);
	assert_int_equal(count, articles);
	count = 0;
	assert_int_equal(
		store_stories_each(room->store, NULL, 0, INT64_MAX, SIZE_MAX, count_story, &count),
		0);
	assert_int_equal(count, stories);
}

struct digest make_digest(unsigned number)
{
	return digest_bytes(&number, sizeof(number));
}

struct id make_id(const char *letters)
{
	struct id id = {"00000000000000000000000000"};

	memcpy(id.text, letters, strnlen(letters, ID_LENGTH));
	return id;
}

int64_t make_feed(struct room *room, const char *url)
{
	struct feed_state state;

	assert_int_equal(store_feed_ensure(room->store, url, NOW, room->arena, &state), 0);
	return state.id;
}

int64_t make_story(struct room *room, const char *id, usec first_seen)
{
	struct story story = {
		.id = make_id(id),
		.title = "Bridge closed",
		.first_seen = first_seen,
		.last_seen = first_seen,
	};

	assert_int_equal(store_story_add(room->store, &story), 0);
	return story.key;
}

int64_t make_article(
	struct room *room, const char *id, int64_t feed, int64_t story, usec first_seen)
{
	struct article_record record = {
		.feed = feed,
		.story = story,
		.host = "example.org",
		.relation = RELATION_NEW,
		.fingerprint = id,
		.fingerprint_length = strlen(id),
		.article =
			{
				.id = id,
				.title = "Bridge closed",
				.text = "The old bridge was closed on Monday.",
				.published = DATE_NONE,
				.first_seen = first_seen,
			},
	};

	assert_int_equal(store_next_article_key(room->store, &record.key), 0);
	assert_int_equal(store_article_add(room->store, &record), 0);
	assert_int_equal(store_story_count(room->store, story, record.host, NULL, first_seen), 0);
	return record.key;
}

struct alert make_alert(const char *id, const char *story, usec time)
{
	return (struct alert){
		.id = make_id(id),
		.type = EVENT_STORY_NEW,
		.time = time,
		.topic = "bridges",
		.story = story,
		.title = "Bridge closed",
		.event = "{\"type\":\"story.new\"}",
	};
}
