#include <errno.h>
#include <string.h>

#include "base/id.h"
#include "store/keys.h"
#include "store/packets.h"
#include "store/statement.h"
#include "store/text_codec.h"

enum {
	CATEGORIES_BYTES_MAX = ENTRY_CATEGORIES_MAX * (ENTRY_CATEGORY_MAX + 1),
};

static const char add_sql[] =
	"INSERT INTO articles (key, id, feed, first_seen, story, url, title, author, source,"
	" language, categories, published, host, relation, of, similarity, confidence, why,"
	" text_from, fingerprint, keyed, packet, text_at, text_length)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char replace_sql[] =
	"UPDATE articles SET story = ?2, url = ?3, title = ?4, author = ?5, source = ?6,"
	" language = ?7, categories = ?8, published = ?9, host = ?10, relation = ?11, of = ?12,"
	" similarity = ?13, confidence = ?14, why = ?15, text_from = ?16,"
	" fingerprint = ?17, packet = NULL WHERE key = ?1";

static const char put_text_sql[] =
	"INSERT INTO texts (article, first_seen, text) VALUES (?, ?, ?)"
	" ON CONFLICT DO UPDATE SET first_seen = excluded.first_seen, text = excluded.text";
static const char drop_text_sql[] = "DELETE FROM texts WHERE article = ?";
static const char drop_old_fingerprint_sql[] = "DELETE FROM fingerprints WHERE article = ?";

/* Of articles a; those of articles of versions 1 and 2 of the schema stand apart. */
#define FINGERPRINT_COLUMN                                                                         \
	"coalesce(a.fingerprint, (SELECT bytes FROM fingerprints WHERE article = a.key))"
#define RECORD_COLUMNS                                                                             \
	"a.key, a.id, a.feed, a.first_seen, a.story, a.url, a.title, a.author, a.source,"          \
	" a.language, a.categories, a.published, a.host, a.relation, a.of, a.similarity,"          \
	" a.confidence, a.why, a.text_from"
#define WHOLE_RECORD                                                                               \
	"SELECT " RECORD_COLUMNS ", " FINGERPRINT_COLUMN                                           \
	", t.text, a.packet, a.text_at, a.text_length"                                             \
	" FROM articles a LEFT JOIN texts t ON t.article = a.key"

static const char get_sql[] = WHOLE_RECORD " WHERE a.key = ?";
static const char get_id_sql[] = "SELECT id FROM articles WHERE key = ?";
/* ?2 is the key that the id tells, if it is one that does. */
static const char find_sql[] = WHOLE_RECORD
	" WHERE a.key = coalesce((SELECT key FROM articles WHERE id = ?1 AND keyed IS NULL), ?2)"
	" AND a.id = ?1";
static const char before_sql[] = WHOLE_RECORD " WHERE a.key < ? ORDER BY a.key DESC LIMIT 1";
static const char of_story_sql[] =
	"SELECT " RECORD_COLUMNS " FROM articles a WHERE a.key = ?1 AND a.story = ?1"
	" AND a.keyed IS NOT NULL UNION ALL"
	" SELECT " RECORD_COLUMNS " FROM articles a WHERE a.story = ?1"
	" AND (a.keyed IS NULL OR a.story <> a.key) ORDER BY 1 LIMIT ?2";
static const char fingerprint_sql[] =
	"SELECT " FINGERPRINT_COLUMN " FROM articles a WHERE a.key = ?";
static const char fingerprints_after_sql[] =
	"SELECT a.key, a.feed, a.story, a.host, a.first_seen, a.confidence, " FINGERPRINT_COLUMN
	" FROM articles a WHERE a.key > ? ORDER BY a.key";

int store_next_article_key(struct store *store, int64_t *ret)
{
	return keys_next(store, ret);
}

/* One a line; a category is a label, whose own line breaks mean nothing. */
static const char *join_categories(const struct article *article, struct buffer *buffer)
{
	if (article->category_count == 0)
		return NULL;
	for (size_t i = 0; i < article->category_count; i++) {
		if (i > 0)
			(void)buffer_add_char(buffer, '\n');
		for (const char *c = article->categories[i]; *c; c++)
			(void)buffer_add_char(buffer, *c == '\n' ? ' ' : *c);
	}
	return buffer_string(buffer);
}

static int split_categories(struct article *article, const char *lines, struct arena *arena)
{
	size_t count = 1;

	if (!lines)
		return 0;
	for (const char *c = lines; *c; c++)
		count += *c == '\n';
	article->categories = arena_array(arena, count, sizeof(*article->categories));
	if (!article->categories)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(lines, "\n");

		article->categories[i] = arena_copy(arena, lines, length);
		if (!article->categories[i])
			return -ENOMEM;
		lines += length + 1;
	}
	article->category_count = count;
	return 0;
}

/* The columns that both adding and replacing write. */
static int bind_record(
	struct statement *s, const struct article_record *record, struct buffer *categories)
{
	const struct article *article = &record->article;

	bind_int(s, record->story);
	bind_text(s, article->url);
	bind_text(s, article->title);
	bind_text(s, article->author);
	bind_text(s, article->source);
	bind_text(s, article->language);
	bind_text(s, join_categories(article, categories));
	if (article->published == DATE_NONE)
		bind_null(s);
	else
		bind_int(s, article->published);
	bind_text(s, record->host);
	bind_text(s, relation_to_string(record->relation));
	bind_int(s, record->of);
	bind_real(s, record->similarity);
	bind_real(s, record->confidence);
	bind_text(s, record->why);
	bind_text(s, article->text_from);
	bind_blob(s, record->fingerprint, record->fingerprint_length);
	return categories->failed;
}

static int drop(struct store *store, const char *sql, int64_t key)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, sql);

	bind_int(&s, key);
	return statement_done(&s);
}

/* A text that comes alone, with a change of its article. */
static int put_text(struct store *store, const struct article_record *record)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, put_text_sql);
	const void *frame;
	size_t length;
	int r;

	r = text_codec_pack(
		store->codec, record->article.text, strlen(record->article.text), &frame, &length);
	if (r < 0)
		return store_write_failed(store, r);
	bind_int(&s, record->key);
	bind_usec(&s, record->article.first_seen);
	bind_blob(&s, frame, length);
	return statement_done(&s);
}

static void bind_place(struct statement *s, const struct text_place *place)
{
	if (place->packet == 0)
		return;
	bind_int(s, place->packet);
	bind_int(s, place->at);
	bind_int(s, place->length);
}

int store_article_add(struct store *store, const struct article_record *record)
{
	_cleanup_(buffer_free) struct buffer categories = BUFFER_INIT(CATEGORIES_BYTES_MAX);
	_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);
	struct text_place place = {0};
	int r;

	bind_int(&s, record->key);
	bind_text(&s, record->article.id);
	bind_int(&s, record->feed);
	bind_usec(&s, record->article.first_seen);
	r = bind_record(&s, record, &categories);
	keys_bind_keyed(&s, record->article.id, record->key);
	if (r == 0 && s.result < 0) /* without a transaction nothing would undo its place */
		return s.result;
	if (r == 0 && record->article.text)
		r = packets_add(store, record->key, record->article.first_seen,
			record->article.text, &place);
	if (r < 0)
		return r;
	bind_place(&s, &place);
	r = statement_run(&s);
	if (r > 0) {
		store->added.articles += r;
		keys_given(store, record->key);
	}
	return r < 0 ? r : 0;
}

int store_article_replace(struct store *store, const struct article_record *record)
{
	_cleanup_(buffer_free) struct buffer categories = BUFFER_INIT(CATEGORIES_BYTES_MAX);
	_cleanup_(statement_end) struct statement s = statement_write(store, replace_sql);
	int r;

	bind_int(&s, record->key);
	r = bind_record(&s, record, &categories);
	if (r < 0)
		return r;
	r = statement_run(&s);
	if (r == 0)
		return -ENOENT;
	if (r >= 0)
		r = record->article.text ? put_text(store, record)
					 : drop(store, drop_text_sql, record->key);
	if (r >= 0)
		r = drop(store, drop_old_fingerprint_sql, record->key);
	return r < 0 ? r : 0;
}

/* RECORD_COLUMNS; without an arena the strings are borrowed and categories left out. */
static int read_record(struct statement *s, struct arena *arena, struct article_record *record)
{
	struct article *article = &record->article;
	const char *categories;

	record->key = column_int(s);
	article->id = column_text(s, arena);
	record->feed = column_int(s);
	article->first_seen = column_usec(s);
	record->story = column_int(s);
	article->url = column_text(s, arena);
	article->title = column_text(s, arena);
	article->author = column_text(s, arena);
	article->source = column_text(s, arena);
	article->language = column_text(s, arena);
	categories = column_text(s, NULL);
	article->published = column_is_null(s) ? (column_int(s), DATE_NONE) : column_int(s);
	record->host = column_text(s, arena);
	record->relation = relation_from_string(column_text(s, NULL));
	record->of = column_int(s);
	record->similarity = column_real(s);
	record->confidence = column_real(s);
	record->why = column_text(s, arena);
	article->text_from = column_text(s, arena);
	if (s->result < 0)
		return s->result;
	if (record->relation < 0)
		return -EBADMSG;
	return arena ? split_categories(article, categories, arena) : 0;
}

static int read_whole(struct statement *s, struct arena *arena, struct article_record *record)
{
	struct text_place place;
	const void *frame;
	size_t length;
	int r;

	r = read_record(s, arena, record);
	if (r < 0)
		return r;
	record->fingerprint = column_blob(s, arena, &record->fingerprint_length);
	frame = column_blob(s, NULL, &length);
	if (s->result < 0)
		return s->result;
	if (frame)
		return text_codec_unpack(
			s->store->codec, frame, length, arena, &record->article.text, &length);
	place.packet = column_int(s);
	place.at = column_int(s);
	place.length = column_int(s);
	return packets_read(s->store, &place, arena, &record->article.text);
}

static int get(struct statement *s, struct arena *arena, struct article_record *ret)
{
	struct article_record record = {0};
	int r;

	r = statement_row(s);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = read_whole(s, arena, &record);
	if (r < 0)
		return r;
	*ret = record;
	return 0;
}

int store_article_get(
	struct store *store, int64_t key, struct arena *arena, struct article_record *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);

	bind_int(&s, key);
	return get(&s, arena, ret);
}

int store_article_id(struct store *store, int64_t key, struct arena *arena, const char **ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_id_sql);
	const char *id;
	int r;

	bind_int(&s, key);
	r = statement_found(&s);
	if (r < 0)
		return r;
	id = column_text(&s, arena);
	if (s.result == 0)
		*ret = id;
	return s.result;
}

int store_article_find(
	struct store *store, const char *id, struct arena *arena, struct article_record *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, find_sql);

	bind_text(&s, id);
	bind_int(&s, id_key(id));
	return get(&s, arena, ret);
}

int store_article_before(
	struct store *store, int64_t before, struct arena *arena, struct article_record *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, before_sql);

	bind_int(&s, before);
	return get(&s, arena, ret);
}

int store_story_articles_each(
	struct store *store, int64_t story, size_t limit, store_article_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, of_story_sql);
	int r;

	bind_int(&s, story);
	bind_limit(&s, limit);
	for (;;) {
		struct article_record record = {0};

		r = statement_row(&s);
		if (r <= 0)
			return r;
		r = read_record(&s, NULL, &record);
		if (r == 0)
			r = fn(&record, userdata);
		if (r != 0)
			return r;
	}
}

int store_fingerprint_get(struct store *store, int64_t article, struct arena *arena,
	const void **ret, size_t *ret_length)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, fingerprint_sql);
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
	if (!bytes)
		return -ENOENT;
	*ret = bytes;
	*ret_length = length;
	return 0;
}

int store_fingerprints_after(
	struct store *store, int64_t after, store_fingerprint_fn fn, void *userdata)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, fingerprints_after_sql);
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
		r = record.fingerprint ? fn(&record, userdata) : 0;
		if (r != 0)
			return r;
	}
}
