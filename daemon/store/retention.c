/* What is forgotten, a few rows at a time, so that no turn of the loop is long. */

#include <stdlib.h>

#include "store/statement.h"

enum {
	/*
	 * A feed's newest entries stay known however old they are: a feed that stands still for a
	 * year still shows them, and they are no news then.
	 */
	ENTRIES_KEPT = 500,
	FEEDS_A_STEP = 8,  /* feeds whose entries are looked at in one store_prune() */
	ALERTS_A_STEP = 4, /* alerts looked at there, in multiples of the limit */
};

static const char forget_entries_sql[] =
	"DELETE FROM entries WHERE feed = ?1 AND identity IN (SELECT identity FROM entries"
	" WHERE feed = ?1 AND seen < ?2 AND seen < (SELECT seen FROM entries WHERE feed = ?1"
	" ORDER BY seen DESC LIMIT 1 OFFSET ?4)"
	" AND seen < (SELECT max(seen) FROM entries WHERE feed = ?1) - ?5 LIMIT ?3)";
static const char next_feed_sql[] = "SELECT min(id) FROM feeds WHERE id > ?";
static const char last_feed_sql[] = "SELECT max(id) FROM feeds WHERE id > ?";

static const char texts_sql[] =
	"SELECT article, first_seen FROM texts WHERE article > ? ORDER BY article LIMIT ?";
static const char newest_text_sql[] = "SELECT first_seen FROM texts ORDER BY article DESC LIMIT 1";
static const char forget_texts_sql[] =
	"DELETE FROM texts WHERE article > ? AND article <= ? AND first_seen < ?";
static const char packets_sql[] =
	"SELECT key, first_seen FROM packets WHERE key > ? ORDER BY key LIMIT ?";
static const char newest_packet_sql[] = "SELECT first_seen FROM packets ORDER BY key DESC LIMIT 1";
static const char forget_packets_sql[] =
	"DELETE FROM packets WHERE key > ? AND key <= ? AND first_seen < ?";
static const char articles_sql[] =
	"SELECT key, first_seen FROM articles WHERE key > ? ORDER BY key LIMIT ?";
static const char newest_article_sql[] =
	"SELECT first_seen FROM articles ORDER BY key DESC LIMIT 1";
static const char forget_articles_sql[] =
	"DELETE FROM articles WHERE key > ? AND key <= ? AND first_seen < ? RETURNING story";
static const char forget_story_sql[] =
	"DELETE FROM stories WHERE key = ?1"
	" AND NOT EXISTS (SELECT 1 FROM articles WHERE key = ?1 AND story = ?1)"
	" AND NOT EXISTS (SELECT 1 FROM articles WHERE story = ?1"
	" AND (keyed IS NULL OR story <> key))";

/*
 * Dead letters stay longer, for the operator; what is pending or gathered stays.  The newest stays:
 * its key would be given again, and who follows the alerts goes on behind it.
 */
static const char forget_alerts_sql[] =
	"DELETE FROM alerts WHERE key IN (SELECT key FROM alerts a WHERE key > ?1 AND key <= ?2"
	" AND time < ?3 AND key < (SELECT max(key) FROM alerts) AND NOT EXISTS (SELECT 1 FROM "
	"deliveries d WHERE d.alert = a.key"
	" AND (d.state = 'pending' OR d.state = 'dead' AND a.time >= ?4))"
	" AND NOT EXISTS (SELECT 1 FROM gathered g WHERE g.alert = a.key) LIMIT ?5)";
static const char alerts_window_sql[] =
	"SELECT max(key) FROM (SELECT key FROM alerts WHERE key > ? ORDER BY key LIMIT ?)";

/* Where to look for the oldest rows of a table. */
struct oldest {
	const char *rows_sql;   /* key and first_seen of some rows */
	const char *newest_sql; /* first_seen of the last row */
	int64_t *cursor;        /* the key before the rows to be looked at */
	int64_t last;           /* ... and the last of these */
	size_t count;           /* of these */
	bool old;               /* some of them are */
};

static int first_seen_of_newest(struct store *store, const struct oldest *oldest, usec *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, oldest->newest_sql);
	int r;

	r = statement_row(&s);
	if (r < 0)
		return r;
	*ret = column_usec(&s);
	return 0;
}

/*
 * Looks at the next rows, by their keys: these rise with time, so that no index of ages is needed.
 * Where the clock was ahead for a while, rows stand before older ones: they are passed over.
 * Returns 1 where some of the rows are old.
 */
static int look_for_old(struct store *store, struct oldest *oldest, usec before, size_t limit)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, oldest->rows_sql);
	usec newest;
	int r;

	r = first_seen_of_newest(store, oldest, &newest);
	if (r < 0)
		return r;
	bind_int(&s, *oldest->cursor);
	bind_limit(&s, limit);
	for (;;) {
		int64_t key;
		usec first_seen;

		r = statement_row(&s);
		if (r <= 0)
			break;
		key = column_int(&s);
		first_seen = column_usec(&s);
		if (first_seen >= before && first_seen <= newest)
			break;
		oldest->old = oldest->old || first_seen < before;
		oldest->last = key;
		oldest->count++;
	}
	if (r < 0 || oldest->old)
		return r < 0 ? r : 1;
	*oldest->cursor = oldest->count == limit ? oldest->last : 0;
	return 0;
}

static void bind_oldest(struct statement *s, const struct oldest *oldest, usec before)
{
	bind_int(s, *oldest->cursor);
	bind_int(s, oldest->last);
	bind_usec(s, before);
}

static int forget_old(struct store *store, struct oldest *oldest, const char *forget_sql,
	usec before, size_t limit)
{
	_cleanup_(statement_end) struct statement s = {0};
	int r;

	r = look_for_old(store, oldest, before, limit);
	if (r <= 0)
		return r;
	s = statement_write(store, forget_sql);
	bind_oldest(&s, oldest, before);
	return statement_run(&s);
}

static int forget_texts(struct store *store, usec before, size_t limit)
{
	struct oldest oldest = {texts_sql, newest_text_sql, .cursor = &store->text_cursor};

	return forget_old(store, &oldest, forget_texts_sql, before, limit);
}

static int forget_packets(struct store *store, usec before, size_t limit)
{
	struct oldest oldest = {packets_sql, newest_packet_sql, .cursor = &store->packet_cursor};
	int r;

	r = packets_write(store);
	if (r < 0)
		return r;
	store->packets.unpacked = 0;
	return forget_old(store, &oldest, forget_packets_sql, before, limit);
}

static int forget_story(struct store *store, int64_t key)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, forget_story_sql);
	int r;

	bind_int(&s, key);
	r = statement_run(&s);
	if (r > 0)
		store->added.stories -= r;
	return r;
}

/* Articles with all that hangs on them, and their stories with the last of them. */
static int forget_articles(struct store *store, usec before, size_t limit)
{
	struct oldest oldest = {articles_sql, newest_article_sql, .cursor = &store->article_cursor};
	_cleanup_(statement_end) struct statement s = {0};
	int count = 0;
	int r;

	r = look_for_old(store, &oldest, before, limit);
	if (r <= 0)
		return r;
	r = keys_note_last(store);
	if (r < 0)
		return r;
	s = statement_write(store, forget_articles_sql);
	bind_oldest(&s, &oldest, before);
	for (;;) {
		r = statement_row(&s);
		if (r <= 0)
			return r < 0 ? r : count;
		count++;
		store->added.articles--;
		r = forget_story(store, column_int(&s));
		if (r < 0)
			return r;
	}
}

int store_entries_forget(struct store *store, int64_t feed, usec before, size_t limit)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, forget_entries_sql);

	entry_index_forget(&store->entry_index);
	bind_int(&s, feed);
	bind_usec(&s, before);
	bind_limit(&s, limit);
	bind_int(&s, ENTRIES_KEPT - 1);
	/* What stands in a document is noted when that is SEEN_PRECISION old, once in as long. */
	bind_usec(&s, 2 * SEEN_PRECISION);
	return statement_run(&s);
}

/* One number of one row, with the keys before it; 0 for none. */
static int next_key(struct store *store, const char *sql, int64_t after, size_t limit, int64_t *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, sql);
	int r;

	bind_int(&s, after);
	if (limit > 0)
		bind_limit(&s, limit);
	r = statement_row(&s);
	if (r < 0)
		return r;
	*ret = column_int(&s);
	return 0;
}

/*
 * Each run begins somewhere else: a round takes long where there are many feeds, and where the
 * daemon restarts more often than that, no feed is to be left out for ever.
 */
static int begin_anywhere(struct store *store)
{
	int64_t last;
	int r;

	if (store->forget_begun)
		return 0;
	r = next_key(store, last_feed_sql, 0, 0, &last);
	if (r < 0)
		return r;
	store->forget_cursor = (int64_t)arc4random_uniform((uint32_t)last + 1);
	store->forget_begun = true;
	return 0;
}

/* The feed after the one that was looked at last, behind the last one the first; 0: there is none.
 */
static int next_feed(struct store *store, int64_t *ret)
{
	int64_t feed;
	int r;

	r = next_key(store, next_feed_sql, store->forget_cursor, 0, &feed);
	if (r == 0 && feed == 0)
		r = next_key(store, next_feed_sql, 0, 0, &feed);
	if (r < 0)
		return r;
	store->forget_cursor = feed;
	*ret = feed;
	return 0;
}

/* The next few feeds, round and round. */
static int forget_entries(struct store *store, usec before, size_t limit)
{
	int64_t first = 0;
	int count = 0;
	int r;

	r = begin_anywhere(store);
	for (size_t i = 0; r >= 0 && i < FEEDS_A_STEP && (size_t)count < limit; i++) {
		int64_t feed;

		r = next_feed(store, &feed);
		if (r < 0 || feed == 0 || feed == first)
			break;
		first = i == 0 ? feed : first;
		r = store_entries_forget(store, feed, before, limit - (size_t)count);
		count += r > 0 ? r : 0;
	}
	return r < 0 ? r : count;
}

/* The next window of alerts, round and round: those that stay are not looked at each time. */
static int forget_alerts(struct store *store, const struct store_retention *retention, size_t limit)
{
	int64_t last;
	int r;

	r = next_key(store, alerts_window_sql, store->alert_cursor, limit * ALERTS_A_STEP, &last);
	if (r < 0)
		return r;
	if (last > 0) {
		_cleanup_(statement_end) struct statement s =
			statement_write(store, forget_alerts_sql);

		bind_int(&s, store->alert_cursor);
		bind_int(&s, last);
		bind_usec(&s, retention->alert_before);
		bind_usec(&s, retention->dead_before);
		bind_limit(&s, limit);
		r = statement_run(&s);
		if (r < 0)
			return r;
		store->added.alerts -= r;
	}
	/* At the limit the window may hold more. */
	if (last == 0 || (size_t)r < limit)
		store->alert_cursor = last;
	return r;
}

int store_prune(struct store *store, const struct store_retention *retention, size_t limit)
{
	int count = 0;
	int r;

	r = forget_texts(store, retention->text_before, limit);
	if (r < 0)
		return r;
	count += r;
	/* Nothing else would take a packet along when all its articles are gone. */
	r = forget_packets(store,
		retention->text_before > retention->fingerprint_before
			? retention->text_before
			: retention->fingerprint_before,
		limit);
	if (r < 0)
		return r;
	count += r;
	r = forget_articles(store, retention->fingerprint_before, limit);
	if (r < 0)
		return r;
	count += r;
	r = forget_entries(store, retention->fingerprint_before, limit);
	if (r < 0)
		return r;
	count += r;
	r = forget_alerts(store, retention, limit);
	if (r < 0)
		return r;
	return count + r;
}
