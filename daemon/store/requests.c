#include <errno.h>

#include "store/statement.h"

static const char add_sql[] =
	"INSERT INTO requests (feed, previous, started, ended, method, url, hops, answered, moved,"
	" if_none_match, if_modified_since, user_agent, headers, status, outcome, bytes, etag,"
	" last_modified, freshness, blocked_until, next_poll, rule, failures, flags)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char get_sql[] =
	"SELECT key, feed, previous, started, ended, method, url, hops, answered, moved,"
	" if_none_match, if_modified_since, user_agent, headers, status, outcome, bytes, etag,"
	" last_modified, freshness, blocked_until, next_poll, rule, failures, flags"
	" FROM requests WHERE key = ? AND feed = ?";

/* Of the oldest few alone: who is kept says nothing of those behind. */
static const char old_sql[] =
	"SELECT count(*) FROM (SELECT key, started FROM requests ORDER BY key LIMIT ?)"
	" WHERE started < ? OR key <= (SELECT max(key) FROM requests) - ?";

static const char forget_sql[] =
	"DELETE FROM requests WHERE key IN (SELECT key FROM requests ORDER BY key LIMIT ?)"
	" AND (started < ? OR key <= (SELECT max(key) FROM requests) - ?)";

static const char last_ended_sql[] = "SELECT ended FROM requests ORDER BY key DESC LIMIT 1";
static const char page_of_sql[] = "SELECT id, last_page_request FROM feeds WHERE url = ?";
static const char last_page_sql[] = "SELECT last_page_request FROM feeds WHERE id = ?";
static const char set_last_page_sql[] = "UPDATE feeds SET last_page_request = ? WHERE id = ?";

int store_request_add(struct store *store, const struct request_record *record, int64_t *ret_key)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);
	int r;

	bind_int(&s, record->feed);
	bind_int(&s, record->previous);
	bind_usec(&s, record->started);
	bind_usec(&s, record->ended);
	bind_text(&s, record->method);
	bind_text(&s, record->url);
	bind_text(&s, record->hops);
	bind_text(&s, record->answered);
	bind_text(&s, record->moved);
	bind_text(&s, record->if_none_match);
	bind_text(&s, record->if_modified_since);
	bind_text(&s, record->user_agent);
	bind_text(&s, record->headers);
	bind_int(&s, record->status);
	bind_text(&s, request_outcome_to_string(record->outcome));
	bind_int(&s, (int64_t)record->bytes);
	bind_text(&s, record->etag);
	bind_text(&s, record->last_modified);
	bind_usec(&s, record->freshness);
	bind_usec(&s, record->blocked_until);
	bind_usec(&s, record->next_poll);
	bind_text(&s, poll_rule_to_string(record->rule));
	bind_int(&s, record->failures);
	bind_int(&s, record->flags);
	r = statement_run(&s);
	if (r < 0)
		return r;
	*ret_key = sqlite3_last_insert_rowid(store->db);
	return 0;
}

static int find_last_page(struct store *store, const char *url, struct request_record *record)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, page_of_sql);
	int r;

	bind_text(&s, url);
	r = statement_found(&s);
	if (r < 0)
		return r;
	record->feed = column_int(&s);
	record->previous = column_int(&s);
	return s.result;
}

static int set_last_page(struct store *store, int64_t feed, int64_t key)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_last_page_sql);

	bind_int(&s, key);
	bind_int(&s, feed);
	return statement_done(&s);
}

int store_page_request_add(
	struct store *store, const char *url, const struct request_record *record)
{
	struct request_record whole = *record;
	int64_t key;
	int r;

	r = find_last_page(store, url, &whole);
	if (r < 0)
		return r;
	r = store_request_add(store, &whole, &key);
	return r < 0 ? r : set_last_page(store, whole.feed, key);
}

int store_page_request_last(struct store *store, int64_t feed, int64_t *ret_key)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, last_page_sql);
	int r;

	bind_int(&s, feed);
	r = statement_found(&s);
	if (r < 0)
		return r;
	*ret_key = column_int(&s);
	return s.result;
}

static void read_record(struct statement *s, struct arena *arena, struct request_record *record)
{
	record->key = column_int(s);
	record->feed = column_int(s);
	record->previous = column_int(s);
	record->started = column_usec(s);
	record->ended = column_usec(s);
	record->method = column_text(s, arena);
	record->url = column_text(s, arena);
	record->hops = column_text(s, arena);
	record->answered = column_text(s, arena);
	record->moved = column_text(s, arena);
	record->if_none_match = column_text(s, arena);
	record->if_modified_since = column_text(s, arena);
	record->user_agent = column_text(s, arena);
	record->headers = column_text(s, arena);
	record->status = (int)column_int(s);
	record->outcome = request_outcome_from_string(column_text(s, NULL));
	record->bytes = (uint64_t)column_int(s);
	record->etag = column_text(s, arena);
	record->last_modified = column_text(s, arena);
	record->freshness = column_usec(s);
	record->blocked_until = column_usec(s);
	record->next_poll = column_usec(s);
	record->rule = poll_rule_from_string(column_text(s, NULL));
	record->failures = (uint32_t)column_int(s);
	record->flags = (unsigned)column_int(s);
}

int store_request_get(struct store *store, int64_t feed, int64_t key, struct arena *arena,
	struct request_record *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct request_record record;
	int r;

	bind_int(&s, key);
	bind_int(&s, feed);
	r = statement_found(&s);
	if (r < 0)
		return r;
	read_record(&s, arena, &record);
	if (s.result < 0)
		return s.result;
	if (record.outcome < 0 || record.rule < 0)
		return -EBADMSG;
	*ret = record;
	return 0;
}

int store_clock_back(struct store *store, usec now, usec *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, last_ended_sql);
	usec last;
	int r;

	r = statement_time(&s, &last);
	if (r < 0)
		return r;
	*ret = last == USEC_INFINITY ? 0 : usec_before(last, now);
	return 0;
}

static int count_old(struct store *store, usec before, int64_t most, size_t limit)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, old_sql);
	int r;

	bind_limit(&s, limit);
	bind_usec(&s, before);
	bind_int(&s, most);
	r = statement_row(&s);
	return r > 0 ? (int)column_int(&s) : r;
}

int store_requests_forget(struct store *store, usec before, int64_t most, size_t limit)
{
	int r;

	/* Nothing to do must not open a transaction. */
	r = count_old(store, before, most, limit);
	if (r <= 0)
		return r;
	{
		_cleanup_(statement_end) struct statement s = statement_write(store, forget_sql);

		bind_limit(&s, limit);
		bind_usec(&s, before);
		bind_int(&s, most);
		return statement_run(&s);
	}
}
