#include "store/alerts.h"

#include <errno.h>

#include "store/deliveries.h"

static const char add_sql[] = "INSERT INTO alerts (" ALERT_COLUMNS
			      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
static const char find_sql[] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE id = ?";
static const char newest_sql[] =
	"SELECT " ALERT_COLUMNS " FROM alerts WHERE time >= ? ORDER BY key DESC LIMIT ?";
static const char newest_of_topic_sql[] =
	"SELECT " ALERT_COLUMNS " FROM alerts WHERE topic = ? AND time >= ?"
	" ORDER BY key DESC LIMIT ?";

void alert_bind(struct statement *s, const struct alert *alert)
{
	bind_text(s, alert->id.text);
	bind_text(s, event_type_to_string(alert->type));
	bind_usec(s, alert->time);
	bind_text(s, alert->topic);
	bind_text(s, alert->story);
	bind_text(s, alert->title);
	bind_text(s, alert->url);
	bind_text(s, alert->feed);
	bind_text(s, alert->relation);
	bind_text(s, alert->event);
}

static int add(struct store *store, const struct alert *alert, int64_t *ret_key)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);
	int r;

	alert_bind(&s, alert);
	r = statement_run(&s);
	if (r < 0)
		return r;
	if (r == 0)
		return -EEXIST;
	store->counts.alerts += r;
	*ret_key = sqlite3_last_insert_rowid(store->db);
	return 0;
}

int store_alert_add(struct store *store, const struct alert *alert, const char *const *hooks)
{
	int64_t key;
	int r;

	r = add(store, alert, &key);
	for (size_t i = 0; r == 0 && hooks && hooks[i]; i++)
		r = delivery_add(store, key, alert, hooks[i]);
	return r;
}

int alert_read(struct statement *s, struct arena *arena, struct alert *alert)
{
	column_id(s, &alert->id);
	alert->type = event_type_from_string(column_text(s, NULL));
	alert->time = column_usec(s);
	alert->topic = column_text(s, arena);
	alert->story = column_text(s, arena);
	alert->title = column_text(s, arena);
	alert->url = column_text(s, arena);
	alert->feed = column_text(s, arena);
	alert->relation = column_text(s, arena);
	alert->event = column_text(s, arena);
	if (s->result < 0)
		return s->result;
	return alert->type < 0 ? -EBADMSG : 0;
}

int store_alert_get(struct store *store, const char *id, struct arena *arena, struct alert *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, find_sql);
	struct alert alert;
	int r;

	bind_text(&s, id);
	r = statement_row(&s);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = alert_read(&s, arena, &alert);
	if (r < 0)
		return r;
	*ret = alert;
	return 0;
}

int store_alerts_each(struct store *store, const char *topic, usec since, size_t limit,
	store_alert_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, topic ? newest_of_topic_sql : newest_sql);
	int r;

	if (topic)
		bind_text(&s, topic);
	bind_usec(&s, since);
	bind_limit(&s, limit);
	for (;;) {
		struct alert alert;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		r = alert_read(&s, NULL, &alert);
		if (r == 0)
			r = fn(&alert, userdata);
		if (r != 0)
			return r;
	}
}
