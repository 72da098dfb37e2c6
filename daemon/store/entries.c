#include <errno.h>
#include <string.h>

#include "store/statement.h"

static const char count_sql[] = "SELECT count(*) FROM entries WHERE feed = ?";
static const char digests_sql[] = "SELECT digest FROM entries WHERE feed = ?";
static const char any_sql[] = "SELECT 1 FROM entries WHERE feed = ? LIMIT 1";
static const char find_sql[] =
	"SELECT identity, digest, link, text, article FROM entries WHERE feed = ? AND identity = ?";
static const char save_sql[] =
	"INSERT INTO entries (feed, identity, digest, link, text, article, seen)"
	" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest,"
	" link = excluded.link, text = excluded.text, article = excluded.article,"
	" seen = excluded.seen";
static const char stale_sql[] = "SELECT identity, digest FROM entries WHERE feed = ? AND seen < ?";
static const char touch_sql[] = "UPDATE entries SET seen = ? WHERE feed = ? AND identity = ?";

int store_known_digests(struct store *store, int64_t feed, struct arena *arena, struct digest **ret,
	size_t *ret_count)
{
	_cleanup_(statement_end) struct statement count = statement_read(store, count_sql);
	_cleanup_(statement_end) struct statement s = statement_read(store, digests_sql);
	struct digest *digests;
	size_t room;
	size_t length = 0;
	int r;

	bind_int(&count, feed);
	r = statement_row(&count);
	if (r < 0)
		return r;
	room = (size_t)column_int(&count);
	digests = arena_array(arena, room, sizeof(*digests));
	if (!digests)
		return -ENOMEM;
	bind_int(&s, feed);
	for (;;) {
		r = statement_row(&s);
		if (r <= 0 || length == room)
			break;
		digests[length++] = column_digest(&s);
	}
	if (r < 0)
		return r;
	qsort(digests, length, sizeof(*digests), digest_compare);
	*ret = digests;
	*ret_count = length;
	return 0;
}

int store_feed_has_entries(struct store *store, int64_t feed)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, any_sql);

	bind_int(&s, feed);
	return statement_row(&s);
}

int store_entry_find(
	struct store *store, int64_t feed, const struct digest *identity, struct known_entry *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, find_sql);
	int r;

	bind_int(&s, feed);
	bind_digest(&s, identity);
	r = statement_found(&s);
	if (r < 0)
		return r;
	ret->identity = column_digest(&s);
	ret->digest = column_digest(&s);
	ret->link = column_digest(&s);
	ret->text = column_digest(&s);
	ret->article = column_int(&s);
	return 0;
}

int store_entry_find_same(struct store *store, int64_t feed, const struct digest *link,
	const struct digest *text, struct known_entry *ret)
{
	struct digest identity;
	int r;

	r = entry_index_find(store, feed, link, text, &identity);
	return r < 0 ? r : store_entry_find(store, feed, &identity, ret);
}

int store_entry_save(struct store *store, int64_t feed, const struct known_entry *entry, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, save_sql);
	int r;

	bind_int(&s, feed);
	bind_blob(&s, entry->identity.bytes, sizeof(entry->identity.bytes));
	bind_blob(&s, entry->digest.bytes, sizeof(entry->digest.bytes));
	bind_digest(&s, &entry->link);
	bind_digest(&s, &entry->text);
	bind_int(&s, entry->article);
	bind_usec(&s, now);
	r = statement_done(&s);
	if (r < 0)
		return r;
	r = entry_index_note(&store->entry_index, feed, entry, now);
	return r < 0 ? store_write_failed(store, r) : 0;
}

static int touch(struct store *store, int64_t feed, const struct digest *identity, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, touch_sql);

	entry_index_forget(&store->entry_index);
	bind_usec(&s, now);
	bind_int(&s, feed);
	bind_blob(&s, identity->bytes, sizeof(identity->bytes));
	return statement_done(&s);
}

int store_entries_seen(
	struct store *store, int64_t feed, const struct digest *digests, size_t count, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, stale_sql);
	size_t touched = 0;
	int r;

	if (count == 0 || now < SEEN_PRECISION)
		return 0;
	bind_int(&s, feed);
	bind_usec(&s, now - SEEN_PRECISION);
	for (;;) {
		struct digest identity;
		struct digest digest;

		r = statement_row(&s);
		if (r <= 0)
			return r;
		identity = column_digest(&s);
		digest = column_digest(&s);
		if (!bsearch(&digest, digests, count, sizeof(*digests), digest_compare))
			continue;
		/* The row stays where it is in the order that is read. */
		r = touch(store, feed, &identity, now);
		if (r < 0)
			return r;
		if (++touched == SEEN_AT_ONCE)
			return 1;
	}
}
