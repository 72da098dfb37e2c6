#include "pipeline/passing.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/health_report.h"
#include "pipeline/document_words.h"
#include "pipeline/pipeline_inside.h"
#include "pipeline/request_log.h"
#include "poll/children.h"
#include "poll/memory.h"

/* After a failed commit: time for a full disk to be noticed, short enough to lose no news. */
#define COMMIT_RETRY USEC_MINUTE

/* After a document that cannot be taken in for a reason of its own: it would be so again. */
#define TAKE_RETRY USEC_HOUR

/* After a document for which there was no reader: as after other failures (docs/POLLING.md P8). */
#define READER_RETRY (10 * USEC_MINUTE)

enum {
	DIGESTS_ARENA_BYTES = 4 * 1024 * 1024, /* ENTRIES_MAX digests of several documents' worth */
	STATE_ARENA_BYTES = 1024 * 1024,
};

/* A round between its arrival and its commit. */
struct passing {
	LIST_ENTRY(passing) link; /* in pipeline->in_hand */
	struct pipeline *pipeline;
	struct round *round;
	struct arena *arena;     /* of what follows */
	struct feed_state state; /* the new one */
	struct round_result result;
	struct children children; /* of a sitemap index */
	unsigned failed_commits;  /* the pipeline's, when the round came */
	/* The document whose entries are being taken in; its arena while that takes more turns. */
	struct parsed_feed parsed;
	struct arena *parsed_arena;
	struct intake_progress progress;
	TAILQ_ENTRY(passing) turn; /* in pipeline->taking */
	bool takes_turn;
	void (*taken_in)(struct passing *passing);
};

/* No more of its document is taken in. */
static void passing_leave(struct passing *passing)
{
	if (passing->takes_turn)
		TAILQ_REMOVE(&passing->pipeline->taking, passing, turn);
	passing->takes_turn = false;
}

void passing_free(struct passing *passing)
{
	LIST_REMOVE(passing, link);
	passing_leave(passing);
	arena_free(passing->parsed_arena);
	arena_free(passing->arena);
	free(passing);
}

/* The round ends as if it had not been: its feed is asked again after `retry`. */
static void drop_round(struct pipeline *pipeline, struct round *round, usec retry)
{
	pipeline->abandoned++;
	poller_abandon(pipeline->poller, round, retry);
}

/* The round's transaction is over. */
static void finish_round(struct passing *passing)
{
	struct pipeline *pipeline = passing->pipeline;
	bool document = passing->round->outcome == ROUND_DOCUMENT;

	if (pipeline->settled)
		pipeline->settled(passing->round, &passing->state,
			document ? &passing->result : NULL, pipeline->settled_userdata);
	poller_finish(pipeline->poller, passing->round, &passing->state);
}

static void on_committed(int result, void *userdata)
{
	struct passing *passing = userdata;

	if (result < 0)
		drop_round(passing->pipeline, passing->round, COMMIT_RETRY);
	else
		finish_round(passing);
	passing_free(passing);
}

/* What the poll says of the feed's health, told in the same transaction. */
static int report_health(struct passing *passing)
{
	struct pipeline *pipeline = passing->pipeline;
	struct memory memory;
	struct health_poll poll = {
		.feed = passing->round->feed,
		.before = passing->round->state,
		.after = &passing->state,
		.leapt = passing->round->leapt,
	};
	int r;

	memory_read(passing->state.memory, passing->arena, &memory);
	poll.rhythm = memory.gap;
	r = health_report_poll(pipeline->store, &poll, pipeline->health_hooks);
	if (r > 0)
		pipeline_hasten_commit(pipeline);
	return r;
}

/*
 * The round cannot be stored.  Nothing more of it is kept, its validators neither, so that the feed
 * is asked for the same again; what other rounds brought stays.
 */
static void give_up(struct passing *passing, int error)
{
	struct pipeline *pipeline = passing->pipeline;
	const struct feed *feed = passing->round->feed;
	bool store = pipeline_is_store_trouble(error);

	log_write(LOG_ERR, MESSAGE_STORE_FAILED, LOG_FIELDS({"FEED", feed->name}),
		"feed %s: cannot store what it brought: %s; it is asked again in %s", feed->name,
		store ? store_error(pipeline->store) : strerrordesc_np(-error),
		store ? "a minute" : "an hour");
	drop_round(pipeline, passing->round, store ? COMMIT_RETRY : TAKE_RETRY);
	passing_free(passing);
}

static void abandon(struct passing *passing)
{
	drop_round(passing->pipeline, passing->round, COMMIT_RETRY);
	passing_free(passing);
}

/* The state last: a feed's change of health that was not told is still to come then. */
static int save_state(struct passing *passing, const struct round_result *result)
{
	struct pipeline *pipeline = passing->pipeline;
	int r;

	r = poller_conclude(
		pipeline->poller, passing->round, result, passing->arena, &passing->state);
	if (r == 0)
		r = report_health(passing);
	if (r >= 0) /* more than 0: it told something */
		r = request_log_add(
			pipeline->store, passing->round, result, passing->arena, &passing->state);
	if (r == 0)
		r = store_feed_save(pipeline->store, &passing->state);
	return r;
}

/*
 * What a round comes to is stored whole or not at all: a document's entries and state by a
 * savepoint, so that other rounds' stay; a state alone needs none, for where it cannot be written
 * the store has failed for all.
 */
static int save_outcome(struct passing *passing, const struct round_result *result)
{
	struct store *store = passing->pipeline->store;
	int r;

	if (passing->round->outcome != ROUND_DOCUMENT)
		return save_state(passing, result);
	r = store_savepoint(store);
	if (r < 0)
		return r;
	r = save_state(passing, result);
	if (r < 0) {
		(void)store_savepoint_rollback(store);
		return r;
	}
	return store_savepoint_release(store);
}

/* Stores the feed's new state; the round ends when that is committed. */
static void settle(struct passing *passing, const struct round_result *result)
{
	struct store *store = passing->pipeline->store;
	int r;

	/* A commit with entries of this round may be among those that failed. */
	if (passing->failed_commits != passing->pipeline->failed_commits) {
		abandon(passing);
		return;
	}
	r = save_outcome(passing, result);
	if (r == 0)
		r = store_after_commit(store, on_committed, passing);
	if (r < 0)
		give_up(passing, r);
	else if (passing->round->state->rule == RULE_ASKED)
		pipeline_hasten_commit(passing->pipeline); /* somebody looks for what it brought */
}

/* No reader could be had, which says nothing of the document. */
static void put_off(struct passing *passing, const char *words)
{
	const struct feed *feed = passing->round->feed;

	log_write(LOG_ERR, NULL, LOG_FIELDS({"FEED", feed->name}),
		"feed %s: not read: %s; it is asked again in 10 minutes", feed->name, words);
	drop_round(passing->pipeline, passing->round, READER_RETRY);
	passing_free(passing);
}

/* Its encoding cannot be undone: nothing of the response is kept. */
static void refuse_damaged(struct passing *passing, const char *words)
{
	if (poller_spoil(passing->pipeline->poller, passing->round, words) < 0)
		abandon(passing);
	else
		settle(passing, NULL);
}

/* Whether it is the response that is at fault, and not what it carries. */
static bool is_damaged(const struct reader_result *read)
{
	return read->error == -EPROTO || read->error == -EFBIG;
}

/* The document, or the reader, failed. */
static void refuse(struct passing *passing, const struct reader_result *read)
{
	struct round_result result = {
		.words = read->words, .newest = DATE_NONE, .unread = read->error == -EIO};

	if (read->error == -EBADMSG && read->feed.alternate_count > 0)
		result.words = document_words_feeds(&read->feed, passing->arena);
	settle(passing, &result);
}

/*
 * What stands in the document unchanged is noted as seen, so that it is not forgotten and comes
 * back as news: once a day, because each note is a write.
 */
static int note_seen(struct passing *passing)
{
	const struct parsed_feed *parsed = &passing->parsed;
	const struct feed_state *state = passing->round->state;
	usec now = clock_now(passing->pipeline->clock);
	struct memory memory;
	int r;

	memory_read(state->memory, passing->arena, &memory);
	if (now < usec_add(memory.noted, SEEN_PRECISION))
		return 0;
	r = store_entries_seen(
		passing->pipeline->store, state->id, parsed->known, parsed->known_count, now);
	passing->result.noted = r == 0;
	return r < 0 ? r : 0;
}

/* All entries of a document are taken in: counts them. */
static void end_slices(struct passing *passing)
{
	struct round_result *result = &passing->result;
	int r;

	r = note_seen(passing);
	if (r < 0) {
		give_up(passing, r);
		return;
	}

	result->entries += passing->parsed.entry_count + passing->parsed.known_count;
	result->fresh += passing->progress.fresh;
	if (passing->progress.newest > result->newest)
		result->newest = passing->progress.newest;
	passing->taken_in(passing);
}

/* Takes entries in for a while.  Returns as intake_take(). */
static int take_slice(struct passing *passing)
{
	struct pipeline *pipeline = passing->pipeline;
	const struct round *round = passing->round;
	size_t alerts = passing->progress.alerts;
	int r;

	r = intake_take(pipeline->intake, round->feed, round->state, &passing->parsed, SLICE_TIME,
		&passing->progress);
	if (passing->progress.alerts > alerts)
		pipeline_hasten_commit(pipeline);
	pipeline->waiting |= passing->progress.waiting > 0;
	return r;
}

/* One slice of the document whose turn it is, so that one turn of the loop is one slice long. */
void passing_slice(void *userdata)
{
	struct pipeline *pipeline = userdata;
	struct passing *passing = TAILQ_FIRST(&pipeline->taking);
	int r;

	if (!passing)
		return;
	r = take_slice(passing);
	if (r <= 0) {
		struct arena *arena = TAKE_PTR(passing->parsed_arena); /* outlives the passing */

		passing_leave(passing);
		if (r < 0)
			give_up(passing, r);
		else
			end_slices(passing);
		arena_free(arena);
	}
	if (!TAILQ_EMPTY(&pipeline->taking))
		clock_timer_in(pipeline->clock, pipeline->slice_timer, 0);
}

/*
 * Takes the entries of one of the round's documents in, then goes on with `taken_in`.  One document
 * is taken in after another; those that wait keep their answer's arena meanwhile.
 */
static void take_in(struct passing *passing, const struct reader_result *read,
	void (*taken_in)(struct passing *passing))
{
	struct pipeline *pipeline = passing->pipeline;
	int r = 1;

	passing->parsed = read->feed;
	passing->progress = INTAKE_PROGRESS_INIT;
	passing->taken_in = taken_in;
	if (TAILQ_EMPTY(&pipeline->taking))
		r = take_slice(passing);
	if (r < 0) {
		give_up(passing, r);
	} else if (r == 0) {
		end_slices(passing);
	} else {
		passing->parsed_arena = TAKE_PTR(*read->arena);
		TAILQ_INSERT_TAIL(&pipeline->taking, passing, turn);
		passing->takes_turn = true;
		clock_timer_in(pipeline->clock, pipeline->slice_timer, 0);
	}
}

/* Hands a document to a reader, with what need not come back. */
static int submit(struct passing *passing, struct document *document, pool_done_fn done)
{
	struct pipeline *pipeline = passing->pipeline;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct digest *known;
	size_t count;
	int r;

	r = arena_new(DIGESTS_ARENA_BYTES, &arena);
	if (r < 0)
		return r;
	r = store_known_digests(pipeline->store, passing->round->state->id, arena, &known, &count);
	if (r < 0)
		return r;
	return pool_submit(pipeline->pool, document, known, count, done, passing);
}

static void next_child(struct passing *passing);

/*
 * One sitemap of an index is done with; `words` say what was wrong with it, `again` that it may be
 * right another time.
 */
static void end_child(struct passing *passing, const char *words, bool again)
{
	if (children_done(&passing->children, words, again) < 0)
		abandon(passing);
	else
		next_child(passing);
}

static void on_child_taken_in(struct passing *passing)
{
	end_child(passing, NULL, false);
}

static void on_child_read(const struct reader_result *read, void *userdata)
{
	struct passing *passing = userdata;

	if (read->error == -EAGAIN)
		put_off(passing, read->words);
	else if (read->error < 0)
		end_child(passing, read->words, read->error == -EPROTO);
	else if (read->feed.child_count > 0)
		end_child(passing, "an index within an index is not followed", false);
	else
		take_in(passing, read, on_child_taken_in);
}

static void on_child(struct child_answer *answer, void *userdata)
{
	struct passing *passing = userdata;

	/* What cannot be recorded is no reason not to go on. */
	if (answer->request.started > 0)
		(void)store_page_request_add(
			passing->pipeline->store, feed_key(passing->round->feed), &answer->request);
	if (answer->words)
		end_child(passing, answer->words, answer->again);
	else if (submit(passing, &answer->document, on_child_read) < 0)
		abandon(passing);
}

/* Fetches the next sitemap of an index, or ends the round. */
static void next_child(struct passing *passing)
{
	const struct child_document *child = children_next(&passing->children);

	if (child) {
		if (poller_fetch_child(passing->pipeline->poller, passing->round, child->url,
			    on_child, passing) < 0)
			abandon(passing);
		return;
	}
	if (children_conclude(&passing->children, &passing->result) < 0)
		abandon(passing);
	else
		settle(passing, &passing->result);
}

static void follow_children(struct passing *passing, const struct parsed_feed *index)
{
	struct memory memory;

	memory_read(passing->round->state->memory, passing->arena, &memory);
	if (children_begin(&passing->children, index, memory.children, passing->arena) < 0)
		abandon(passing);
	else
		next_child(passing);
}

static void on_taken_in(struct passing *passing)
{
	if (passing->parsed.child_count > 0)
		follow_children(passing, &passing->parsed);
	else
		settle(passing, &passing->result);
}

static void on_read(const struct reader_result *read, void *userdata)
{
	struct passing *passing = userdata;
	const struct parsed_feed *parsed = &read->feed;

	if (read->error == -EAGAIN) {
		put_off(passing, read->words);
		return;
	}
	if (is_damaged(read)) {
		refuse_damaged(passing, read->words);
		return;
	}
	if (read->error < 0) {
		refuse(passing, read);
		return;
	}
	passing->result = (struct round_result){
		.readable = true,
		.diagnosis = document_words_faults(parsed, passing->arena),
		.title = arena_strdup(passing->arena, parsed->channel.title),
		.newest = DATE_NONE,
		.hints = parsed->channel.hints,
		.hub = arena_strdup(passing->arena, parsed->channel.hub),
		.self = arena_strdup(passing->arena, parsed->channel.self),
	};
	take_in(passing, read, on_taken_in);
}

void passing_begin(struct pipeline *pipeline, struct round *round)
{
	struct passing *passing = calloc(1, sizeof(*passing));
	int r;

	if (!passing || arena_new(STATE_ARENA_BYTES, &passing->arena) < 0) {
		free(passing);
		drop_round(pipeline, round, COMMIT_RETRY);
		return;
	}
	passing->pipeline = pipeline;
	passing->round = round;
	passing->failed_commits = pipeline->failed_commits;
	LIST_INSERT_HEAD(&pipeline->in_hand, passing, link);
	if (round->outcome != ROUND_DOCUMENT) {
		settle(passing, NULL);
		return;
	}
	r = submit(passing, &round->document, on_read);
	if (r < 0)
		abandon(passing);
}
