/* Alerts that wait for their topic's digest. */

#include "store/alerts.h"

static const char get_sql[] =
	"SELECT window_start, window_count, parts, due FROM topics WHERE name = ?";
static const char put_sql[] = "UPDATE topics SET window_start = ?2, window_count = ?3, parts = ?4,"
			      " due = ?5 WHERE name = ?1";
static const char set_back_sql[] =
	"UPDATE topics SET window_start = max(window_start - ?, 0) WHERE window_start > 0";
static const char next_sql[] =
	"SELECT name, due FROM topics WHERE due IS NOT NULL ORDER BY due, name LIMIT 1";
static const char open_sql[] = "SELECT name FROM topics WHERE due IS NOT NULL AND name > ?"
			       " ORDER BY name LIMIT 1";
static const char add_sql[] =
	"INSERT INTO gathered (topic, alert) SELECT ?1, key FROM alerts WHERE id = ?2";
static const char each_sql[] =
	"SELECT a.id, a.type, a.time, a.topic, a.story, a.title, a.url, a.feed, a.relation, NULL"
	" FROM gathered g CROSS JOIN alerts a ON a.key = g.alert WHERE g.topic = ?"
	" ORDER BY g.alert LIMIT ?";
static const char remove_sql[] = "DELETE FROM gathered WHERE topic = ?1"
				 " AND alert <= (SELECT key FROM alerts WHERE id = ?2)";
static const char count_sql[] = "SELECT count(*) FROM gathered WHERE topic = ?";
static const char has_sql[] =
	"SELECT 1 FROM gathered WHERE alert = (SELECT key FROM alerts WHERE id = ?)";

int store_gathering_get(struct store *store, const char *topic, struct topic_gathering *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct topic_gathering state = {.due = USEC_INFINITY};
	int r;

	bind_text(&s, topic);
	r = statement_found(&s);
	if (r < 0)
		return r;
	state.window_start = column_usec(&s);
	state.window_count = (uint32_t)column_int(&s);
	state.parts = (uint32_t)column_int(&s);
	if (!column_is_null(&s))
		state.due = column_usec(&s);
	*ret = state;
	return 0;
}

int store_gathering_put(struct store *store, const char *topic, const struct topic_gathering *state)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_text(&s, topic);
	bind_usec(&s, state->window_start);
	bind_int(&s, state->window_count);
	bind_int(&s, state->parts);
	if (state->due == USEC_INFINITY)
		bind_null(&s);
	else
		bind_usec(&s, state->due);
	return statement_done(&s);
}

int store_gathering_set_back(struct store *store, usec back)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, set_back_sql);

	bind_usec(&s, back);
	return statement_done(&s);
}

int store_gathering_next(
	struct store *store, struct arena *arena, const char **ret_topic, usec *ret_due)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, next_sql);
	const char *topic;
	usec due;
	int r;

	r = statement_found(&s);
	if (r < 0)
		return r;
	topic = column_text(&s, arena);
	due = column_usec(&s);
	if (s.result < 0)
		return s.result;
	*ret_topic = topic;
	*ret_due = due;
	return 0;
}

int store_gathering_after(
	struct store *store, const char *topic, struct arena *arena, const char **ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, open_sql);
	const char *next;
	int r;

	bind_text(&s, topic);
	r = statement_found(&s);
	if (r < 0)
		return r;
	next = column_text(&s, arena);
	if (s.result < 0)
		return s.result;
	*ret = next;
	return 0;
}

static int change(struct store *store, const char *sql, const char *topic, const struct id *alert)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, sql);

	bind_text(&s, topic);
	bind_text(&s, alert->text);
	return statement_run(&s);
}

int store_gathered_add(struct store *store, const char *topic, const struct id *alert)
{
	int r = change(store, add_sql, topic, alert);

	return r < 0 ? r : 0;
}

int store_gathered_remove(struct store *store, const char *topic, const struct id *last)
{
	return change(store, remove_sql, topic, last);
}

int store_gathered_each(struct store *store, const char *topic, size_t limit, struct arena *arena,
	struct alert *ret, size_t *ret_count)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, each_sql);
	size_t count = 0;
	int r;

	bind_text(&s, topic);
	bind_limit(&s, limit);
	while (count < limit) {
		r = statement_row(&s);
		if (r > 0)
			r = alert_read(&s, arena, &ret[count]);
		else if (r == 0)
			break;
		if (r < 0)
			return r;
		count++;
	}
	*ret_count = count;
	return 0;
}

/* One number, 0 where there is no row. */
static int number_of(struct store *store, const char *sql, const char *text, uint64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, sql);
	int r;

	bind_text(&s, text);
	r = statement_row(&s);
	if (r < 0)
		return r;
	*ret = r > 0 ? (uint64_t)column_int(&s) : 0;
	return 0;
}

int store_gathered_count(struct store *store, const char *topic, uint64_t *ret)
{
	return number_of(store, count_sql, topic, ret);
}

int store_gathered_has(struct store *store, const struct id *alert)
{
	uint64_t found;
	int r = number_of(store, has_sql, alert->text, &found);

	return r < 0 ? r : found > 0;
}
