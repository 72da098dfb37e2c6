#include "store/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/backlog.h"
#include "store/migrate.h"
#include "store/text_codec.h"

static const char file_name[] = "wirewatch.db";

enum {
	DIRECTORY_MODE = 0750,
	FILE_MODE = 0640,
	OPEN_PATIENCE_MS = 500, /* for a daemon that is just ending */
};

/*
 * - Exclusive before WAL: the lock is held until close, and the index of the WAL is in memory of
 * our own instead of a shared file.
 * - FULL: a commit is on the disk when store_commit() returns.  NORMAL would survive a crash of the
 *   daemon but not of the machine: an alert that was sent and then lost would be made again, under
 *   another id.  Group commit makes the price one fdatasync a turn of the loop with writes.
 * - A checkpoint each 512 pages (2 MiB), in the commit that passes them: short stops rather than
 *   seldom ones.
 * - The page cache is small since the kernel has one too; but what a busy turn writes has room
 *   until its commit, for a page that must go before is written twice.
 */
static const char setup_sql[] = "PRAGMA locking_mode = EXCLUSIVE;"
				"PRAGMA journal_mode = WAL;"
				"PRAGMA synchronous = FULL;"
				"PRAGMA foreign_keys = ON;"
				"PRAGMA wal_autocheckpoint = 512;"
				"PRAGMA journal_size_limit = 4194304;"
				"PRAGMA mmap_size = 0;"
				"PRAGMA cache_size = -4096;"
				"PRAGMA temp_store = MEMORY;"
				"PRAGMA secure_delete = OFF;"
				"PRAGMA trusted_schema = OFF;"
				"PRAGMA cell_size_check = ON;";

const char *store_error(const struct store *store)
{
	return store->error;
}

_printf_(2, 3) static void say(struct store *store, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(store->error, sizeof(store->error), format, arguments);
	va_end(arguments);
}

static int fail_system(struct store *store, int error)
{
	if (error == ENOSPC)
		say(store, "the disk is full; free space in %s", store->directory);
	else if (error == EDQUOT)
		say(store, "the disk quota is used up; free space in %s", store->directory);
	else
		say(store, "%s can't be read or written (%s); check the disk and the file's limits",
			store->path, strerror(error > 0 ? error : EIO));
	return error == ENOSPC || error == EDQUOT ? -ENOSPC : -EIO;
}

int store_fail(struct store *store, int sqlite_result)
{
	switch (sqlite_result & 0xff) {
	case SQLITE_FULL:
		return fail_system(store, ENOSPC);
	case SQLITE_IOERR:
		return fail_system(store, sqlite3_system_errno(store->db));
	case SQLITE_NOMEM:
		say(store, "out of memory");
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		say(store, "%s is in use by another wirewatchd; stop that one first", store->path);
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		say(store,
			"%s is damaged (%s); put a copy of it in place, or move it away to start "
			"anew",
			store->path, sqlite3_errmsg(store->db));
		return -EBADMSG;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		say(store, "%s can't be opened for writing; check the owner and mode of it and %s",
			store->path, store->directory);
		return -EACCES;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		say(store, "refused by the database: %s", sqlite3_errmsg(store->db));
		return -EINVAL;
	default:
		say(store, "%s: %s", store->path, sqlite3_errmsg(store->db));
		return -EIO;
	}
}

int store_run_sql(struct store *store, const char *sql)
{
	int r;

	r = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return r == SQLITE_OK ? 0 : store_fail(store, r);
}

/* Makes the folder and an empty file with our modes, where they are not there. */
static int make_file(struct store *store)
{
	int fd;

	if (mkdir(store->directory, DIRECTORY_MODE) < 0 && errno != EEXIST) {
		int error = errno;

		say(store,
			"%s can't be made: %s; name a folder that may be written to in "
			"StateDirectory=",
			store->directory, strerror(error));
		return -error;
	}
	fd = open(store->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd >= 0) {
		(void)close(fd);
	} else if (errno != EEXIST) {
		int error = errno;

		say(store, "%s can't be made: %s; check that %s is a folder of this user's",
			store->path, strerror(error), store->directory);
		return -error;
	}
	return 0;
}

static int open_database(struct store *store)
{
	int r;

	r = make_file(store);
	if (r < 0)
		return r;
	r = sqlite3_open_v2(store->path, &store->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (r != SQLITE_OK)
		return store->db ? store_fail(store, r) : -ENOMEM;
	(void)sqlite3_busy_timeout(store->db, OPEN_PATIENCE_MS);
	r = store_run_sql(store, setup_sql);
	if (r == 0)
		r = migrate(store);
	/* Nobody else can hold a lock from here on: waiting would only stop the loop. */
	(void)sqlite3_busy_timeout(store->db, 0);
	return r;
}

/* One thread uses SQLite, and nothing reads its count of memory.  Refused once it is in use. */
static void configure_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int store_open(const char *directory, struct store **ret, char **ret_words)
{
	struct store *store = calloc(1, sizeof(*store));
	int r;

	*ret_words = NULL;
	if (!store)
		return -ENOMEM;
	configure_library();
	store->directory = strdup(directory);
	if (!store->directory || asprintf(&store->path, "%s/%s", directory, file_name) < 0)
		r = -ENOMEM;
	else
		r = text_codec_new(&store->codec);
	if (r == 0)
		r = packets_init(&store->packets);
	if (r == 0)
		r = open_database(store);
	if (r < 0) {
		*ret_words = strdup(store->error[0] ? store->error : "out of memory");
		store_close(store);
		return r;
	}
	*ret = store;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		(void)sqlite3_finalize(store->statements[i].handle);
	/* Closing rolls back what is open. */
	(void)sqlite3_close(store->db);
	backlog_forget(store);
	entry_index_forget(&store->entry_index);
	packets_free(&store->packets);
	text_codec_free(store->codec);
	free(store->after);
	free(store->directory);
	free(store->path);
	free(store);
}
