/* Transactions, savepoints, and what waits for the commit. */
#include <assert.h>
#include <errno.h>

#include "base/array.h"
#include "store/backlog.h"
#include "store/figures.h"
#include "store/statement.h"

static const char begin_sql[] = "BEGIN IMMEDIATE";
static const char commit_sql[] = "COMMIT";
static const char rollback_sql[] = "ROLLBACK";

/* SQLite takes equal names as nested: the innermost is meant. */
static const char savepoint_sql[] = "SAVEPOINT s";
static const char release_sql[] = "RELEASE s";
static const char rollback_to_sql[] = "ROLLBACK TO s";

static int run(struct store *store, const char *sql)
{
	_cleanup_(statement_end) struct statement statement = statement_read(store, sql);

	return statement_run(&statement) < 0 ? statement.result : 0;
}

void store_on_dirty(struct store *store, void (*on_dirty)(void *userdata), void *userdata)
{
	store->on_dirty = on_dirty;
	store->on_dirty_userdata = userdata;
	if (on_dirty && store->in_transaction)
		on_dirty(userdata);
}

bool store_is_dirty(const struct store *store)
{
	return store->in_transaction;
}

int store_write_begin(struct store *store)
{
	int r;

	if (store->in_transaction)
		return store->failed;
	r = run(store, begin_sql);
	if (r < 0)
		return r;
	store->in_transaction = true;
	if (store->on_dirty)
		store->on_dirty(store->on_dirty_userdata);
	return 0;
}

int store_write_failed(struct store *store, int r)
{
	if (!store->in_transaction)
		return r;
	if (store->failed == 0) {
		store->failed = r;
		store->failed_depth = store->depth;
	}
	/* After some errors (a full disk is one) SQLite has rolled all back by itself. */
	if (sqlite3_get_autocommit(store->db))
		store->failed_depth = 0;
	return r;
}

/* The transaction is over: tells all who wait, who may write again at once. */
static void conclude(struct store *store, int result)
{
	_cleanup_(freep) struct after_commit *after = TAKE_PTR(store->after);
	size_t count = store->after_count;

	store->after_count = 0;
	store->after_size = 0;
	store->in_transaction = false;
	store->added = (struct row_counts){0};
	entry_index_forget(&store->entry_index);
	store->failed = 0;
	store->depth = 0;
	for (size_t i = 0; i < count; i++)
		after[i].fn(
			result == 0 && after[i].undone ? -ECANCELED : result, after[i].userdata);
}

/* What memory knows of what is undone, but for packets. */
static void forget(struct store *store)
{
	keys_forget(store);
	backlog_forget(store);
	entry_index_forget(&store->entry_index);
}

static void roll_back(struct store *store)
{
	forget(store);
	packets_forget(&store->packets);
	if (!sqlite3_get_autocommit(store->db))
		(void)run(store, rollback_sql); /* it fails only where there is none */
}

int store_commit(struct store *store)
{
	int r;

	if (!store->in_transaction)
		return 0;
	assert(store->depth == 0);
	r = store->failed;
	if (r == 0)
		r = packets_write(store);
	if (r == 0)
		r = figures_note(store);
	if (r == 0)
		r = run(store, commit_sql);
	if (r < 0)
		roll_back(store);
	conclude(store, r);
	return r;
}

void store_rollback(struct store *store)
{
	if (!store->in_transaction)
		return;
	roll_back(store);
	conclude(store, store->failed < 0 ? store->failed : -ECANCELED);
}

int store_after_commit(struct store *store, void (*fn)(int result, void *userdata), void *userdata)
{
	int r;

	r = store_write_begin(store);
	if (r < 0)
		return r;
	r = array_grow((void **)&store->after, &store->after_size, store->after_count,
		sizeof(*store->after));
	if (r < 0)
		return r;
	store->after[store->after_count++] = (struct after_commit){.fn = fn, .userdata = userdata};
	return 0;
}

int store_savepoint(struct store *store)
{
	struct savepoint_mark *mark = &store->marks[store->depth];
	int r;

	assert(store->depth < SAVEPOINTS_MAX);
	r = store_write_begin(store);
	if (r == 0)
		r = packets_mark(store, &mark->packet);
	if (r < 0)
		return r;
	r = run(store, savepoint_sql);
	if (r < 0)
		return store_write_failed(store, r);
	mark->after_count = store->after_count;
	mark->added = store->added;
	store->depth++;
	return 0;
}

int store_savepoint_release(struct store *store)
{
	int r;

	assert(store->depth > 0);
	r = store->failed;
	if (r < 0) {
		(void)store_savepoint_rollback(store); /* the first error tells more */
		return r;
	}
	store->depth--;
	r = run(store, release_sql);
	if (r < 0)
		return store_write_failed(store, r);
	return 0;
}

int store_savepoint_rollback(struct store *store)
{
	const struct savepoint_mark *mark;
	int r;

	assert(store->depth > 0);
	mark = &store->marks[--store->depth];
	forget(store);
	store->added = mark->added;
	for (size_t i = mark->after_count; i < store->after_count; i++)
		store->after[i].undone = true;
	if (store->failed < 0 && store->failed_depth == 0)
		return store->failed;
	store->failed = 0;
	r = packets_restore(store, &mark->packet);
	if (r == 0)
		r = run(store, rollback_to_sql);
	if (r == 0)
		r = run(store, release_sql);
	if (r < 0) {
		(void)store_write_failed(store, r);
		store->failed_depth = 0;
	}
	return r;
}
