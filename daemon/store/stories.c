#include <errno.h>
#include <string.h>

#include "base/id.h"
#include "store/keys.h"
#include "store/listing.h"

#define STORY_COLUMNS                                                                              \
	"s.key, s.id, s.title, s.first_seen, s.last_seen, s.article_count, s.site_count,"          \
	" (SELECT group_concat(language, ' ') FROM (SELECT s.language AS language"                 \
	" WHERE s.language IS NOT NULL"                                                            \
	" UNION SELECT l.language FROM story_languages l WHERE l.story = s.key ORDER BY 1))"

static const char add_sql[] = "INSERT INTO stories (key, id, title, first_seen, last_seen,"
			      " article_count, site_count, host, language, keyed)"
			      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char get_sql[] = "SELECT " STORY_COLUMNS " FROM stories s WHERE s.key = ?";
/* ?2 is the key that the id tells, if it is one that does. */
static const char find_sql[] =
	"SELECT " STORY_COLUMNS " FROM stories s"
	" WHERE s.key = coalesce((SELECT key FROM stories WHERE id = ?1 AND keyed IS NULL), ?2)"
	" AND s.id = ?1";
static const char add_site_sql[] =
	"INSERT INTO story_sites (story, host) SELECT ?1, ?2 WHERE NOT EXISTS"
	" (SELECT 1 FROM stories WHERE key = ?1 AND host = ?2) ON CONFLICT DO NOTHING";
static const char count_sql[] =
	"UPDATE stories SET article_count = article_count + 1, site_count = site_count + ?,"
	" last_seen = max(last_seen, ?) WHERE key = ?";
static const char sites_sql[] =
	"SELECT host FROM stories WHERE key = ?1 AND host IS NOT NULL"
	" UNION SELECT host FROM story_sites WHERE story = ?1 ORDER BY 1 LIMIT ?2";

static const char add_language_sql[] =
	"INSERT INTO story_languages (story, language) SELECT ?1, ?2 WHERE NOT EXISTS"
	" (SELECT 1 FROM stories WHERE key = ?1 AND language = ?2) ON CONFLICT DO NOTHING";

static const char newest_sql[] =
	"SELECT " STORY_COLUMNS " FROM stories s WHERE s.key < ? ORDER BY s.key DESC";
static const char newest_of_topic_sql[] =
	"SELECT " STORY_COLUMNS " FROM story_topics t CROSS JOIN stories s ON s.key = t.story"
	" WHERE t.story < ? AND t.topic = ? ORDER BY t.story DESC";

/* `host` and `language` are the first article's, whom most stories do not outgrow. */
static int add(struct store *store, struct story *story, const char *host, const char *language)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, add_sql);
	int r;

	r = story->key == 0 ? keys_next(store, &story->key) : 0;
	if (r < 0)
		return r;
	bind_int(&s, story->key);
	bind_text(&s, story->id.text);
	bind_text(&s, story->title);
	bind_usec(&s, story->first_seen);
	bind_usec(&s, story->last_seen);
	bind_int(&s, story->article_count);
	bind_int(&s, story->site_count);
	bind_text(&s, host);
	bind_text(&s, language && language[0] != '\0' ? language : NULL);
	keys_bind_keyed(&s, story->id.text, story->key);
	r = statement_run(&s);
	if (r < 0)
		return r;
	store->added.stories += r;
	keys_given(store, story->key);
	return 0;
}

int store_story_add(struct store *store, struct story *story)
{
	return add(store, story, NULL, NULL);
}

static void read_story(struct statement *s, struct arena *arena, struct story *story)
{
	story->key = column_int(s);
	column_id(s, &story->id);
	story->title = column_text(s, arena);
	story->first_seen = column_usec(s);
	story->last_seen = column_usec(s);
	story->article_count = (uint32_t)column_int(s);
	story->site_count = (uint32_t)column_int(s);
	story->languages = column_text(s, arena);
}

static int get(struct statement *s, struct arena *arena, struct story *ret)
{
	struct story story;
	int r;

	r = statement_row(s);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	read_story(s, arena, &story);
	if (s->result < 0)
		return s->result;
	*ret = story;
	return 0;
}

int store_story_get(struct store *store, int64_t key, struct arena *arena, struct story *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);

	bind_int(&s, key);
	return get(&s, arena, ret);
}

int store_story_find(struct store *store, const char *id, struct arena *arena, struct story *ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, find_sql);

	bind_text(&s, id);
	bind_int(&s, id_key(id));
	return get(&s, arena, ret);
}

/* Adds what is not there yet.  Returns how many were added: 0 or 1. */
static int add_carrier(struct store *store, const char *sql, int64_t key, const char *text)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, sql);

	bind_int(&s, key);
	bind_text(&s, text);
	return statement_run(&s);
}

/* Notes who carries the story.  Returns how many sites are new: 0 or 1. */
static int add_carriers(struct store *store, int64_t key, const char *host, const char *language)
{
	int r = 0;

	if (language && language[0] != '\0')
		r = add_carrier(store, add_language_sql, key, language);
	if (r < 0)
		return r;
	return host ? add_carrier(store, add_site_sql, key, host) : 0;
}

int store_story_begin(
	struct store *store, struct story *story, const char *host, const char *language)
{
	story->article_count = 1;
	story->site_count = host ? 1 : 0;
	return add(store, story, host, language);
}

int store_story_count(
	struct store *store, int64_t key, const char *host, const char *language, usec now)
{
	_cleanup_(statement_end) struct statement s = statement_write(store, count_sql);
	int sites = add_carriers(store, key, host, language);
	int r;

	if (sites < 0)
		return sites;
	bind_int(&s, sites);
	bind_usec(&s, now);
	bind_int(&s, key);
	r = statement_run(&s);
	if (r < 0)
		return r;
	return r > 0 ? 0 : -ENOENT;
}

int store_story_sites(struct store *store, int64_t key, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, sites_sql);

	bind_int(&s, key);
	bind_limit(&s, limit);
	return statement_texts(&s, limit, arena, ret, ret_count);
}

struct story_listing {
	struct listing listing;
	struct story story; /* the row's */
	store_story_fn fn;
	void *userdata;
};

static int read_listed(struct listing *listing, struct statement *s, usec *ret_time)
{
	struct story_listing *stories = (struct story_listing *)listing;

	read_story(s, NULL, &stories->story);
	*ret_time = stories->story.first_seen;
	return s->result;
}

static int tell_listed(struct listing *listing)
{
	const struct story_listing *stories = (struct story_listing *)listing;

	return stories->fn(&stories->story, stories->userdata);
}

int store_stories_each(struct store *store, const char *topic, usec since, int64_t before,
	size_t limit, store_story_fn fn, void *userdata)
{
	struct story_listing stories = {
		.listing = {newest_sql, newest_of_topic_sql, topic, since, before, limit,
			read_listed, tell_listed},
		.fn = fn,
		.userdata = userdata,
	};

	return listing_run(&stories.listing, store);
}
