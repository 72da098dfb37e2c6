/*
 * Deliveries.  Order within a story: of the pending ones of a hook and story only the oldest has a
 * next_attempt; when it is over, the next gets one.  So what is due is found by one range of an
 * index, however many wait.
 */
#include "store/deliveries.h"

#include <errno.h>
#include <stdio.h>

#include "store/backlog.h"
#include "store/statement.h"

enum {
	DELIVERY_ROW_BYTES = 8192, /* of hook and error, for what is collected before callbacks */
	DELIVERIES_ARENA_MAX = 64 * 1024 * 1024,
	ORDER_BYTES = 512, /* of a topic's name and a prefix */
};

#define DELIVERY_COLUMNS                                                                           \
	"d.id, a.id, d.hook, d.state, d.attempts, d.created, d.next_attempt, d.last_attempt, "     \
	"d.error"
#define SELECT_DELIVERIES                                                                          \
	"SELECT " DELIVERY_COLUMNS " FROM deliveries d CROSS JOIN alerts a ON a.key = d.alert"

static const char add_sql[] =
	"INSERT INTO deliveries (alert, hook, story, state, attempts, created, next_attempt,"
	" last_attempt) VALUES (?1, ?2, ?3, 'pending', 0, ?4, CASE WHEN EXISTS (SELECT 1"
	" FROM deliveries e WHERE e.hook = ?2 AND e.story = ?3 AND e.state = 'pending')"
	" THEN NULL ELSE ?4 END, 0) ON CONFLICT (alert, hook) DO NOTHING";

static const char save_sql[] =
	"UPDATE deliveries AS d SET state = ?2, attempts = ?3, last_attempt = ?4, error = ?5,"
	" created = ?7,"
	" next_attempt = CASE WHEN EXISTS (SELECT 1 FROM deliveries e WHERE e.hook = d.hook"
	" AND e.story = d.story AND e.state = 'pending' AND e.id < d.id) THEN NULL ELSE ?6 END"
	" WHERE id = ?1";

/* The oldest that still waits behind the one that is over. */
static const char promote_sql[] =
	"UPDATE deliveries SET next_attempt = created WHERE next_attempt IS NULL AND id ="
	" (SELECT e.id FROM deliveries o CROSS JOIN deliveries e ON e.hook = o.hook"
	" AND e.story = o.story AND e.state = 'pending' WHERE o.id = ? ORDER BY e.id LIMIT 1)";

static const char state_sql[] = "SELECT state = 'pending', hook FROM deliveries WHERE id = ?";
static const char oldest_sql[] =
	SELECT_DELIVERIES " WHERE d.hook = ? AND d.state = 'pending' ORDER BY d.id LIMIT ?";
static const char get_sql[] = SELECT_DELIVERIES " WHERE d.id = ?";
static const char due_sql[] =
	SELECT_DELIVERIES " WHERE d.hook = ? AND d.state = 'pending' AND d.next_attempt <= ?"
			  " ORDER BY d.next_attempt, d.id LIMIT ?";
static const char next_sql[] = "SELECT min(next_attempt) FROM deliveries"
			       " WHERE hook = ? AND state = 'pending' AND next_attempt > ?";
static const char hasten_sql[] =
	"UPDATE deliveries SET next_attempt = CASE"
	" WHEN max(created, coalesce(last_attempt, 0)) > ?1 THEN ?1 ELSE min(next_attempt, ?2) END"
	" WHERE state = 'pending' AND next_attempt > ?1";
/* One that waits behind another is due as of when it was made. */
static const char remake_sql[] = "UPDATE deliveries INDEXED BY deliveries_of_hook SET created = ?1"
				 " WHERE state = 'pending' AND created > ?1";
static const char set_back_sql[] = "UPDATE deliveries SET next_attempt = max(next_attempt - ?2, ?1)"
				   " WHERE state = 'pending' AND next_attempt > ?1";
static const char make_sooner_sql[] =
	"UPDATE deliveries INDEXED BY deliveries_of_hook SET created = max(created - ?2, 0)"
	" WHERE state = 'pending' AND created > ?1";
static const char set_forward_sql[] =
	"UPDATE deliveries INDEXED BY deliveries_of_hook SET created = created + ?2"
	" WHERE state = 'pending' AND created <= ?1 - ?2";
static const char newest_sql[] =
	SELECT_DELIVERIES " WHERE d.created >= ? ORDER BY d.id DESC LIMIT ?";
static const char newest_dead_sql[] =
	SELECT_DELIVERIES " WHERE d.state = 'dead' AND d.created >= ? ORDER BY d.id DESC LIMIT ?";

static const char dead_sql[] =
	SELECT_DELIVERIES " WHERE d.state = 'dead' AND (?1 IS NULL OR d.hook = ?1) AND d.id > ?2"
			  " ORDER BY d.id LIMIT ?3";
/* The states stand in the text: else SQLite would not look into the indexes of just these. */
static const char count_pending_sql[] = "SELECT hook, count(*) FROM deliveries"
					" WHERE state = 'pending' GROUP BY hook";
static const char count_dead_sql[] =
	"SELECT hook, count(*) FROM deliveries WHERE state = 'dead' GROUP BY hook";

/* What keeps its order: the events of a story, the digests of a topic. */
static const char *order_of(const struct alert *alert, char room[ORDER_BYTES])
{
	if (alert->type != EVENT_DIGEST || !alert->topic)
		return alert->story;
	(void)snprintf(room, ORDER_BYTES, "digest:%s", alert->topic);
	return room;
}

int delivery_add(
	struct store *store, int64_t alert_key, const struct alert *alert, const char *hook)
{
	char order[ORDER_BYTES];
	_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);
	int r;

	bind_int(&s, alert_key);
	bind_text(&s, hook);
	bind_text(&s, order_of(alert, order));
	bind_usec(&s, alert->time);
	r = statement_run(&s);
	if (r > 0)
		backlog_change(store, hook, 1);
	return r < 0 ? r : 0;
}

static int read_delivery(struct statement *s, struct arena *arena, struct delivery *delivery)
{
	delivery->id = column_int(s);
	column_id(s, &delivery->alert);
	delivery->hook = column_text(s, arena);
	delivery->state = delivery_state_from_string(column_text(s, NULL));
	delivery->attempts = (uint32_t)column_int(s);
	delivery->created = column_usec(s);
	if (column_is_null(s)) {
		(void)column_usec(s);
		delivery->next_attempt = USEC_INFINITY;
	} else {
		delivery->next_attempt = column_usec(s);
	}
	delivery->last_attempt = column_usec(s);
	delivery->error = column_text(s, arena);
	if (s->result < 0)
		return s->result;
	return delivery->state < 0 ? -EBADMSG : 0;
}

int store_delivery_get(struct store *store, int64_t id, struct arena *arena, struct delivery *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct delivery delivery;
	int r;

	bind_int(&s, id);
	r = statement_found(&s);
	if (r < 0)
		return r;
	r = read_delivery(&s, arena, &delivery);
	if (r < 0)
		return r;
	*ret = delivery;
	return 0;
}

struct found {
	struct found *next;
	struct delivery delivery;
};

/*
 * Reads all rows before the first callback: callbacks write to the very rows that are read.  A
 * full arena shortens the list, which the caller takes for its limit.
 */
static int collect(struct statement *s, struct arena *arena, struct found **ret)
{
	struct found *first = NULL;
	struct found **last = &first;
	int r;

	for (;;) {
		struct found *found;

		r = statement_row(s);
		if (r <= 0)
			break;
		found = arena_new_object(arena, struct found);
		r = found ? read_delivery(s, arena, &found->delivery) : -ENOMEM;
		if (r < 0)
			break;
		*last = found;
		last = &found->next;
	}
	if (r < 0 && (r != -ENOMEM || !first))
		return r;
	*ret = first;
	return 0;
}

static int each(struct statement *s, size_t limit, store_delivery_fn fn, void *userdata)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct found *found = NULL;
	size_t bytes = DELIVERIES_ARENA_MAX;
	int r;

	if (limit < DELIVERIES_ARENA_MAX / DELIVERY_ROW_BYTES)
		bytes = (limit + 1) * DELIVERY_ROW_BYTES;
	r = arena_new(bytes, &arena);
	if (r == 0)
		r = collect(s, arena, &found);
	statement_again(s);
	for (; r == 0 && found; found = found->next)
		r = fn(&found->delivery, userdata);
	return r;
}

int store_deliveries_due(struct store *store, const char *hook, usec now, size_t limit,
	store_delivery_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, due_sql);

	bind_text(&s, hook);
	bind_usec(&s, now);
	bind_limit(&s, limit);
	return each(&s, limit, fn, userdata);
}

int store_deliveries_oldest(
	struct store *store, const char *hook, size_t limit, store_delivery_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, oldest_sql);

	bind_text(&s, hook);
	bind_limit(&s, limit);
	return each(&s, limit, fn, userdata);
}

int store_deliveries_pending(struct store *store, const char *hook, uint64_t *ret)
{
	return backlog_get(store, hook, ret);
}

int store_deliveries_waiting(struct store *store, store_backlog_fn fn, void *userdata)
{
	return backlog_each(store, fn, userdata);
}

int store_deliveries_each(struct store *store, bool failed_only, usec since, size_t limit,
	store_delivery_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, failed_only ? newest_dead_sql : newest_sql);

	bind_usec(&s, since);
	bind_limit(&s, limit);
	return each(&s, limit, fn, userdata);
}

int store_deliveries_dead(struct store *store, const char *hook, int64_t after, size_t limit,
	store_delivery_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, dead_sql);

	bind_text(&s, hook);
	bind_int(&s, after);
	bind_limit(&s, limit);
	return each(&s, limit, fn, userdata);
}

static int count_state(struct store *store, const char *sql, enum delivery_state state,
	store_count_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, sql);
	int r;

	for (r = statement_row(&s); r > 0; r = statement_row(&s)) {
		const char *hook = column_text(&s, NULL);
		uint64_t count = (uint64_t)column_int(&s);

		if (s.result < 0)
			return s.result;
		r = fn(hook, state, count, userdata);
		if (r != 0)
			return r;
	}
	return r;
}

int store_deliveries_count(struct store *store, store_count_fn fn, void *userdata)
{
	int r;

	r = count_state(store, count_pending_sql, DELIVERY_PENDING, fn, userdata);
	return r != 0 ? r : count_state(store, count_dead_sql, DELIVERY_DEAD, fn, userdata);
}

int store_deliveries_next(struct store *store, const char *hook, usec after, usec *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, next_sql);

	bind_text(&s, hook);
	bind_usec(&s, after);
	return statement_time(&s, ret);
}

static int remake(struct store *store, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, remake_sql);

	bind_usec(&s, now);
	return statement_done(&s);
}

int store_deliveries_hasten(struct store *store, usec now, usec limit)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, hasten_sql);
	int r;

	bind_usec(&s, now);
	bind_usec(&s, limit);
	r = statement_done(&s);
	return r < 0 ? r : remake(store, now);
}

static int step(struct store *store, const char *sql, usec now, usec by)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, sql);

	bind_usec(&s, now);
	bind_usec(&s, by);
	return statement_done(&s);
}

int store_deliveries_set_back(struct store *store, usec now, usec back)
{
	int r;

	r = step(store, set_back_sql, now, back);
	return r < 0 ? r : step(store, make_sooner_sql, now, back);
}

int store_deliveries_set_forward(struct store *store, usec now, usec forward)
{
	return step(store, set_forward_sql, now, forward);
}

/* The delivery goes to another state: the hook's backlog follows. */
static int note_change(struct store *store, const struct delivery *delivery)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, state_sql);
	bool was_pending;
	int r;

	bind_int(&s, delivery->id);
	r = statement_found(&s);
	if (r < 0)
		return r;
	was_pending = column_int(&s) != 0;
	backlog_change(
		store, column_text(&s, NULL), (delivery->state == DELIVERY_PENDING) - was_pending);
	return s.result;
}

static int promote(struct store *store, int64_t over)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, promote_sql);

	bind_int(&s, over);
	return statement_done(&s);
}

int store_delivery_save(struct store *store, const struct delivery *delivery)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, save_sql);
	int r;

	r = s.result == 0 ? note_change(store, delivery) : 0;
	if (r < 0)
		return r;
	bind_int(&s, delivery->id);
	bind_text(&s, delivery_state_to_string(delivery->state));
	bind_int(&s, delivery->attempts);
	bind_usec(&s, delivery->last_attempt);
	bind_text(&s, delivery->error);
	bind_usec(&s, delivery->next_attempt);
	bind_usec(&s, delivery->created);
	r = statement_run(&s);
	if (r < 0)
		return r;
	if (r == 0)
		return -ENOENT;
	return delivery->state == DELIVERY_PENDING ? 0 : promote(store, delivery->id);
}
