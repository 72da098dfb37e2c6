
#include "store/statement.h"

static const char get_sql[] =
	"SELECT primed, told, updated, events FROM story_topics WHERE story = ? AND topic = ?";
static const char put_sql[] =
	"INSERT INTO story_topics (story, topic, primed, told, updated, events)"
	" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET primed = excluded.primed,"
	" told = excluded.told, updated = excluded.updated, events = excluded.events";
static const char names_sql[] = "SELECT topic FROM story_topics WHERE story = ? LIMIT ?";
static const char since_sql[] = "SELECT since FROM topics WHERE name = ?";
static const char put_topic_sql[] = "INSERT INTO topics (name, since) VALUES (?, ?)"
				    " ON CONFLICT DO UPDATE SET since = excluded.since";
static const char follow_sql[] = "UPDATE topics SET since = ?1 WHERE since > ?1";

int store_story_topic_get(
	struct store *store, int64_t story, const char *topic, struct story_topic *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	int r;

	bind_int(&s, story);
	bind_text(&s, topic);
	r = statement_row(&s);
	if (r < 0)
		return r;
	*ret = (struct story_topic){.known = r > 0};
	if (r > 0) {
		ret->primed = column_int(&s) != 0;
		ret->told = column_usec(&s);
		ret->updated = column_usec(&s);
		ret->events = (uint32_t)column_int(&s);
	}
	return 0;
}

int store_story_topic_put(
	struct store *store, int64_t story, const char *topic, const struct story_topic *value)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_sql);

	bind_int(&s, story);
	bind_text(&s, topic);
	bind_int(&s, value->primed);
	bind_usec(&s, value->told);
	bind_usec(&s, value->updated);
	bind_int(&s, value->events);
	return statement_done(&s);
}

int store_story_topics(struct store *store, int64_t story, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, names_sql);

	bind_int(&s, story);
	bind_limit(&s, limit);
	return statement_texts(&s, limit, arena, ret, ret_count);
}

int store_topic_ensure(struct store *store, const char *topic, usec now, usec *ret_since)
{
	_cleanup_(statement_end) struct statement find = statement_read(store, since_sql);
	int r;

	bind_text(&find, topic);
	r = statement_row(&find);
	if (r < 0)
		return r;
	/* One that begins in the future was added while the clock was ahead: it begins now. */
	if (r > 0) {
		usec since = column_usec(&find);

		if (since <= now) {
			*ret_since = since;
			return 0;
		}
	}
	{
		_cleanup_(statement_end) struct statement s = statement_write(store, put_topic_sql);

		bind_text(&s, topic);
		bind_usec(&s, now);
		r = statement_run(&s);
		if (r < 0)
			return r;
	}
	*ret_since = now;
	return 0;
}

int store_topics_follow_clock(struct store *store, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, follow_sql);

	bind_usec(&s, now);
	return statement_done(&s);
}
