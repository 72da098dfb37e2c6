#include <errno.h>

#include "store/statement.h"

#define SELECT_STATE                                                                               \
	"SELECT id, url, moved_url, title, etag, last_modified, body, first_poll, last_poll,"      \
	" last_success, last_news, next_poll, interval, rule, health, failures, failing_since,"    \
	" error, diagnosis, primed, memory, last_request FROM feeds"

static const char find_sql[] = SELECT_STATE " WHERE url = ?";
static const char each_sql[] = SELECT_STATE " ORDER BY id";

static const char add_sql[] =
	"INSERT INTO feeds (url, first_poll, last_poll, last_success, last_news, next_poll,"
	" interval, rule, health, failures, failing_since, primed)"
	" VALUES (?, 0, 0, 0, 0, ?, 0, 'first', 'new', 0, 0, 0)";

static const char save_sql[] =
	"UPDATE feeds SET moved_url = ?, title = ?, etag = ?, last_modified = ?, body = ?,"
	" first_poll = ?, last_poll = ?, last_success = ?, last_news = ?, next_poll = ?,"
	" interval = ?, rule = ?, health = ?, failures = ?, failing_since = ?, error = ?,"
	" diagnosis = ?, primed = ?, memory = ?, last_request = ? WHERE id = ?";

static void read_state(struct statement *s, struct arena *arena, struct feed_state *state)
{
	state->id = column_int(s);
	state->url = column_text(s, arena);
	state->moved_url = column_text(s, arena);
	state->title = column_text(s, arena);
	state->validators.etag = column_text(s, arena);
	state->validators.last_modified = column_text(s, arena);
	state->body = column_digest(s);
	state->first_poll = column_usec(s);
	state->last_poll = column_usec(s);
	state->last_success = column_usec(s);
	state->last_news = column_usec(s);
	state->next_poll = column_usec(s);
	state->interval = column_usec(s);
	state->rule = poll_rule_from_string(column_text(s, NULL));
	state->health = feed_health_from_string(column_text(s, NULL));
	state->failures = (uint32_t)column_int(s);
	state->failing_since = column_usec(s);
	state->error = column_text(s, arena);
	state->diagnosis = column_text(s, arena);
	state->primed = column_int(s) != 0;
	state->memory = column_text(s, arena);
	state->last_request = column_int(s);
}

static int find(struct store *store, const char *url, struct arena *arena, struct feed_state *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, find_sql);
	struct feed_state state;
	int r;

	bind_text(&s, url);
	r = statement_found(&s);
	if (r < 0)
		return r;
	read_state(&s, arena, &state);
	if (s.result < 0)
		return s.result;
	if (state.rule < 0 || state.health < 0)
		return -EBADMSG;
	*ret = state;
	return 0;
}

int store_feed_ensure(struct store *store, const char *url, usec next_poll, struct arena *arena,
	struct feed_state *ret)
{
	int r;

	r = find(store, url, arena, ret);
	if (r != -ENOENT)
		return r;
	{
		_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);

		bind_text(&s, url);
		bind_usec(&s, next_poll);
		r = statement_run(&s);
		if (r < 0)
			return r;
	}
	return find(store, url, arena, ret);
}

int store_feeds_each(struct store *store, store_feed_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, each_sql);
	int r;

	for (;;) {
		struct feed_state state;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		read_state(&s, NULL, &state);
		if (s.result < 0)
			return s.result;
		if (state.rule < 0 || state.health < 0)
			continue;
		r = fn(&state, userdata);
		if (r != 0)
			return r;
	}
}

int store_feed_save(struct store *store, const struct feed_state *state)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, save_sql);
	int r;

	bind_text(&s, state->moved_url);
	bind_text(&s, state->title);
	bind_text(&s, state->validators.etag);
	bind_text(&s, state->validators.last_modified);
	bind_digest(&s, &state->body);
	bind_usec(&s, state->first_poll);
	bind_usec(&s, state->last_poll);
	bind_usec(&s, state->last_success);
	bind_usec(&s, state->last_news);
	bind_usec(&s, state->next_poll);
	bind_usec(&s, state->interval);
	bind_text(&s, poll_rule_to_string(state->rule));
	bind_text(&s, feed_health_to_string(state->health));
	bind_int(&s, state->failures);
	bind_usec(&s, state->failing_since);
	bind_text(&s, state->error);
	bind_text(&s, state->diagnosis);
	bind_int(&s, state->primed);
	bind_text(&s, state->memory);
	bind_int(&s, state->last_request);
	bind_int(&s, state->id);
	r = statement_run(&s);
	if (r < 0)
		return r;
	return r > 0 ? 0 : -ENOENT;
}
