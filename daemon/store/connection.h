/*
 * The open database and what all files of this room share: the room's one struct, errors in words,
 * and the state of the open transaction.  Private to store/.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "store/entry_index.h"
#include "store/keys.h"
#include "store/packets.h"
#include "store/store.h"

enum {
	STORE_ERROR_BYTES = 512,
	STATEMENTS_MAX = 256, /* distinct SQL texts of this room; tests/lint counts them */
	SAVEPOINTS_MAX = 8,   /* nested; the pipeline needs two */
};

/* A prepared statement, kept by the address of its SQL text. */
struct cached_statement {
	const char *sql;
	sqlite3_stmt *handle;
	bool taken;
};

struct after_commit {
	void (*fn)(int result, void *userdata);
	void *userdata;
	bool undone; /* its savepoint was rolled back */
};

/* Rows that the open transaction added, less those that it removed. */
struct row_counts {
	int64_t articles;
	int64_t stories;
	int64_t alerts;
};

/* What memory held when a savepoint was opened. */
struct savepoint_mark {
	size_t after_count;
	struct packet_state packet;
	struct row_counts added;
};

struct text_codec;

struct store {
	sqlite3 *db;
	char *directory;
	char *path;
	struct text_codec *codec;
	struct cached_statement statements[STATEMENTS_MAX];

	void (*on_dirty)(void *userdata);
	void *on_dirty_userdata;

	bool in_transaction;
	int failed;          /* a write of the open transaction failed: it must not be committed */
	size_t failed_depth; /* undone with this many savepoints; 0: with the whole only */
	size_t depth;        /* open savepoints */
	struct savepoint_mark marks[SAVEPOINTS_MAX];
	struct after_commit *after;
	size_t after_count;
	size_t after_size;

	struct packets packets;
	struct entry_index entry_index;
	struct row_counts added;
	struct map backlogs; /* hook -> its pending deliveries (store/backlog.h) */
	bool backlogs_known;
	int64_t pending;  /* of all hooks */
	int64_t next_key; /* of articles and stories; 0: not read yet */
	/* Retention goes round: what it looked at last, the feed by its entries. */
	int64_t forget_cursor;
	bool forget_begun;
	int64_t alert_cursor;
	int64_t text_cursor; /* these three for what is from the time of a wrong clock */
	int64_t packet_cursor;
	int64_t article_cursor;

	char error[STORE_ERROR_BYTES];
};

/* Puts an SQLite result into words for store_error() and returns it as -errno. */
int store_fail(struct store *store, int sqlite_result);

/* Opens the transaction if it is not open.  Returns the error if a write of it failed already. */
int store_write_begin(struct store *store);

/* Notes that a write failed, so that what is open is not committed by mistake.  Returns `r`. */
int store_write_failed(struct store *store, int r);

/* Runs SQL that is no statement of the cache (schema, pragmas). */
int store_run_sql(struct store *store, const char *sql);
