#include "intake/intake.h"

#include <errno.h>
#include <string.h>

#include "base/url.h"
#include "dedup/fingerprint.h"
#include "dedup/revision.h"
#include "intake/alerting.h"
#include "intake/deferral.h"
#include "intake/newcomer.h"
#include "intake/story_keeper.h"
#include "model/identity.h"

enum {
	/* One entry's scratch: its article, fingerprint, matches, the stored article, an event. */
	SCRATCH_BYTES = 16 * 1024 * 1024,
	PRUNE_STEP = 200, /* rows of a kind, and articles of the index, a step */
};

struct intake {
	struct clock *clock;
	struct store *store;
	struct alerting *alerting;
	struct story_keeper *keeper;
	struct newcomer newcomer;
	struct arena *scratch;
	usec keep;
	usec keep_alerts;
	usec keep_failed;
	usec remember;
	uint64_t waiting_room; /* so many entries more may wait for their pages */
};

/* What is known of the entry at hand on its way through. */
struct passage {
	const struct feed *feed;
	const struct feed_state *state;
	const struct channel *channel;
	const struct entry *entry;
	struct identity identity;
	struct article article;
	struct fingerprint *fingerprint;
	struct verdict verdict;
	struct story story;
	uint32_t sites_before; /* that carried it */
	uint32_t *topics;      /* those that it matches, indices */
	size_t topic_count;
	const struct waited *waited; /* NULL: the entry comes from its feed */
	usec now;
	bool changed; /* a known entry with new content */
};

int intake_new(
	struct clock *clock, struct store *store, const char *state_directory, struct intake **ret)
{
	_cleanup_(intake_freep) struct intake *intake = calloc(1, sizeof(*intake));
	int r;

	if (!intake)
		return -ENOMEM;
	intake->clock = clock;
	intake->store = store;
	r = arena_new(SCRATCH_BYTES, &intake->scratch);
	if (r < 0)
		return r;
	r = alerting_new(store, &intake->alerting);
	if (r < 0)
		return r;
	r = story_keeper_new(clock, store, state_directory, &intake->keeper);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(intake);
	return 0;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	alerting_free(intake->alerting);
	story_keeper_free(intake->keeper);
	arena_free(intake->scratch);
	free(intake);
}

int intake_prepare(struct intake *intake, usec budget)
{
	return story_keeper_prepare(intake->keeper, budget);
}

void intake_commit(struct intake *intake)
{
	story_keeper_commit(intake->keeper);
}

void intake_take_back(struct intake *intake)
{
	newcomer_begin(&intake->newcomer, 0);
	story_keeper_take_back(intake->keeper);
}

void intake_save(struct intake *intake)
{
	story_keeper_save(intake->keeper);
}

static struct story_index *stories(const struct intake *intake)
{
	return story_keeper_index(intake->keeper);
}

/* The last article that the index was given. */
static int64_t last_indexed(const struct intake *intake)
{
	return story_index_usage(stories(intake)).last_article;
}

int intake_configure(struct intake *intake, const struct config *config, struct matcher *matcher)
{
	intake->keep = config->keep;
	intake->keep_alerts = config->keep_alerts;
	intake->keep_failed = config->keep_failed;
	intake->remember = config->remember;
	return alerting_configure(intake->alerting, config, matcher, clock_now(intake->clock));
}

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
		.id = id_make(passage->now, &what),
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

	r = story_index_judge(stories(intake), passage->fingerprint, facts, &passage->verdict);
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
	*ret = key > last_indexed(intake) ? key : last_indexed(intake) + 1;
	return 0;
}

static int take_new(struct intake *intake, struct passage *passage)
{
	const char *host = site_of(passage, intake->scratch);
	struct article_facts facts = {host, passage->now};
	struct article_record record;
	struct known_entry known;
	int64_t key;
	int r;

	r = assign_story(intake, passage, &facts);
	if (r < 0)
		return r;
	r = next_key(intake, &key);
	if (r < 0)
		return r;
	passage->sites_before = passage->story.site_count;
	record = record_of(passage, key, host);
	r = store_article_add(intake->store, &record);
	if (r < 0)
		return r;
	story_keeper_stored(intake->keeper, &record);
	r = count_into_story(intake, passage, host);
	if (r < 0)
		return r;
	known = known_of(passage, key);
	r = store_entry_save(intake->store, passage->state->id, &known, passage->now);
	if (r < 0)
		return r;
	return story_index_add(stories(intake), key, passage->story.key, passage->fingerprint,
		&facts, passage->verdict.confidence);
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

/*
 * Looks the entry up.  Sets *ret_known to its article, or 0 where it is new; *ret_same where the
 * entry is known in all that counts and nothing is left to do but to note it.
 */
static int find_entry(
	struct intake *intake, const struct passage *passage, int64_t *ret_known, bool *ret_same)
{
	const struct identity *identity = &passage->identity;
	struct known_entry known;
	int r;

	*ret_known = 0;
	*ret_same = false;
	if (newcomer_note(&intake->newcomer, passage->state->id, identity))
		return 0;
	r = store_entry_find(intake->store, passage->state->id, &identity->entry, &known);
	if (r == 0) {
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

static int take_entry(
	struct intake *intake, struct passage *passage, struct intake_progress *progress)
{
	struct known_entry known;
	int64_t article = 0;
	bool same = false;
	int r;

	arena_reset(intake->scratch);
	identity_of_entry(passage->entry, intake->scratch, &passage->identity);
	r = find_entry(intake, passage, &article, &same);
	if (r < 0)
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
	passage->changed = article != 0;
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

/* Feeds stand newest first unless their dates say otherwise. */
static bool is_oldest_first(const struct parsed_feed *parsed)
{
	int64_t first;
	int64_t last;

	if (parsed->entry_count < 2)
		return false;
	first = entry_date(&parsed->entries[0]);
	last = entry_date(&parsed->entries[parsed->entry_count - 1]);
	return first != DATE_NONE && last != DATE_NONE && first < last;
}

/* Returns 1 where time ran out before the last one. */
static int take_entries(struct intake *intake, const struct feed *feed,
	const struct feed_state *state, const struct parsed_feed *parsed, usec until,
	struct intake_progress *progress)
{
	bool forward = is_oldest_first(parsed);
	int r;

	while (progress->taken < parsed->entry_count) {
		size_t at = forward ? progress->taken : parsed->entry_count - 1 - progress->taken;
		struct passage passage = {
			.feed = feed,
			.state = state,
			.channel = &parsed->channel,
			.entry = &parsed->entries[at],
			.now = clock_now(intake->clock),
		};

		r = take_entry(intake, &passage, progress);
		if (r < 0)
			return r;
		if (entry_date(passage.entry) > progress->newest)
			progress->newest = entry_date(passage.entry);
		progress->taken++;
		if (clock_monotonic(intake->clock) > until)
			break;
	}
	return progress->taken < parsed->entry_count;
}

/* Ends the savepoint by what came of it: keeps it, or undoes it. */
static int end_savepoint(struct intake *intake, int result)
{
	int r;

	if (result < 0) {
		(void)store_savepoint_rollback(intake->store);
		return result;
	}
	r = store_savepoint_release(intake->store);
	return r < 0 ? r : result;
}

/* Prepares for the first entries of a document. */
static int begin_document(struct intake *intake, int64_t feed)
{
	int r;

	r = store_feed_has_entries(intake->store, feed);
	newcomer_begin(&intake->newcomer, r == 0 ? feed : 0);
	return r < 0 ? r : 0;
}

/* How many entries of the feed may still be let wait. */
static int count_waiting_room(struct intake *intake, const struct feed *feed)
{
	uint64_t waiting = DEFERRAL_WAITING_MAX;
	int r = 0;

	if (feed->full_text == FULL_TEXT_YES || feed->full_text == FULL_TEXT_AUTO)
		r = store_waiting_count(intake->store, &waiting);
	intake->waiting_room = waiting < DEFERRAL_WAITING_MAX ? DEFERRAL_WAITING_MAX - waiting : 0;
	return r;
}

int intake_take(struct intake *intake, const struct feed *feed, const struct feed_state *state,
	const struct parsed_feed *parsed, usec budget, struct intake_progress *progress)
{
	usec until = usec_add(clock_monotonic(intake->clock), budget);
	struct intake_progress next = *progress;
	int64_t mark;
	int r;

	r = story_keeper_prepare(intake->keeper, budget);
	if (r == 0)
		r = store_savepoint(intake->store);
	if (r != 0)
		return r;
	mark = last_indexed(intake);
	r = progress->taken == 0 ? begin_document(intake, state->id) : 0;
	if (r == 0)
		r = count_waiting_room(intake, feed);
	if (r == 0)
		r = take_entries(intake, feed, state, parsed, until, &next);
	r = end_savepoint(intake, r);
	if (r < 0) {
		newcomer_begin(&intake->newcomer, 0);
		story_keeper_undo(intake->keeper, mark);
	} else {
		*progress = next;
	}
	return r;
}

int intake_take_waiting(struct intake *intake, const struct feed *feed,
	const struct feed_state *state, const struct parsed_feed *parsed,
	const struct waited *waited, usec budget, struct intake_progress *progress)
{
	struct intake_progress next = *progress;
	struct passage passage = {
		.feed = feed,
		.state = state,
		.channel = &parsed->channel,
		.entry = &parsed->entries[0],
		.waited = waited,
		.now = clock_now(intake->clock),
	};
	int64_t mark;
	int r;

	r = story_keeper_prepare(intake->keeper, budget);
	if (r == 0)
		r = store_savepoint(intake->store);
	if (r != 0)
		return r;
	mark = last_indexed(intake);
	newcomer_begin(&intake->newcomer, 0);
	r = take_entry(intake, &passage, &next);
	if (r == 0)
		r = store_waiting_remove(intake->store, waited->id);
	r = end_savepoint(intake, r);
	if (r < 0)
		story_keeper_undo(intake->keeper, mark);
	else
		*progress = next;
	return r;
}

int intake_release(struct intake *intake)
{
	int r;

	r = store_savepoint(intake->store);
	if (r < 0)
		return r;
	return end_savepoint(intake, alerting_release(intake->alerting, clock_now(intake->clock)));
}

int intake_next_release(struct intake *intake, usec *ret)
{
	return alerting_next_release(intake->alerting, ret);
}

/* The start of a period that ends now; the beginning of time where it is longer. */
static usec period_start(usec now, usec period)
{
	return period < now ? now - period : 0;
}

int intake_prune(struct intake *intake)
{
	usec now = clock_now(intake->clock);
	struct store_retention retention = {
		.text_before = period_start(now, intake->keep),
		.fingerprint_before = period_start(now, intake->remember),
		.alert_before = period_start(now, intake->keep_alerts),
		.dead_before = period_start(now, intake->keep_failed),
	};

	size_t unindexed = 0;
	int r;

	r = store_savepoint(intake->store);
	if (r < 0)
		return r;
	r = end_savepoint(intake, store_prune(intake->store, &retention, PRUNE_STEP));
	if (r < 0)
		return r;
	if (stories(intake))
		unindexed = story_index_prune(
			stories(intake), retention.fingerprint_before, PRUNE_STEP);
	return r >= PRUNE_STEP || unindexed == PRUNE_STEP;
}
