
#include "store/alerts.h"

static const char put_sql[] = "INSERT OR REPLACE INTO held (story_key, due, " ALERT_COLUMNS
			      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char next_sql[] = "SELECT story_key, " ALERT_COLUMNS
			       " FROM held WHERE due <= ? ORDER BY due, story_key LIMIT 1";
static const char get_sql[] =
	"SELECT due, " ALERT_COLUMNS " FROM held WHERE story_key = ? AND topic = ?";
static const char hasten_sql[] =
	"UPDATE held SET due = ?1 WHERE due > ?1 AND (due > ?2 OR time > ?1)";
static const char set_back_sql[] = "UPDATE held SET due = max(due - ?, 0)";
static const char due_sql[] = "SELECT min(due) FROM held";
static const char remove_sql[] = "DELETE FROM held WHERE story_key = ? AND topic = ?";

int store_held_put(struct store *store, int64_t story, const struct alert *alert, usec due)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_int(&s, story);
	bind_usec(&s, due);
	alert_bind(&s, alert);
	return statement_done(&s);
}

int store_held_next(
	struct store *store, usec now, struct arena *arena, int64_t *ret_story, struct alert *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, next_sql);
	struct alert alert;
	int64_t story;
	int r;

	bind_usec(&s, now);
	r = statement_found(&s);
	if (r < 0)
		return r;
	story = column_int(&s);
	r = alert_read(&s, arena, &alert);
	if (r < 0)
		return r;
	*ret_story = story;
	*ret = alert;
	return 0;
}

int store_held_get(struct store *store, int64_t story, const char *topic, struct arena *arena,
	struct alert *ret, usec *ret_due)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct alert alert;
	usec due;
	int r;

	bind_int(&s, story);
	bind_text(&s, topic);
	r = statement_found(&s);
	if (r < 0)
		return r;
	due = column_usec(&s);
	r = alert_read(&s, arena, &alert);
	if (r < 0)
		return r;
	*ret = alert;
	*ret_due = due;
	return 0;
}

int store_held_remove(struct store *store, int64_t story, const char *topic)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, remove_sql);

	bind_int(&s, story);
	bind_text(&s, topic);
	return statement_done(&s);
}

int store_held_hasten(struct store *store, usec now, usec limit)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, hasten_sql);

	bind_usec(&s, now);
	bind_usec(&s, limit);
	return statement_done(&s);
}

int store_held_set_back(struct store *store, usec back)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_back_sql);

	bind_usec(&s, back);
	return statement_done(&s);
}

int store_held_due(struct store *store, usec *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, due_sql);

	return statement_time(&s, ret);
}
