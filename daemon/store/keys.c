#include "store/keys.h"

#include "base/id.h"
#include "store/statement.h"

/* Stories of version 3 and before have keys of their own, and noted them by their own name. */
static const char next_sql[] = "SELECT 1 + max(coalesce((SELECT max(key) FROM articles), 0),"
			       " coalesce((SELECT max(key) FROM stories), 0),"
			       " coalesce((SELECT max(key) FROM last_keys), 0))";
static const char note_sql[] = "INSERT INTO last_keys (name, key) VALUES ('articles', ?)"
			       " ON CONFLICT DO UPDATE SET key = excluded.key";

static int read_next(struct store *store)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, next_sql);
	int r;

	r = statement_row(&s);
	if (r < 0)
		return r;
	store->next_key = column_int(&s);
	return 0;
}

int keys_next(struct store *store, int64_t *ret)
{
	int r;

	r = store->next_key > 0 ? 0 : read_next(store);
	if (r == 0)
		*ret = store->next_key;
	return r;
}

void keys_given(struct store *store, int64_t key)
{
	if (store->next_key > 0 && key >= store->next_key)
		store->next_key = key + 1;
}

int keys_note_last(struct store *store)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, note_sql);
	int64_t next;
	int r;

	r = keys_next(store, &next);
	if (r < 0)
		return r;
	bind_int(&s, next - 1);
	return statement_done(&s);
}

void keys_forget(struct store *store)
{
	store->next_key = 0;
}

void keys_bind_keyed(struct statement *statement, const char *id, int64_t key)
{
	if (id_key(id) == key)
		bind_int(statement, 1);
	else
		bind_null(statement);
}
