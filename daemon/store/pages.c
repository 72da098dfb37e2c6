#include <errno.h>

#include "store/statement.h"

static const char put_sql[] =
	"INSERT OR REPLACE INTO pages (key, host, fetched, note, page) VALUES (?, ?, ?, ?, ?)";
static const char get_sql[] = "SELECT key, host, fetched, note, page FROM pages"
			      " WHERE key = ? AND fetched BETWEEN ? AND ?";
static const char since_sql[] =
	"SELECT count(*) FROM pages WHERE host = ? AND fetched BETWEEN ? AND ?";
static const char all_since_sql[] =
	"SELECT count(*) FROM pages WHERE host IS NOT NULL AND fetched BETWEEN ? AND ?";
static const char forget_sql[] =
	"DELETE FROM pages WHERE key IN"
	" (SELECT key FROM pages WHERE fetched < ? OR fetched > ? LIMIT ?)";
static const char put_robots_sql[] =
	"INSERT OR REPLACE INTO robots (origin, expires, rules, blocked) VALUES (?, ?, ?, ?)";
static const char get_robots_sql[] =
	"SELECT origin, expires, rules, blocked FROM robots WHERE origin = ?";
static const char set_back_sql[] =
	"UPDATE robots SET expires = iif(expires > ?1, max(expires - ?2, 0), expires),"
	" blocked = iif(blocked > ?1, max(blocked - ?2, 0), blocked)"
	" WHERE expires > ?1 OR blocked > ?1";
static const char blocked_sql[] =
	"SELECT origin, expires, rules, blocked FROM robots WHERE blocked > ?";

int store_page_put(struct store *store, const struct stored_page *page)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_text(&s, page->key);
	bind_text(&s, page->host);
	bind_usec(&s, page->fetched);
	bind_text(&s, page->note);
	bind_blob(&s, page->page, page->page_length);
	return statement_done(&s);
}

int store_page_get(struct store *store, const char *key, usec since, usec now, struct arena *arena,
	struct stored_page *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct stored_page page = {0};
	int r;

	bind_text(&s, key);
	bind_usec(&s, since);
	bind_usec(&s, now);
	r = statement_found(&s);
	if (r < 0)
		return r;
	page.key = column_text(&s, arena);
	page.host = column_text(&s, arena);
	page.fetched = column_usec(&s);
	page.note = column_text(&s, arena);
	page.page = column_blob(&s, arena, &page.page_length);
	if (s.result < 0)
		return s.result;
	*ret = page;
	return 0;
}

int store_pages_since(struct store *store, const char *host, usec since, usec now, uint64_t *ret)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, host ? since_sql : all_since_sql);
	int r;

	if (host)
		bind_text(&s, host);
	bind_usec(&s, since);
	bind_usec(&s, now);
	r = statement_row(&s);
	if (r <= 0)
		return r < 0 ? r : -EIO;
	*ret = (uint64_t)column_int(&s);
	return 0;
}

int store_pages_forget(struct store *store, usec before, usec now, size_t limit)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, forget_sql);

	bind_usec(&s, before);
	bind_usec(&s, now);
	bind_limit(&s, limit);
	return statement_run(&s);
}

int store_robots_put(struct store *store, const struct stored_robots *robots)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_robots_sql);

	bind_text(&s, robots->origin);
	bind_usec(&s, robots->expires);
	bind_text(&s, robots->rules);
	bind_usec(&s, robots->blocked);
	return statement_done(&s);
}

int store_robots_set_back(struct store *store, usec now, usec back)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_back_sql);

	bind_usec(&s, now);
	bind_usec(&s, back);
	return statement_done(&s);
}

static int read_robots(struct statement *s, struct arena *arena, struct stored_robots *ret)
{
	ret->origin = column_text(s, arena);
	ret->expires = column_usec(s);
	ret->rules = column_text(s, arena);
	ret->blocked = column_usec(s);
	return s->result;
}

int store_robots_get(
	struct store *store, const char *origin, struct arena *arena, struct stored_robots *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_robots_sql);
	struct stored_robots robots = {0};
	int r;

	bind_text(&s, origin);
	r = statement_found(&s);
	if (r < 0)
		return r;
	r = read_robots(&s, arena, &robots);
	if (r < 0)
		return r;
	*ret = robots;
	return 0;
}

int store_robots_blocked_each(struct store *store, usec now, store_robots_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, blocked_sql);
	int r;

	bind_usec(&s, now);
	for (;;) {
		struct stored_robots robots = {0};

		r = statement_row(&s);
		if (r <= 0)
			return r;
		r = read_robots(&s, NULL, &robots);
		if (r == 0)
			r = fn(&robots, userdata);
		if (r != 0)
			return r;
	}
}
