#include "store/keys.h"

#include <string.h>

#include "store/statement.h"

#define NEXT(table)                                                                                \
	"SELECT 1 + max(coalesce((SELECT max(key) FROM " table "), 0),"                            \
	" coalesce((SELECT key FROM last_keys WHERE name = '" table "'), 0))"
#define NOTE_LAST(table)                                                                           \
	"INSERT INTO last_keys (name, key) SELECT '" table "', key FROM " table                    \
	" WHERE key = (SELECT max(key) FROM " table ")"                                            \
	" ON CONFLICT DO UPDATE SET key = max(last_keys.key, excluded.key)"

static const char next_article_sql[] = NEXT("articles");
static const char next_story_sql[] = NEXT("stories");
static const char note_article_sql[] = NOTE_LAST("articles");
static const char note_story_sql[] = NOTE_LAST("stories");

static int read_next(struct store *store, enum keyed what)
{
	_cleanup_(statement_end) struct statement s =
		statement_read(store, what == KEY_ARTICLE ? next_article_sql : next_story_sql);
	int r;

	r = statement_row(&s);
	if (r < 0)
		return r;
	store->next_keys[what] = column_int(&s);
	return 0;
}

int keys_next(struct store *store, enum keyed what, int64_t *ret)
{
	int r;

	r = store->next_keys[what] > 0 ? 0 : read_next(store, what);
	if (r == 0)
		*ret = store->next_keys[what];
	return r;
}

void keys_given(struct store *store, enum keyed what, int64_t key)
{
	if (store->next_keys[what] > 0 && key >= store->next_keys[what])
		store->next_keys[what] = key + 1;
}

static int note_last(struct store *store, const char *sql)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, sql);

	return statement_done(&s);
}

int keys_note_last(struct store *store)
{
	int r;

	r = note_last(store, note_article_sql);
	return r < 0 ? r : note_last(store, note_story_sql);
}

void keys_forget(struct store *store)
{
	memset(store->next_keys, 0, sizeof(store->next_keys));
}
