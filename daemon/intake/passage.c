#include "intake/passage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "dedup/revision.h"
#include "intake/deferral.h"
#include "intake/intake_inside.h"

static const char *site_of(const struct passage *passage, struct arena *arena)
{
	const char *url = passage->article.url ? passage->article.url : passage->feed->url;

	return url_host(url, arena);
}

/* Public ids of stories derive from the article that began them. */
static int begin_story(struct intake *intake, struct passage *passage, const char *host)
{
	struct digest what = digest_strings((const char *const[]){"story", passage->article.id}, 2);

	passage->story = (struct story){
		.key = passage->key,
		.id = id_make_keyed(passage->now, &what, passage->key),
		.title = passage->article.title,
		.first_seen = passage->now,
		.last_seen = passage->now,
	};
	return store_story_begin(intake->store, &passage->story, host, passage->article.language);
}

/* Finds the story of an article that was not known, or begins one. */
static int assign_story(
	struct intake *intake, struct passage *passage, const struct article_facts *facts)
{
	int r;

	r = story_index_judge(
		story_keeper_index(intake->keeper), passage->fingerprint, facts, &passage->verdict);
	if (r < 0)
		return r;
	if (passage->verdict.relation == RELATION_NEW) {
		passage->verdict.confidence = 0; /* it joins nothing; so too in replay */
		return begin_story(intake, passage, facts->host);
	}
	return store_story_get(
		intake->store, passage->verdict.story, intake->scratch, &passage->story);
}

static struct article_record record_of(const struct passage *passage, int64_t key, const char *host)
{
	struct article_record record = {
		.key = key,
		.feed = passage->state->id,
		.story = passage->story.key,
		.article = passage->article,
		.host = host,
		.relation = passage->verdict.relation,
		.of = passage->verdict.of,
		.similarity = passage->verdict.similarity,
		.confidence = passage->verdict.confidence,
		.why = passage->verdict.why,
	};

	record.fingerprint = fingerprint_bytes(passage->fingerprint, &record.fingerprint_length);
	return record;
}

static struct known_entry known_of(const struct passage *passage, int64_t article)
{
	return (struct known_entry){
		.identity = passage->identity.entry,
		.digest = passage->entry->digest,
		.link = passage->identity.link,
		.text = passage->identity.text,
		.article = article,
	};
}

/* Counts the article into a story that was there and reads the story as it is then. */
static int count_into_story(struct intake *intake, struct passage *passage, const char *host)
{
	int r;

	if (passage->verdict.relation == RELATION_NEW)
		return 0;
	r = store_story_count(
		intake->store, passage->story.key, host, passage->article.language, passage->now);
	if (r < 0)
		return r;
	return store_story_get(intake->store, passage->story.key, intake->scratch, &passage->story);
}

/* Keys of articles that were taken back are not used again, for those of the index only rise. */
static int next_key(struct intake *intake, int64_t *ret)
{
	int64_t key;
	int r;

	r = store_next_article_key(intake->store, &key);
	if (r < 0)
		return r;
	*ret = key > intake_last_indexed(intake) ? key : intake_last_indexed(intake) + 1;
	return 0;
}

static int take_new(struct intake *intake, struct passage *passage)
{
	const char *host = site_of(passage, intake->scratch);
	struct article_facts facts = {host, passage->now};
	struct article_record record;
	struct known_entry known;
	int r;

	r = assign_story(intake, passage, &facts);
	if (r < 0)
		return r;
	passage->sites_before = passage->story.site_count;
	record = record_of(passage, passage->key, host);
	r = store_article_add(intake->store, &record);
	if (r < 0)
		return r;
	story_keeper_stored(intake->keeper, &record);
	r = count_into_story(intake, passage, host);
	if (r < 0)
		return r;
	known = known_of(passage, passage->key);
	r = store_entry_save(intake->store, passage->state->id, &known, passage->now);
	if (r < 0)
		return r;
	return story_index_add(story_keeper_index(intake->keeper), passage->key, passage->story.key,
		passage->fingerprint, &facts, passage->verdict.confidence);
}

static bool is_page_text(const struct article *article)
{
	return article->text_from && strcmp(article->text_from, TEXT_FROM_PAGE) == 0;
}

/*
 * A known entry has new content: its article is replaced and compared with what it was.  It stays
 * in its story, for it is the publisher who says that it is the same entry.
 */
static int take_changed(struct intake *intake, struct passage *passage, int64_t key)
{
	struct arena *scratch = intake->scratch;
	_cleanup_(arena_freep) struct arena *room = NULL;
	struct fingerprint *before;
	struct article_record old;
	struct article_record record;
	struct known_entry known = known_of(passage, key);
	int r;

	r = store_article_get(intake->store, key, scratch, &old);
	if (r < 0)
		return r;
	r = arena_new(FINGERPRINT_ARENA_BYTES, &room);
	if (r < 0)
		return r;
	/* Without its old fingerprint nothing is known to have changed. */
	passage->verdict = (struct verdict){.relation = RELATION_COPY};
	r = fingerprint_from_bytes(old.fingerprint, old.fingerprint_length, room, &before);
	/* A page's text and a feed's differ by what they are, not by news. */
	if (r == 0 && is_page_text(&old.article) == is_page_text(&passage->article))
		r = revision_judge(passage->fingerprint, before, &passage->verdict);
	if (r < 0 && r != -EBADMSG && r != -ESTALE)
		return r;
	if (r == 0 && passage->waited && is_page_text(&old.article) &&
		!is_page_text(&passage->article)) {
		/* The page cannot be had now: what is there of it is more than the feed has. */
		passage->article.text = old.article.text;
		passage->article.text_from = old.article.text_from;
		passage->fingerprint = before;
	}
	passage->verdict.story = old.story;
	passage->verdict.of = key;
	passage->verdict.confidence = old.confidence;
	passage->article.id = old.article.id;
	passage->article.first_seen = old.article.first_seen;
	r = store_story_get(intake->store, old.story, scratch, &passage->story);
	if (r < 0)
		return r;
	passage->sites_before = passage->story.site_count;
	record = record_of(passage, key, old.host);
	record.relation = old.relation;
	record.of = old.of;
	record.similarity = old.similarity;
	record.why = old.why;
	r = store_article_replace(intake->store, &record);
	if (r < 0)
		return r;
	story_keeper_stored(intake->keeper, &record);
	return store_entry_save(intake->store, passage->state->id, &known, passage->now);
}

/* Whether another entry of the document has that digest. */
static bool stands_beside(const struct passage *passage, const struct digest *digest)
{
	const struct parsed_feed *document = passage->document;

	if (!document || digest_equal(digest, &passage->entry->digest))
		return false;
	for (size_t i = 0; i < document->entry_count; i++)
		if (digest_equal(&document->entries[i].digest, digest))
			return true;
	return document->known_count > 0 &&
		bsearch(digest, document->known, document->known_count, sizeof(*digest),
			digest_compare);
}

static bool has_other_link(
	const struct entry *entry, const struct article *article, struct arena *arena)
{
	const char *key = entry->link ? url_canonical_key(entry->link, arena) : NULL;
	const char *other = article->url ? url_canonical_key(article->url, arena) : NULL;

	return key && (!other || strcmp(key, other) != 0);
}

/*
 * Several entries of a document have one id, or none and one link.  With a link of its own, or a
 * title where no date tells which is newer, it is an entry of its own.  Else it is a version, of
 * which the newest counts (RFC 4287 section 4.1.1); of those with one id and no dates, the first.
 */
static int part_from_twin(
	struct intake *intake, struct passage *passage, const struct known_entry *twin)
{
	const struct entry *entry = passage->entry;
	int64_t date = entry->updated > entry->published ? entry->updated : entry->published;
	struct identity *identity = &passage->identity;
	struct article_record record;
	bool is_undecided;
	int r;

	r = store_article_get(intake->store, twin->article, intake->scratch, &record);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	is_undecided = date == DATE_NONE || record.article.published == DATE_NONE ||
		date == record.article.published;
	if (has_other_link(entry, &record.article, intake->scratch) ||
		(is_undecided && !digest_equal(&identity->link, &twin->link)))
		identity->entry = identity->link;
	else if (is_undecided)
		passage->superseded = entry->id && *entry->id != '\0';
	else
		passage->superseded = date < record.article.published;
	return 0;
}

/* As store_entry_find(), by the entry's identity, which is another where its id is not its own. */
static int find_by_identity(struct intake *intake, struct passage *passage, struct known_entry *ret)
{
	const struct identity *identity = &passage->identity;
	int64_t feed = passage->state->id;
	struct digest id = identity->entry;
	int r;

	r = store_entry_find(intake->store, feed, &identity->entry, ret);
	if (r < 0 || digest_equal(&ret->text, &identity->text) ||
		!stands_beside(passage, &ret->digest))
		return r;
	r = part_from_twin(intake, passage, ret);
	if (r < 0 || digest_equal(&identity->entry, &id))
		return r;
	return store_entry_find(intake->store, feed, &identity->entry, ret);
}

/*
 * Looks the entry up.  Sets passage->known; *ret_known to its article, or 0 where it is new;
 * *ret_same where the entry is known in all that counts and nothing is left to do but to note it.
 */
static int find_entry(
	struct intake *intake, struct passage *passage, int64_t *ret_known, bool *ret_same)
{
	const struct identity *identity = &passage->identity;
	struct known_entry known;
	int r;

	*ret_known = 0;
	*ret_same = false;
	if (newcomer_note(&intake->newcomer, passage->state->id, identity))
		return 0;
	r = find_by_identity(intake, passage, &known);
	if (r == 0) {
		passage->known = true;
		*ret_known = known.article;
		*ret_same = digest_equal(&known.text, &identity->text);
		return 0;
	}
	if (r != -ENOENT)
		return r;
	r = store_entry_find_same(
		intake->store, passage->state->id, &identity->link, &identity->text, &known);
	*ret_known = r == 0 ? known.article : 0;
	*ret_same = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* Whether the page's own word for its address is one of the same article. */
static bool is_own_address(const char *url, const char *canonical, struct arena *arena)
{
	const char *key = url ? url_canonical_key(url, arena) : NULL;
	const char *other = url_canonical_key(canonical, arena);
	size_t host;

	if (!other || !key)
		return other != NULL;
	if (strcmp(key, other) == 0)
		return true;
	/* Of the same site, and not its front page. */
	host = strcspn(key, "/");
	return strncmp(key, other, host) == 0 && (other[host] == '/' && other[host + 1] != '\0');
}

/* The page's text stands for the article's; of the rest, what the feed does not say. */
static void apply_page(struct passage *passage, struct arena *arena)
{
	const struct web_page *page = passage->waited->page;
	struct article *article = &passage->article;

	article->text_from = page ? TEXT_FROM_PAGE : passage->waited->note;
	if (!page)
		return;
	article->text = page->text;
	if (!article->title)
		article->title = page->title;
	if (!article->author)
		article->author = page->author;
	if (!article->language)
		article->language = page->language;
	if (article->published == DATE_NONE)
		article->published = page->published;
	if (page->canonical_url && is_own_address(article->url, page->canonical_url, arena)) {
		const char *url = url_clean(page->canonical_url, arena);

		article->url = url ? url : article->url;
	}
}

static int prepare(struct intake *intake, struct passage *passage)
{
	struct article_origin origin = {
		.feed_url = passage->feed->url,
		.source = passage->channel->title ? passage->channel->title : passage->feed->name,
		.language = passage->channel->language,
		.now = passage->now,
	};
	int r;

	r = next_key(intake, &passage->key);
	if (r < 0)
		return r;
	origin.key = passage->key;
	r = article_from_entry(
		passage->entry, &passage->identity, &origin, intake->scratch, &passage->article);
	if (r < 0)
		return r;
	if (passage->waited)
		apply_page(passage, intake->scratch);
	r = alerting_match(intake->alerting, passage->feed, &passage->article, intake->scratch,
		&passage->topics, &passage->topic_count);
	if (r < 0)
		return r;
	return fingerprint_make(&passage->article, intake->scratch, &passage->fingerprint);
}

static int tell_topics(
	struct intake *intake, const struct passage *passage, struct intake_progress *progress)
{
	const struct news news = {
		.feed = passage->feed,
		.state = passage->state,
		.feed_title = passage->channel->title,
		.article = &passage->article,
		.story = &passage->story,
		.sites_before = passage->sites_before,
		.verdict = &passage->verdict,
		.now = passage->now,
	};
	int r;

	for (size_t i = 0; i < passage->topic_count; i++) {
		r = alerting_tell(intake->alerting, &news, passage->topics[i]);
		if (r < 0)
			return r;
		progress->alerts += (size_t)r;
	}
	r = alerting_spread(
		intake->alerting, &news, passage->topics, passage->topic_count, intake->scratch);
	if (r < 0)
		return r;
	progress->alerts += (size_t)r;
	return 0;
}

/* Lets the entry wait for its page; it is known from now on.  Returns 1, 0 if it cannot wait. */
static int defer(
	struct intake *intake, const struct passage *passage, const struct known_entry *known)
{
	int64_t feed = passage->state->id;
	int r;

	r = deferral_put(intake->store, passage->state, passage->channel, passage->entry,
		&passage->identity, known->article != 0, passage->now);
	if (r <= 0)
		return r;
	intake->waiting_room--;
	r = store_entry_save(intake->store, feed, known, passage->now);
	return r < 0 ? r : 1;
}

int passage_take(struct passage *passage, struct intake *intake, struct intake_progress *progress)
{
	struct known_entry known;
	int64_t article = 0;
	bool same = false;
	int r;

	arena_reset(intake->scratch);
	identity_of_entry(passage->entry, intake->scratch, &passage->identity);
	if (passage->waited)
		passage->identity.entry = passage->waited->identity;
	r = find_entry(intake, passage, &article, &same);
	if (r < 0 || passage->superseded)
		return r;
	known = known_of(passage, article);
	if (same && !passage->waited)
		return store_entry_save(intake->store, passage->state->id, &known, passage->now);
	if (intake->waiting_room > 0 && !passage->waited &&
		deferral_wanted(passage->feed, passage->state, passage->entry)) {
		r = defer(intake, passage, &known);
		progress->waiting += r > 0;
		if (r != 0)
			return r < 0 ? r : 0;
	}
	/* It may have waited: what it was then would come in after what it is now. */
	if (passage->known && !passage->waited)
		r = store_waiting_withdraw(
			intake->store, passage->state->id, &passage->identity.entry);
	if (r < 0)
		return r;
	passage->changed = article != 0;
	r = alerting_follow_clock(intake->alerting, passage->now);
	if (r == 0)
		r = prepare(intake, passage);
	if (r < 0)
		return r;
	r = passage->changed ? take_changed(intake, passage, article) : take_new(intake, passage);
	if (passage->changed && r == -ENOENT) {
		/* Entries are known longer than their articles: Remember= is over for this one. */
		passage->changed = false;
		r = take_new(intake, passage);
	}
	if (r < 0)
		return r;
	progress->fresh += !passage->changed;
	return tell_topics(intake, passage, progress);
}
