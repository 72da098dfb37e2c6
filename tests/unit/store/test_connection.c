#include "room.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_sql(struct room *room, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Opens anew and expects the error, with words that hold `words`. */
static void expect_refused(struct room *room, int error, const char *words)
{
	struct store *store = NULL;
	char *said = NULL;

	assert_int_equal(store_open(room->folder, &store, &said), error);
	assert_null(store);
	assert_non_null(said);
	if (!strstr(said, words))
		fail_msg("\"%s\" doesn't say \"%s\"", said, words);
	free(said);
}

static void test_folder_and_file_are_made_with_narrow_modes(void **state)
{
	struct room *room = *state;
	char directory[96];
	char file[128];
	struct stat status;
	struct store *store;
	char *words = NULL;

	(void)snprintf(directory, sizeof(directory), "%s/new", room->folder);
	(void)snprintf(file, sizeof(file), "%s/wirewatch.db", directory);
	assert_int_equal(store_open(directory, &store, &words), 0);
	assert_int_equal(stat(directory, &status), 0);
	assert_int_equal(status.st_mode & 07777 & ~0750, 0);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777 & ~0640, 0);
	store_close(store);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void test_opening_again_keeps_what_was_committed(void **state)
{
	struct room *room = *state;
	int64_t feed = make_feed(room, "https://example.org/feed");

	assert_int_equal(store_commit(room->store), 0);
	room_reopen(room);
	assert_int_equal(make_feed(room, "https://example.org/feed"), feed);
}

static void test_closing_rolls_back_what_was_not_committed(void **state)
{
	struct room *room = *state;
	struct store_figures figures;
	int64_t feed = make_feed(room, "https://example.org/feed");

	(void)make_article(room, "a", feed, make_story(room, "S", NOW), NOW);
	room_reopen(room);
	assert_int_equal(store_figures(room->store, &figures), 0);
	assert_int_equal(figures.articles, 0);
}

static void test_second_opener_in_another_process_is_told_so(void **state)
{
	struct room *room = *state;
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct store *store;
		char *words = NULL;
		int r = store_open(room->folder, &store, &words);

		_exit(r == -EBUSY && strstr(words, "in use by another wirewatchd") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_second_opener_in_this_process_is_told_so(void **state)
{
	expect_refused(*state, -EBUSY, "in use by another wirewatchd");
}

static void test_newer_schema_is_refused_and_left_alone(void **state)
{
	struct room *room = *state;

	store_close(room->store);
	room->store = NULL;
	run_sql(room, "PRAGMA user_version = 1000");
	expect_refused(room, -ENOTSUP, "newer wirewatch (version 1000");
	run_sql(room, "PRAGMA user_version = 5");
	room_open(room);
}

static void test_database_of_another_program_is_refused(void **state)
{
	struct room *room = *state;

	store_close(room->store);
	room->store = NULL;
	room_remove(room);
	run_sql(room, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
	expect_refused(room, -EBADMSG, "another program");
	run_sql(room, "INSERT INTO theirs VALUES (2)");
}

static void test_file_that_is_no_database_is_refused(void **state)
{
	struct room *room = *state;
	char bytes[8192];
	int fd;

	store_close(room->store);
	room->store = NULL;
	memset(bytes, 'x', sizeof(bytes));
	fd = open(room->file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(close(fd), 0);
	expect_refused(room, -EBADMSG, "is damaged");
}

static void test_damaged_page_is_an_error_when_it_is_read(void **state)
{
	struct room *room = *state;
	struct feed_state feed;
	char bytes[4096];
	int fd;
	int r;

	(void)make_feed(room, "https://example.org/feed");
	assert_int_equal(store_commit(room->store), 0);
	store_close(room->store);
	room->store = NULL;
	memset(bytes, 0xee, sizeof(bytes));
	fd = open(room->file, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	/* All but the first page, which holds the schema's beginning. */
	for (off_t page = 1; page < 40; page++)
		assert_int_equal(pwrite(fd, bytes, sizeof(bytes), page * 4096), sizeof(bytes));
	assert_int_equal(close(fd), 0);
	{
		char *words = NULL;

		r = store_open(room->folder, &room->store, &words);
		free(words);
	}
	if (r == 0)
		r = store_feed_ensure(
			room->store, "https://example.org/feed", NOW, room->arena, &feed);
	assert_int_equal(r, -EBADMSG);
}

static void test_missing_parent_is_named(void **state)
{
	struct room room = {.folder = "/nonexistent/wirewatch"};

	(void)state;
	expect_refused(&room, -ENOENT, "/nonexistent/wirewatch can't be made");
}

static void test_half_made_database_is_made_anew(void **state)
{
	struct room *room = *state;

	/* A crash right after the file was made leaves it empty. */
	store_close(room->store);
	room->store = NULL;
	room_remove(room);
	assert_int_equal(close(open(room->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0640)), 0);
	room_open(room);
	(void)make_feed(room, "https://example.org/feed");
	assert_int_equal(store_commit(room->store), 0);
}

static void test_schema_passes_the_checks_of_sqlite(void **state)
{
	struct room *room = *state;
	sqlite3_stmt *statement;
	sqlite3 *db;

	store_close(room->store);
	room->store = NULL;
	assert_int_equal(sqlite3_open(room->file, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_folder_and_file_are_made_with_narrow_modes),
		IN_ROOM(test_opening_again_keeps_what_was_committed),
		IN_ROOM(test_closing_rolls_back_what_was_not_committed),
		IN_ROOM(test_second_opener_in_another_process_is_told_so),
		IN_ROOM(test_second_opener_in_this_process_is_told_so),
		IN_ROOM(test_newer_schema_is_refused_and_left_alone),
		IN_ROOM(test_database_of_another_program_is_refused),
		IN_ROOM(test_file_that_is_no_database_is_refused),
		IN_ROOM(test_damaged_page_is_an_error_when_it_is_read),
		IN_ROOM(test_missing_parent_is_named),
		IN_ROOM(test_half_made_database_is_made_anew),
		IN_ROOM(test_schema_passes_the_checks_of_sqlite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
