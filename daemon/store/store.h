/*
 * The truth on disk (docs/STORE.md), in the words of the design; no SQL outside this room.  One
 * writer: writes open a transaction by themselves, and all writes of a loop turn are committed
 * together by store_commit(), after which they outlive a loss of power.  Reads see the writes of
 * the open transaction.  Strings of results are copied into the caller's arena.
 *
 * Errors: -ENOENT where one thing was asked for and is not there; -ENOSPC, -EIO, -ENOMEM, -EBUSY,
 * -EBADMSG (damaged) from below.  After a write that failed the open transaction (or savepoint)
 * takes no more writes and is never committed: further writes, release and commit return the same
 * error, the latter two after rolling back.  The reason in words is store_error().
 *
 * Callbacks of the *_each functions get borrowed records, valid during the call; 0 goes on, any
 * other value ends and is returned.  They write only where that is said.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "model/alert.h"
#include "model/article.h"
#include "model/feed.h"
#include "model/request.h"
#include "model/story.h"
#include "model/subscription.h"

struct store;

/*
 * Opens (makes, migrates) the database in the folder, which is made where only it is missing.
 * -EBUSY: another process has it; -ENOTSUP: a newer version wrote it; -EBADMSG: damaged, or not
 * ours.  On failure *ret_words says what went wrong and what to do (free(3) it; NULL out of
 * memory).
 */
int store_open(const char *directory, struct store **ret, char **ret_words);

/* Rolls an open transaction back, without the calls of store_after_commit(), and closes.  Takes
 * NULL.
 */
void store_close(struct store *store);

/* The last error in words, with the next step; borrowed. */
const char *store_error(const struct store *store);

/*
 * `on_dirty` is called when a transaction opens, and at once if one is open: the owner then commits
 * it before the turn ends.
 */
void store_on_dirty(struct store *store, void (*on_dirty)(void *userdata), void *userdata);

/*
 * Commits the open transaction, if any; on failure it is rolled back.  Then runs what was put by
 * store_after_commit(), each with the result.
 */
int store_commit(struct store *store);
void store_rollback(struct store *store);

/* Whether a transaction is open: reads then show what may yet be taken back. */
bool store_is_dirty(const struct store *store);

/*
 * One call of `fn` when the open transaction (one is opened if none is) is over: with 0, with the
 * error by which all was rolled back, or with -ECANCELED by store_rollback() or where the savepoint
 * that it was asked for in was rolled back.  `fn` may write: that opens the next transaction.
 */
int store_after_commit(struct store *store, void (*fn)(int result, void *userdata), void *userdata);

/*
 * Part of a transaction that can be undone alone (one round of one feed).  They nest, to 8. Release
 * keeps it, or where a write in it failed undoes it and returns that error; what was before it can
 * still be committed, unless the error undid all (a full disk may): then commit returns it as well.
 */
int store_savepoint(struct store *store);
int store_savepoint_release(struct store *store);
int store_savepoint_rollback(struct store *store);

/* ---- feeds ---- */

/* The feed's state by its configured URL, made with `next_poll` if it is not there. */
int store_feed_ensure(struct store *store, const char *url, usec next_poll, struct arena *arena,
	struct feed_state *ret);
int store_feed_save(struct store *store, const struct feed_state *state);

/*
 * All feeds, configured or not, those first that were made first; what cannot be understood is
 * passed over.  The callback gets a borrowed state.
 */
typedef int (*store_feed_fn)(const struct feed_state *state, void *userdata);
int store_feeds_each(struct store *store, store_feed_fn fn, void *userdata);

/* ---- requests: the log of what feeds were asked, for the audit ---- */

/*
 * Adds a request to the log; record->key does not count.  *ret_key is for feed_state.last_request
 * and the next one's `previous`.
 */
int store_request_add(struct store *store, const struct request_record *record, int64_t *ret_key);

/*
 * Adds a request for a page or a sitemap of the feed (by its configured URL) to the log;
 * record->feed and
 * ->previous do not count.  -ENOENT: there is no such feed.
 */
int store_page_request_add(
	struct store *store, const char *url, const struct request_record *record);

/* The key of the newest of them; 0: there is none. */
int store_page_request_last(struct store *store, int64_t feed, int64_t *ret_key);

/* A request of the feed; -ENOENT: it was forgotten. */
int store_request_get(struct store *store, int64_t feed, int64_t key, struct arena *arena,
	struct request_record *ret);

/*
 * Forgets, of the oldest `limit` requests of all feeds, those before that time and those beyond the
 * newest `most`.  Returns how many went, or an error.
 */
int store_requests_forget(struct store *store, usec before, int64_t most, size_t limit);

/*
 * By how much the clock, which says `now`, was set back since the last request, as far as that
 * shows; 0: it does not.
 */
int store_clock_back(struct store *store, usec now, usec *ret);

/* ---- entries: what is known of a feed's entries ---- */

struct known_entry {
	struct digest identity; /* of id, else link, else title and text (invariant 3) */
	struct digest digest;   /* entry->digest */
	struct digest link;     /* of link and title (model/identity.h); zero: none */
	struct digest text;     /* of title and text; zero: none */
	int64_t article;        /* the article it became; store_article_get() may say -ENOENT */
};

/* The sorted digests of a feed's entries, for the reader. */
int store_known_digests(struct store *store, int64_t feed, struct arena *arena, struct digest **ret,
	size_t *ret_count);

/* Whether any entry of the feed is known: 1 or 0, or an error. */
int store_feed_has_entries(struct store *store, int64_t feed);

/* By identity; else -ENOENT. */
int store_entry_find(
	struct store *store, int64_t feed, const struct digest *identity, struct known_entry *ret);

/*
 * By the same link and title, else the same text, within the feed, for feeds whose ids change; the
 * one seen last of several; else -ENOENT.  NULL or zero digests match nothing.
 */
int store_entry_find_same(struct store *store, int64_t feed, const struct digest *link,
	const struct digest *text, struct known_entry *ret);

/* Adds or replaces by (feed, identity); seen at `now`. */
int store_entry_save(struct store *store, int64_t feed, const struct known_entry *entry, usec now);

/* How exactly it is kept when an entry was seen: retention is by days, and each note is a write. */
#define SEEN_PRECISION USEC_DAY

enum {
	SEEN_AT_ONCE = 1000, /* entries that store_entries_seen() notes: some milliseconds */
};

/*
 * The entries with these digests (sorted) stood in the feed's document again, unchanged.  Without
 * it, retention forgets them Remember= after they were last new or changed.  Returns 0, 1 where
 * SEEN_AT_ONCE were noted and there may be more, or -errno.
 */
int store_entries_seen(
	struct store *store, int64_t feed, const struct digest *digests, size_t count, usec now);

/*
 * Forgets entries of the feed not seen since `before`, at most `limit`; never its newest 500, nor
 * what stood in the last document that brought news: a feed that stands still goes on showing what
 * is old.  Returns how many went, or an error.
 */
int store_entries_forget(struct store *store, int64_t feed, usec before, size_t limit);

/* ---- articles and stories ---- */

struct article_record {
	int64_t key;
	int64_t feed;
	int64_t story; /* key */
	struct article article;
	const char *host; /* the site that carries it */
	enum relation relation;
	int64_t of; /* key of the article it was compared with; 0 */
	double similarity;
	double confidence;
	const char *why;
	const void *fingerprint;
	size_t fingerprint_length;
};

/*
 * The key for the next article, and for the story that it begins, so that their ids may tell it
 * (base/id.h) and an index use it before; keys are never used again.
 */
int store_next_article_key(struct store *store, int64_t *ret);

/*
 * Adds an article under record->key (from store_next_article_key()); feed and story are there,
 * which is not checked.  Categories' line breaks become spaces.  Text and fingerprint may be NULL.
 */
int store_article_add(struct store *store, const struct article_record *record);

/*
 * A known entry changed: all of the record but key, id, feed and first_seen is replaced, text and
 * fingerprint too (NULL: dropped).  -ENOENT: forgotten.
 */
int store_article_replace(struct store *store, const struct article_record *record);

/* With text (NULL once Keep= is over) and fingerprint. */
int store_article_get(
	struct store *store, int64_t key, struct arena *arena, struct article_record *ret);
/* Its public id alone. */
int store_article_id(struct store *store, int64_t key, struct arena *arena, const char **ret);
int store_article_find(
	struct store *store, const char *id, struct arena *arena, struct article_record *ret);

/* The newest one with a key below `before` (INT64_MAX: of all), to go through them backwards. */
int store_article_before(
	struct store *store, int64_t before, struct arena *arena, struct article_record *ret);

/*
 * The fingerprints of the articles whose keys are above `after`, in order of keys.  Of the record
 * are set: key, feed, story, host, article.first_seen, confidence and the fingerprint.
 */
typedef int (*store_fingerprint_fn)(const struct article_record *record, void *userdata);
int store_fingerprints_after(
	struct store *store, int64_t after, store_fingerprint_fn fn, void *userdata);
int store_fingerprint_get(struct store *store, int64_t article, struct arena *arena,
	const void **ret, size_t *ret_length);

/* Under story->key, that of the article that begins it; where that is 0, sets it to the next. */
int store_story_add(struct store *store, struct story *story);

/*
 * A story with its first article: counts that, its site and its language (NULL: none) in; sets the
 * counts.
 */
int store_story_begin(
	struct store *store, struct story *story, const char *host, const char *language);
int store_story_get(struct store *store, int64_t key, struct arena *arena, struct story *ret);
int store_story_find(struct store *store, const char *id, struct arena *arena, struct story *ret);

/*
 * Counts the article in: article and site counts, languages, last seen.  `host` and `language` may
 * be NULL.
 */
int store_story_count(
	struct store *store, int64_t key, const char *host, const char *language, usec now);

/* Sites of a story, at most `limit`. */
int store_story_sites(struct store *store, int64_t key, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count);

/*
 * Newest first; `topic` NULL: all; `since` 0: all, else those first seen since then; of those with
 * a key below `before` (INT64_MAX: all), to go on behind the last one.
 */
typedef int (*store_story_fn)(const struct story *story, void *userdata);
int store_stories_each(struct store *store, const char *topic, usec since, int64_t before,
	size_t limit, store_story_fn fn, void *userdata);

/* Oldest first; without texts, fingerprints and categories. */
typedef int (*store_article_fn)(const struct article_record *record, void *userdata);
int store_story_articles_each(
	struct store *store, int64_t story, size_t limit, store_article_fn fn, void *userdata);

/* ---- topics: what a story meant to a topic (docs/ALERTS.md A1, A2, A6) ---- */

struct story_topic {
	bool known;      /* the pair is there: it was told, or primed silently */
	bool primed;     /* ... silently */
	usec told;       /* when the last alert was made; 0 */
	usec updated;    /* when the last story.update was made; 0 */
	uint32_t events; /* alerts so far: part of the next one's id */
};

int store_story_topic_get(
	struct store *store, int64_t story, const char *topic, struct story_topic *ret);
int store_story_topic_put(
	struct store *store, int64_t story, const char *topic, const struct story_topic *value);

/* The topics that know the story, by name; at most `limit`. */
int store_story_topics(struct store *store, int64_t story, size_t limit, struct arena *arena,
	const char ***ret, size_t *ret_count);

/*
 * When the topic was first configured (A6); made at `now` if it is not there, or was made after
 * `now` by a clock that has been set back since.
 */
int store_topic_ensure(struct store *store, const char *topic, usec now, usec *ret_since);

/* All topics that were made after `now` begin at `now`: the clock has been set back since. */
int store_topics_follow_clock(struct store *store, usec now);

/* ---- alerts and deliveries ---- */

/*
 * Stores the alert with a pending delivery for each hook (NULL-terminated; NULL: none), due at
 * alert->time, all or nothing.  -EEXIST: that id is there, and nothing was written.
 */
int store_alert_add(struct store *store, const struct alert *alert, const char *const *hooks);
int store_alert_get(struct store *store, const char *id, struct arena *arena, struct alert *ret);

/*
 * An update that is told at `due` at the earliest (docs/ALERTS.md A3): one for each story and
 * topic, the last one put stays.
 */
int store_held_put(struct store *store, int64_t story, const struct alert *alert, usec due);

/* The one due first, by `now`; -ENOENT: none is.  *ret_story is the story's key. */
int store_held_next(
	struct store *store, usec now, struct arena *arena, int64_t *ret_story, struct alert *ret);

/* The one of that story and topic, and when it is due; else -ENOENT. */
int store_held_get(struct store *store, int64_t story, const char *topic, struct arena *arena,
	struct alert *ret, usec *ret_due);
int store_held_remove(struct store *store, int64_t story, const char *topic);

/*
 * What was made after `now`, or is due later than `limit`, which is longer than anything is held,
 * becomes due at `now`: the clock has been set back since.
 */
int store_held_hasten(struct store *store, usec now, usec limit);

/* The clock was set back by so much: they wait no longer for that. */
int store_held_set_back(struct store *store, usec back);

/* When the first of them is due; USEC_INFINITY: there is none. */
int store_held_due(struct store *store, usec *ret);

/* ---- alerts that wait for their topic's digest (docs/ALERTS.md A7) ---- */

struct topic_gathering {
	usec window_start;     /* of MaxRate= */
	uint32_t window_count; /* alerts in it that went out at once */
	uint32_t parts;        /* of the digest that is being made, so far */
	usec due;              /* of what waits; USEC_INFINITY: nothing does */
};

/* The topic is there (store_topic_ensure()), else -ENOENT. */
int store_gathering_get(struct store *store, const char *topic, struct topic_gathering *ret);
int store_gathering_put(
	struct store *store, const char *topic, const struct topic_gathering *state);

/* The clock was set back by so much: windows began so much earlier by it. */
int store_gathering_set_back(struct store *store, usec back);

/* The topic whose digest is due first; -ENOENT: nothing waits. */
int store_gathering_next(
	struct store *store, struct arena *arena, const char **ret_topic, usec *ret_due);

/* The first topic by name after this one for which something waits; "" begins.  -ENOENT. */
int store_gathering_after(
	struct store *store, const char *topic, struct arena *arena, const char **ret);

/* The alert, which is there, waits from now on; retention leaves it alone meanwhile. */
int store_gathered_add(struct store *store, const char *topic, const struct id *alert);

/* What waits for the topic, the oldest first, at most `limit`; without the events' JSON. */
int store_gathered_each(struct store *store, const char *topic, size_t limit, struct arena *arena,
	struct alert *ret, size_t *ret_count);

/* Up to this one none waits any more.  Returns how many did, or an error. */
int store_gathered_remove(struct store *store, const char *topic, const struct id *last);
int store_gathered_count(struct store *store, const char *topic, uint64_t *ret);

/* Whether the alert waits: 1, 0, or an error. */
int store_gathered_has(struct store *store, const struct id *alert);

/*
 * Alerts by their keys, in the order in which they were made: the key of one (-ENOENT: forgotten),
 * the key behind which those since a time begin (0: the newest one's), and those behind a key, at
 * most `limit`; a callback that returns 1 ends them, and is no error.
 */
int store_alert_key(struct store *store, const char *id, int64_t *ret);
int store_alerts_start(struct store *store, usec since, int64_t *ret);
typedef int (*store_alert_key_fn)(int64_t key, const struct alert *alert, void *userdata);
int store_alerts_after(struct store *store, const char *topic, int64_t key, size_t limit,
	store_alert_key_fn fn, void *userdata);

/* Newest first; `topic` NULL: all; `since` 0: all. */
typedef int (*store_alert_fn)(const struct alert *alert, void *userdata);
int store_alerts_each(struct store *store, const char *topic, usec since, size_t limit,
	store_alert_fn fn, void *userdata);

/*
 * The outbox: pending deliveries of a hook due by `now`, the oldest first.  Of the pending ones of
 * one hook and story only the oldest is ever due: the later ones wait behind it.  Deliveries
 * without a story wait for nothing; next_attempt of one that waits is USEC_INFINITY.  The callbacks
 * of deliveries may write.
 */
typedef int (*store_delivery_fn)(const struct delivery *delivery, void *userdata);
int store_deliveries_due(struct store *store, const char *hook, usec now, size_t limit,
	store_delivery_fn fn, void *userdata);

/*
 * When the hook's next pending delivery is due that is not due by `after` already; USEC_INFINITY:
 * none.
 */
int store_deliveries_next(struct store *store, const char *hook, usec after, usec *ret);

/*
 * For times that were written by a clock which has since been set back: pending deliveries that
 * were made or tried in the future are made and become due at `now`, others become due at `limit`
 * at the latest.
 */
int store_deliveries_hasten(struct store *store, usec now, usec limit);

/*
 * The clock was stepped a moment ago, and says `now`.  Set back: pending deliveries wait as long as
 * they would have.  Set forward: those that were made before are no older for that.
 */
int store_deliveries_set_back(struct store *store, usec now, usec back);
int store_deliveries_set_forward(struct store *store, usec now, usec forward);

/* The newest first. */
int store_deliveries_each(struct store *store, bool failed_only, usec since, size_t limit,
	store_delivery_fn fn, void *userdata);

/* Dead letters, the oldest behind the id `after` first; of one hook, or of all (NULL). */
int store_deliveries_dead(struct store *store, const char *hook, int64_t after, size_t limit,
	store_delivery_fn fn, void *userdata);

/* How many pending deliveries and dead letters each hook has; hooks without any are left out. */
typedef int (*store_count_fn)(
	const char *hook, enum delivery_state state, uint64_t count, void *userdata);
int store_deliveries_count(struct store *store, store_count_fn fn, void *userdata);

/*
 * Writes the outcome of an attempt: state, attempts, all times, error.  When it is not pending any
 * more, the next one of its hook and story becomes due.
 */
int store_delivery_save(struct store *store, const struct delivery *delivery);
int store_delivery_get(struct store *store, int64_t id, struct arena *arena, struct delivery *ret);

/* ---- entries that wait for their web pages (FullText=) ---- */

struct waiting_entry {
	int64_t id;
	int64_t feed;
	const char *feed_key; /* of its configuration (model/feed.h); read only */
	struct digest identity;
	const char *url;
	const char *host;
	usec since;
	usec due;
	uint32_t tries;
	bool renew;        /* a page fetched before `since` will not do */
	const void *entry; /* wire form of a parsed_feed with this entry alone */
	size_t entry_length;
};

/* Adds it, or puts it in the place of the one of that feed and identity, whose `since` stays. */
int store_waiting_put(struct store *store, const struct waiting_entry *waiting);

/*
 * Of each host whose name sorts after `host` the first one that is due, by host, without the entry;
 * at most `limit`.  The callback gets a borrowed record.
 */
typedef int (*store_waiting_fn)(const struct waiting_entry *waiting, void *userdata);
int store_waiting_each(struct store *store, usec now, const char *host, size_t limit,
	store_waiting_fn fn, void *userdata);

/* The one due by `now` that waits longest, since `before` at least; else -ENOENT. */
int store_waiting_late(struct store *store, usec before, usec now, int64_t *ret_id);
int store_waiting_get(
	struct store *store, int64_t id, struct arena *arena, struct waiting_entry *ret);
int store_waiting_remove(struct store *store, int64_t id);

/* Removes the one of that feed and identity, if there is one. */
int store_waiting_withdraw(struct store *store, int64_t feed, const struct digest *identity);
int store_waiting_delay(struct store *store, int64_t id, usec due, uint32_t tries);

/* What waits since a time after `now` waits since now, and is due: the clock has been set back. */
int store_waiting_hasten(struct store *store, usec now);

/* As store_deliveries_set_forward(): what waited before has waited no longer for that. */
int store_waiting_set_forward(struct store *store, usec now, usec step);
int store_waiting_count(struct store *store, uint64_t *ret);

/* ---- web pages and their sites ---- */

struct stored_page {
	const char *key;
	const char *host; /* whom it was asked of; NULL: of another's canonical address */
	usec fetched;
	const char *note;
	const void *page; /* wire form of a web_page, or NULL */
	size_t page_length;
};

/* Adds or replaces. */
int store_page_put(struct store *store, const struct stored_page *page);

/* The one fetched since then and not after `now`, as by a clock that was ahead; else -ENOENT. */
int store_page_get(struct store *store, const char *key, usec since, usec now, struct arena *arena,
	struct stored_page *ret);

/* How many were asked of the host (NULL: of any) since then and not after `now`. */
int store_pages_since(struct store *store, const char *host, usec since, usec now, uint64_t *ret);

/*
 * Forgets pages fetched before, or after `now`, at most `limit`.  Returns how many went, or an
 * error.
 */
int store_pages_forget(struct store *store, usec before, usec now, size_t limit);

struct stored_robots {
	const char *origin;
	usec expires;
	const char *rules; /* NULL: nothing is allowed */
	usec blocked;      /* 0: not */
};

int store_robots_put(struct store *store, const struct stored_robots *robots);
int store_robots_get(
	struct store *store, const char *origin, struct arena *arena, struct stored_robots *ret);

/* Those of sites that asked to be left alone beyond `now`. */
typedef int (*store_robots_fn)(const struct stored_robots *robots, void *userdata);
int store_robots_blocked_each(struct store *store, usec now, store_robots_fn fn, void *userdata);

/*
 * The clock was set back by so much, and says `now`: rules and blocks that end later end so much
 * earlier, and so as long from now on as they would have.
 */
int store_robots_set_back(struct store *store, usec now, usec back);

/* ---- subscriptions to hubs ---- */

/* Adds or replaces by its token. */
int store_subscription_save(struct store *store, const struct subscription *subscription);
int store_subscription_remove(struct store *store, const char *token);

/* As store_robots_set_back(): leases and next attempts. */
int store_subscriptions_set_back(struct store *store, usec now, usec back);

typedef int (*store_subscription_fn)(const struct subscription *subscription, void *userdata);
int store_subscriptions_each(struct store *store, store_subscription_fn fn, void *userdata);

/* How many of the hook's deliveries are pending.  Cheap, however many there are. */
int store_deliveries_pending(struct store *store, const char *hook, uint64_t *ret);

/* Hooks with pending deliveries, configured or not, and how many.  As cheap. */
typedef int (*store_backlog_fn)(const char *hook, uint64_t count, void *userdata);
int store_deliveries_waiting(struct store *store, store_backlog_fn fn, void *userdata);

/* The hook's pending deliveries in the order in which they were made, due or not. */
int store_deliveries_oldest(
	struct store *store, const char *hook, size_t limit, store_delivery_fn fn, void *userdata);

/* ---- hooks: what is known of them beyond a run ---- */

struct hook_state {
	struct digest destination; /* where it led: with another one it is another hook */
	usec disabled;             /* since when it wants no more; 0: it does */
	const char *reason;        /* of that, in words; or NULL */
	usec failing;              /* since when it fails, as far as was told; 0 */
	usec asked;                /* when it asked to be left alone ... */
	usec held;                 /* ... until when; 0 */
};

/* -ENOENT: nothing is known of it. */
int store_hook_get(
	struct store *store, const char *name, struct arena *arena, struct hook_state *ret);
int store_hook_put(struct store *store, const char *name, const struct hook_state *state);
int store_hook_remove(struct store *store, const char *name);

/* ---- figures ---- */

struct store_figures {
	uint64_t articles;
	uint64_t stories;
	uint64_t alerts;
	uint64_t pending;
	uint64_t dead;
	uint64_t bytes; /* of the database */
};

int store_figures(struct store *store, struct store_figures *ret);

/* ---- retention: small steps, so that no loop turn is long ---- */

struct store_retention {
	usec text_before;        /* Keep=: articles' texts older than this go */
	usec fingerprint_before; /* Remember=: articles, stories, entries older than this go */
	usec alert_before;       /* alerts older than this go, unless pending or a dead letter */
	usec dead_before;        /* dead letters older than this go */
};

/*
 * Removes at most `limit` rows of each kind.  Alerts and
 * feeds' entries are looked at a few at a time, going round from call to call.  Returns how many
 * went, or an error.
 */
int store_prune(struct store *store, const struct store_retention *retention, size_t limit);
