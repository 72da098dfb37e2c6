#include <errno.h>

#include "store/statement.h"

static const char put_sql[] =
	"INSERT INTO waiting (feed, identity, url, host, since, due, tries, renew, entry)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, identity) DO UPDATE SET"
	" url = excluded.url, host = excluded.host, due = excluded.due, tries = excluded.tries,"
	" renew = excluded.renew, entry = excluded.entry";
/* A bare column beside min() is of the row that has it. */
static const char each_sql[] = "SELECT id, min(due), url, host, since, tries FROM waiting"
			       " WHERE host > ? GROUP BY host HAVING min(due) <= ? LIMIT ?";
static const char late_sql[] = "SELECT id FROM waiting WHERE since <= ? AND due <= ?"
			       " ORDER BY since, id LIMIT 1";
static const char get_sql[] = "SELECT w.id, w.feed, f.url, w.identity, w.url, w.host, w.since, "
			      "w.due, w.tries, w.renew, w.entry"
			      " FROM waiting w JOIN feeds f ON f.id = w.feed WHERE w.id = ?";
static const char remove_sql[] = "DELETE FROM waiting WHERE id = ?";
static const char withdraw_sql[] = "DELETE FROM waiting WHERE feed = ? AND identity = ?";
static const char delay_sql[] = "UPDATE waiting SET due = ?2, tries = ?3 WHERE id = ?1";
static const char hasten_sql[] = "UPDATE waiting SET since = ?1, due = ?1 WHERE since > ?1";
static const char set_forward_sql[] =
	"UPDATE waiting SET since = since + ?2, due = due + ?2 WHERE since <= ?1 - ?2";
static const char count_sql[] = "SELECT count(*) FROM waiting";

int store_waiting_put(struct store *store, const struct waiting_entry *waiting)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_int(&s, waiting->feed);
	bind_digest(&s, &waiting->identity);
	bind_text(&s, waiting->url);
	bind_text(&s, waiting->host);
	bind_usec(&s, waiting->since);
	bind_usec(&s, waiting->due);
	bind_int(&s, waiting->tries);
	bind_int(&s, waiting->renew);
	bind_blob(&s, waiting->entry, waiting->entry_length);
	return statement_done(&s);
}

int store_waiting_each(struct store *store, usec now, const char *host, size_t limit,
	store_waiting_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, each_sql);
	int r;

	bind_text(&s, host);
	bind_usec(&s, now);
	bind_limit(&s, limit);
	for (;;) {
		struct waiting_entry waiting = {0};

		r = statement_row(&s);
		if (r <= 0)
			return r;
		waiting.id = column_int(&s);
		waiting.due = column_usec(&s);
		waiting.url = column_text(&s, NULL);
		waiting.host = column_text(&s, NULL);
		waiting.since = column_usec(&s);
		waiting.tries = (uint32_t)column_int(&s);
		r = s.result < 0 ? s.result : fn(&waiting, userdata);
		if (r != 0)
			return r;
	}
}

int store_waiting_late(struct store *store, usec before, usec now, int64_t *ret_id)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, late_sql);
	int r;

	bind_usec(&s, before);
	bind_usec(&s, now);
	r = statement_found(&s);
	if (r < 0)
		return r;
	*ret_id = column_int(&s);
	return 0;
}

int store_waiting_get(
	struct store *store, int64_t id, struct arena *arena, struct waiting_entry *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct waiting_entry waiting = {0};
	int r;

	bind_int(&s, id);
	r = statement_found(&s);
	if (r < 0)
		return r;
	waiting.id = column_int(&s);
	waiting.feed = column_int(&s);
	waiting.feed_key = column_text(&s, arena);
	waiting.identity = column_digest(&s);
	waiting.url = column_text(&s, arena);
	waiting.host = column_text(&s, arena);
	waiting.since = column_usec(&s);
	waiting.due = column_usec(&s);
	waiting.tries = (uint32_t)column_int(&s);
	waiting.renew = column_int(&s) != 0;
	waiting.entry = column_blob(&s, arena, &waiting.entry_length);
	if (s.result < 0)
		return s.result;
	*ret = waiting;
	return 0;
}

int store_waiting_remove(struct store *store, int64_t id)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, remove_sql);

	bind_int(&s, id);
	return statement_done(&s);
}

int store_waiting_withdraw(struct store *store, int64_t feed, const struct digest *identity)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, withdraw_sql);

	bind_int(&s, feed);
	bind_digest(&s, identity);
	return statement_done(&s);
}

int store_waiting_delay(struct store *store, int64_t id, usec due, uint32_t tries)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, delay_sql);

	bind_int(&s, id);
	bind_usec(&s, due);
	bind_int(&s, tries);
	return statement_done(&s);
}

int store_waiting_hasten(struct store *store, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, hasten_sql);

	bind_usec(&s, now);
	return statement_done(&s);
}

int store_waiting_set_forward(struct store *store, usec now, usec step)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_forward_sql);

	bind_usec(&s, now);
	bind_usec(&s, step);
	return statement_done(&s);
}

int store_waiting_count(struct store *store, uint64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, count_sql);
	int r;

	r = statement_row(&s);
	if (r <= 0)
		return r < 0 ? r : -EIO;
	*ret = (uint64_t)column_int(&s);
	return 0;
}
