#include "store/alerts.h"

#include <errno.h>

#include "store/deliveries.h"
#include "store/listing.h"

static const char add_sql[] = "INSERT INTO alerts (" ALERT_COLUMNS
			      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
static const char find_sql[] = "SELECT " ALERT_COLUMNS " FROM alerts WHERE id = ?";
static const char newest_sql[] =
	"SELECT " ALERT_COLUMNS " FROM alerts WHERE key < ? ORDER BY key DESC";
static const char newest_of_topic_sql[] =
	"SELECT " ALERT_COLUMNS " FROM alerts WHERE key < ? AND topic = ? ORDER BY key DESC";

static const char key_sql[] = "SELECT key FROM alerts WHERE id = ?";
static const char last_key_sql[] = "SELECT max(key) FROM alerts";
static const char since_key_sql[] = "SELECT min(key) - 1 FROM alerts WHERE time >= ?";
static const char after_sql[] =
	"SELECT " ALERT_COLUMNS ", key FROM alerts WHERE key > ? ORDER BY key LIMIT ?";
static const char after_of_topic_sql[] = "SELECT " ALERT_COLUMNS ", key FROM alerts"
					 " WHERE topic = ? AND key > ? ORDER BY key LIMIT ?";

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
	store->added.alerts += r;
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
	r = statement_found(&s);
	if (r < 0)
		return r;
	r = alert_read(&s, arena, &alert);
	if (r < 0)
		return r;
	*ret = alert;
	return 0;
}

struct alert_listing {
	struct listing listing;
	struct alert alert; /* the row's */
	store_alert_fn fn;
	void *userdata;
};

static int read_listed(struct listing *listing, struct statement *s, usec *ret_time)
{
	struct alert_listing *alerts = (struct alert_listing *)listing;
	int r;

	r = alert_read(s, NULL, &alerts->alert);
	*ret_time = alerts->alert.time;
	return r;
}

static int tell_listed(struct listing *listing)
{
	const struct alert_listing *alerts = (struct alert_listing *)listing;

	return alerts->fn(&alerts->alert, alerts->userdata);
}

int store_alerts_each(struct store *store, const char *topic, usec since, size_t limit,
	store_alert_fn fn, void *userdata)
{
	struct alert_listing alerts = {
		.listing = {newest_sql, newest_of_topic_sql, topic, since, INT64_MAX, limit,
			read_listed, tell_listed},
		.fn = fn,
		.userdata = userdata,
	};

	return listing_run(&alerts.listing, store);
}

/* The statement's one number.  Returns 1, 0 where it is NULL or missing, or an error. */
static int read_key(struct statement *s, int64_t *ret)
{
	int r = statement_row(s);

	if (r <= 0 || column_is_null(s))
		return r < 0 ? r : 0;
	*ret = column_int(s);
	return 1;
}

int store_alert_key(struct store *store, const char *id, int64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, key_sql);
	int r;

	bind_text(&s, id);
	r = read_key(&s, ret);
	return r == 0 ? -ENOENT : r < 0 ? r : 0;
}

static int last_key(struct store *store, int64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, last_key_sql);
	int r;

	*ret = 0;
	r = read_key(&s, ret);
	return r < 0 ? r : 0;
}

int store_alerts_start(struct store *store, usec since, int64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, since_key_sql);
	int r = 0;

	bind_usec(&s, since);
	if (since > 0)
		r = read_key(&s, ret);
	return r == 0 ? last_key(store, ret) : r < 0 ? r : 0;
}

int store_alerts_after(struct store *store, const char *topic, int64_t key, size_t limit,
	store_alert_key_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, topic ? after_of_topic_sql : after_sql);

	if (topic)
		bind_text(&s, topic);
	bind_int(&s, key);
	bind_limit(&s, limit);
	for (;;) {
		struct alert alert;
		int r;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		r = alert_read(&s, NULL, &alert);
		if (r == 0)
			r = fn(column_int(&s), &alert, userdata);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}
