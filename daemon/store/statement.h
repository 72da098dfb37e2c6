/*
 * One SQL statement in use: values are bound and columns are read in their order, and an error
 * sticks until statement_run() or statement_row() returns it.  Statements are prepared once, kept
 * by the address of their text (a static array of the file that uses it), and given back at the
 * end:
 * `_cleanup_(statement_end) struct statement s = statement_read(store, x_sql);`.
 * Values are bound with their length and stay borrowed until then.  Private to store/.
 */
#pragma once

#include "store/connection.h"

struct statement {
	struct store *store;
	sqlite3_stmt *handle;            /* NULL where it could not be prepared */
	struct cached_statement *cached; /* NULL: it is finalized at the end */
	bool write;
	int bound;  /* parameters so far */
	int column; /* columns read of the row so far */
	int result; /* 0 or the first error */
};

/* Of a reading one. */
struct statement statement_read(struct store *store, const char *sql);

/* Of a writing one: opens the transaction; an error of it makes the transaction failed. */
struct statement statement_write(struct store *store, const char *sql);
void statement_end(struct statement *statement);

/* Ready to be bound and run again. */
void statement_again(struct statement *statement);

void bind_int(struct statement *statement, int64_t value);
void bind_real(struct statement *statement, double value);
void bind_text(struct statement *statement, const char *value);                /* NULL is NULL */
void bind_blob(struct statement *statement, const void *bytes, size_t length); /* NULL is NULL */
void bind_usec(struct statement *statement, usec value);
void bind_digest(struct statement *statement, const struct digest *value); /* zero is NULL */
void bind_null(struct statement *statement);
void bind_limit(struct statement *statement, size_t limit);

/* The next row: 1, or 0 after the last, or an error. */
int statement_row(struct statement *statement);

/* As statement_row(), where there must be one: 0, -ENOENT or an error. */
int statement_found(struct statement *statement);

/* Runs to the end, without rows.  Returns how many rows changed, or an error. */
int statement_run(struct statement *statement);

/* As statement_run(), where it does not matter how many: 0 or an error. */
int statement_done(struct statement *statement);

/* The time that is the first column of the first row; USEC_INFINITY where there is none. */
int statement_time(struct statement *statement, usec *ret);

/* The texts of the first column, of at most `limit` rows: an array in the arena, with its count. */
int statement_texts(struct statement *statement, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count);

/* Columns of the row, each the next one. */
int64_t column_int(struct statement *statement);
double column_real(struct statement *statement);
usec column_usec(struct statement *statement);
struct digest column_digest(struct statement *statement);
void column_id(struct statement *statement, struct id *ret);

/* Copied into the arena, whose limit sets the error -ENOMEM; borrowed until the next row without.
 */
const char *column_text(struct statement *statement, struct arena *arena);
const void *column_blob(struct statement *statement, struct arena *arena, size_t *ret_length);

/* Whether the next column is NULL; does not go on. */
bool column_is_null(struct statement *statement);
