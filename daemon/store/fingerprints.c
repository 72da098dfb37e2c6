#include <errno.h>

#include "store/statement.h"

static const char get_sql[] = "SELECT bytes FROM fingerprints WHERE article = ?";

/* In this order of joining each table is read once, front to back. */
static const char after_sql[] =
	"SELECT f.article, a.feed, a.story, a.host, a.first_seen, a.confidence, f.bytes"
	" FROM fingerprints f CROSS JOIN articles a ON a.key = f.article WHERE f.article > ?"
	" ORDER BY f.article";

int store_fingerprint_get(struct store *store, int64_t article, struct arena *arena,
	const void **ret, size_t *ret_length)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	const void *bytes;
	size_t length;
	int r;

	bind_int(&s, article);
	r = statement_found(&s);
	if (r < 0)
		return r;
	bytes = column_blob(&s, arena, &length);
	if (s.result < 0)
		return s.result;
	*ret = bytes;
	*ret_length = length;
	return 0;
}

int store_fingerprints_after(
	struct store *store, int64_t after, store_fingerprint_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, after_sql);
	int r;

	bind_int(&s, after);
	for (;;) {
		struct article_record record = {.article.published = DATE_NONE};

		r = statement_row(&s);
		if (r <= 0)
			return r;
		record.key = column_int(&s);
		record.feed = column_int(&s);
		record.story = column_int(&s);
		record.host = column_text(&s, NULL);
		record.article.first_seen = column_usec(&s);
		record.confidence = column_real(&s);
		record.fingerprint = column_blob(&s, NULL, &record.fingerprint_length);
		r = fn(&record, userdata);
		if (r != 0)
			return r;
	}
}
