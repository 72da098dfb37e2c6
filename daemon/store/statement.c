#include "store/statement.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* The place of the SQL text in the cache; it is free or has that text. */
static struct cached_statement *find_place(struct store *store, const char *sql)
{
	size_t place = (uintptr_t)sql / 16 % STATEMENTS_MAX;

	for (size_t i = 0; i < STATEMENTS_MAX; i++) {
		struct cached_statement *cached = &store->statements[(place + i) % STATEMENTS_MAX];

		if (!cached->sql || cached->sql == sql)
			return cached;
	}
	assert(!"more statements than STATEMENTS_MAX");
	return NULL;
}

static void prepare(struct statement *statement, const char *sql)
{
	struct store *store = statement->store;
	struct cached_statement *cached = find_place(store, sql);
	sqlite3_stmt *handle = NULL;
	int r;

	if (cached->handle && !cached->taken) {
		cached->taken = true;
		statement->cached = cached;
		statement->handle = cached->handle;
		return;
	}
	r = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
	if (r != SQLITE_OK) {
		statement->result = store_fail(store, r);
		return;
	}
	statement->handle = handle;
	/* One that is in use already, because a callback came back, gets a second of its own. */
	if (cached->taken)
		return;
	*cached = (struct cached_statement){.sql = sql, .handle = handle, .taken = true};
	statement->cached = cached;
}

struct statement statement_read(struct store *store, const char *sql)
{
	struct statement statement = {.store = store};

	prepare(&statement, sql);
	return statement;
}

struct statement statement_write(struct store *store, const char *sql)
{
	struct statement statement = {.store = store, .write = true};

	statement.result = store_write_begin(store);
	if (statement.result == 0)
		prepare(&statement, sql);
	return statement;
}

void statement_end(struct statement *statement)
{
	if (!statement->handle)
		return;
	if (!statement->cached) {
		(void)sqlite3_finalize(statement->handle);
		return;
	}
	/* An error of the last step is returned again by a reset; it was taken note of then. */
	(void)sqlite3_reset(statement->handle);
	(void)sqlite3_clear_bindings(statement->handle);
	statement->cached->taken = false;
}

void statement_again(struct statement *statement)
{
	if (!statement->handle)
		return;
	(void)sqlite3_reset(statement->handle);
	statement->bound = 0;
	statement->column = 0;
}

/* Whether the next parameter can be bound; counts it. */
static bool next_parameter(struct statement *statement)
{
	statement->bound++;
	return statement->handle && statement->result == 0;
}

static void note(struct statement *statement, int sqlite_result)
{
	if (sqlite_result != SQLITE_OK)
		statement->result = store_fail(statement->store, sqlite_result);
}

void bind_int(struct statement *statement, int64_t value)
{
	if (next_parameter(statement))
		note(statement, sqlite3_bind_int64(statement->handle, statement->bound, value));
}

void bind_real(struct statement *statement, double value)
{
	if (next_parameter(statement))
		note(statement, sqlite3_bind_double(statement->handle, statement->bound, value));
}

void bind_null(struct statement *statement)
{
	if (next_parameter(statement))
		note(statement, sqlite3_bind_null(statement->handle, statement->bound));
}

void bind_text(struct statement *statement, const char *value)
{
	if (!value)
		bind_null(statement);
	else if (next_parameter(statement))
		note(statement,
			sqlite3_bind_text64(statement->handle, statement->bound, value,
				strlen(value), SQLITE_STATIC, SQLITE_UTF8));
}

void bind_blob(struct statement *statement, const void *bytes, size_t length)
{
	if (!bytes)
		bind_null(statement);
	else if (next_parameter(statement))
		note(statement,
			sqlite3_bind_blob64(
				statement->handle, statement->bound, bytes, length, SQLITE_STATIC));
}

/* SQLite's integers are signed: the last one stands for USEC_INFINITY. */
void bind_usec(struct statement *statement, usec value)
{
	bind_int(statement, value < INT64_MAX ? (int64_t)value : INT64_MAX);
}

void bind_digest(struct statement *statement, const struct digest *value)
{
	static const struct digest none;

	bind_blob(
		statement, digest_equal(value, &none) ? NULL : value->bytes, sizeof(value->bytes));
}

/* A negative LIMIT would mean none. */
void bind_limit(struct statement *statement, size_t limit)
{
	bind_int(statement, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
}

static int fail(struct statement *statement)
{
	return statement->write ? store_write_failed(statement->store, statement->result)
				: statement->result;
}

int statement_row(struct statement *statement)
{
	int r;

	if (statement->result < 0)
		return fail(statement);
	r = sqlite3_step(statement->handle);
	statement->column = 0;
	if (r == SQLITE_ROW)
		return 1;
	if (r == SQLITE_DONE)
		return 0;
	statement->result = store_fail(statement->store, r);
	return fail(statement);
}

int statement_found(struct statement *statement)
{
	int r = statement_row(statement);

	if (r < 0)
		return r;
	return r > 0 ? 0 : -ENOENT;
}

int statement_run(struct statement *statement)
{
	int r;

	r = statement_row(statement);
	assert(r <= 0);
	if (r < 0)
		return r;
	r = sqlite3_changes(statement->store->db);
	(void)sqlite3_reset(statement->handle);
	return r;
}

int statement_done(struct statement *statement)
{
	int r = statement_run(statement);

	return r < 0 ? r : 0;
}

int statement_time(struct statement *statement, usec *ret)
{
	int r = statement_row(statement);

	if (r < 0)
		return r;
	*ret = r == 0 || column_is_null(statement) ? USEC_INFINITY : column_usec(statement);
	return 0;
}

int statement_texts(struct statement *statement, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count)
{
	const char **texts = arena_array(arena, limit, sizeof(*texts));
	size_t count = 0;

	if (!texts)
		return -ENOMEM;
	while (count < limit && statement_row(statement) > 0)
		texts[count++] = column_text(statement, arena);
	if (statement->result < 0)
		return statement->result;
	*ret = texts;
	*ret_count = count;
	return 0;
}

int64_t column_int(struct statement *statement)
{
	return sqlite3_column_int64(statement->handle, statement->column++);
}

double column_real(struct statement *statement)
{
	return sqlite3_column_double(statement->handle, statement->column++);
}

usec column_usec(struct statement *statement)
{
	int64_t value = column_int(statement);

	if (value < 0)
		return 0;
	return value < INT64_MAX ? (usec)value : USEC_INFINITY;
}

struct digest column_digest(struct statement *statement)
{
	struct digest digest = {0};
	size_t length;
	const void *bytes = column_blob(statement, NULL, &length);

	if (bytes && length == sizeof(digest.bytes))
		memcpy(digest.bytes, bytes, sizeof(digest.bytes));
	return digest;
}

void column_id(struct statement *statement, struct id *ret)
{
	const char *text = column_text(statement, NULL);

	*ret = (struct id){0};
	if (text)
		memcpy(ret->text, text, strnlen(text, ID_LENGTH));
}

bool column_is_null(struct statement *statement)
{
	return sqlite3_column_type(statement->handle, statement->column) == SQLITE_NULL;
}

const char *column_text(struct statement *statement, struct arena *arena)
{
	int column = statement->column++;
	const char *text = (const char *)sqlite3_column_text(statement->handle, column);
	const char *copy;

	if (!text || !arena)
		return text;
	copy = arena_copy(arena, text, (size_t)sqlite3_column_bytes(statement->handle, column));
	if (!copy)
		statement->result = -ENOMEM;
	return copy;
}

const void *column_blob(struct statement *statement, struct arena *arena, size_t *ret_length)
{
	int column = statement->column++;
	const void *bytes = sqlite3_column_blob(statement->handle, column);
	size_t length = (size_t)sqlite3_column_bytes(statement->handle, column);
	const void *copy;

	*ret_length = length;
	if (!bytes || !arena)
		return bytes;
	copy = arena_copy(arena, bytes, length);
	if (!copy)
		statement->result = -ENOMEM;
	return copy;
}
