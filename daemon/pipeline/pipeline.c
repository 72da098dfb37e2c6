#include "pipeline/pipeline.h"

#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "intake/intake.h"
#include "notify/health_report.h"
#include "pipeline/request_log.h"
#include "poll/children.h"
#include "poll/memory.h"

/*
 * Writes wait so long for company: an fsync costs milliseconds, and pages that are written again
 * and again cost more.  An alert may take 50 ms: with one among them they wait less.
 */
#define COMMIT_DELAY (100 * USEC_MSEC)
#define COMMIT_DELAY_ALERTS (10 * USEC_MSEC)

/* After a failed commit: time for a full disk to be noticed, short enough to lose no news. */
#define COMMIT_RETRY USEC_MINUTE

/* After a document that cannot be taken in for a reason of its own: it would be so again. */
#define TAKE_RETRY USEC_HOUR

/* After a document for which there was no reader: as after other failures (specs/polling.md P8). */
#define READER_RETRY (10 * USEC_MINUTE)

/* Taking entries in gives way to all else after so long (DESIGN.md §2). */
#define SLICE_TIME (5 * USEC_MSEC)

/* Before the loop runs; what is left of it is done in slices, when the first article comes. */
#define PREPARE_TIME USEC_SEC

#define HOUSEKEEPING_INTERVAL USEC_MINUTE

/* ... while there is more to forget than one step does. */
#define HOUSEKEEPING_STEP_GAP USEC_SEC

enum {
	DIGESTS_ARENA_BYTES = 4 * 1024 * 1024, /* ENTRIES_MAX digests of several documents' worth */
	STATE_ARENA_BYTES = 1024 * 1024,
	CLOSING_COMMITS = 4,
	/* Of a page given as a feed: so many of its feeds are named. */
	PAGE_FEEDS_MAX = 5,
	PAGE_URL_MAX = 512, /* a longer one is not for reading */
};

struct pipeline {
	struct clock *clock;
	struct store *store;
	struct pool *pool;
	struct outbox *outbox;
	struct poller *poller;
	pipeline_settled_fn settled;
	void *settled_userdata;
	struct intake *intake;
	struct clock_timer *commit_timer;
	struct clock_timer *housekeeping_timer;
	struct passing *in_hand;
	TAILQ_HEAD(, passing) taking; /* their documents are being taken in, the first one now */
	struct clock_timer *slice_timer;
	const char *const *health_hooks; /* [Daemon] Notify= */
	bool dirty;                      /* a transaction is open */
	bool alerts;                     /* ... and it holds deliveries */
	bool waiting;                    /* ... and entries that wait for their pages */
	void (*on_waiting)(void *userdata);
	void *waiting_userdata;
	bool housekept;       /* at least once */
	usec housekeeping_at; /* monotonic; when the timer fires */
	bool closing;         /* nothing new is begun */
	unsigned failed_commits;
	size_t abandoned; /* rounds */
};

/* A round between its arrival and its commit. */
struct passing {
	struct passing *previous;
	struct passing *next;
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

static void passing_link(struct pipeline *pipeline, struct passing *passing)
{
	passing->next = pipeline->in_hand;
	if (passing->next)
		passing->next->previous = passing;
	pipeline->in_hand = passing;
}

/* No more of its document is taken in. */
static void passing_leave(struct passing *passing)
{
	if (passing->takes_turn)
		TAILQ_REMOVE(&passing->pipeline->taking, passing, turn);
	passing->takes_turn = false;
}

static void passing_free(struct passing *passing)
{
	if (passing->previous)
		passing->previous->next = passing->next;
	else
		passing->pipeline->in_hand = passing->next;
	if (passing->next)
		passing->next->previous = passing->previous;
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

/* Takes the transaction back: what memory knows of it must go too. */
static int take_back(struct pipeline *pipeline, int error)
{
	log_write(LOG_ERR, MESSAGE_STORE_FAILED, NULL,
		"cannot store what was found: %s; the feeds concerned will be asked again",
		store_error(pipeline->store));
	store_rollback(pipeline->store);
	pipeline->failed_commits++;
	intake_take_back(pipeline->intake);
	return error;
}

static void keep_house_in(struct pipeline *pipeline, usec delay)
{
	pipeline->housekeeping_at = usec_add(clock_monotonic(pipeline->clock), delay);
	clock_timer_set(pipeline->clock, pipeline->housekeeping_timer, pipeline->housekeeping_at);
}

/* What waits (a held update, a digest) may be due before the housekeeping is. */
static void keep_house_in_time(struct pipeline *pipeline)
{
	usec now = clock_now(pipeline->clock);
	usec due;

	if (intake_next_release(pipeline->intake, &due) < 0 || due == USEC_INFINITY)
		return; /* what is wrong with the store is told where it is used */
	due = due > now ? due - now : 0;
	if (usec_add(clock_monotonic(pipeline->clock), due) < pipeline->housekeeping_at)
		keep_house_in(pipeline, due);
}

int pipeline_commit(struct pipeline *pipeline)
{
	bool alerts = pipeline->alerts;
	bool waiting = pipeline->waiting;
	int r;

	if (!pipeline->dirty)
		return 0;
	clock_timer_set(pipeline->clock, pipeline->commit_timer, USEC_INFINITY);
	pipeline->dirty = false;
	pipeline->alerts = false;
	pipeline->waiting = false;
	r = store_commit(pipeline->store);
	if (r < 0)
		return take_back(pipeline, r);
	intake_commit(pipeline->intake);
	if (alerts && !pipeline->closing) {
		outbox_wake(pipeline->outbox);
		keep_house_in_time(pipeline);
	}
	if (waiting && !pipeline->closing && pipeline->on_waiting)
		pipeline->on_waiting(pipeline->waiting_userdata);
	return 0;
}

static void on_commit_timer(void *userdata)
{
	(void)pipeline_commit(userdata);
}

static void on_dirty(void *userdata)
{
	struct pipeline *pipeline = userdata;

	if (pipeline->dirty)
		return;
	pipeline->dirty = true;
	clock_timer_in(pipeline->clock, pipeline->commit_timer, COMMIT_DELAY);
}

/* There are deliveries in the transaction, or somebody waits for it. */
static void hasten_commit(struct pipeline *pipeline)
{
	if (pipeline->alerts)
		return;
	pipeline->alerts = true;
	clock_timer_in(pipeline->clock, pipeline->commit_timer, COMMIT_DELAY_ALERTS);
}

/*
 * Held updates and digests that are due, and what retention no longer covers.  What fails is undone
 * alone and tried again.
 */
static void on_housekeeping_timer(void *userdata)
{
	struct pipeline *pipeline = userdata;
	int alerts;
	bool unlogged;
	int more;

	alerts = intake_release(pipeline->intake);
	if (alerts < 0)
		log_error("cannot tell updates and digests that wait: %s; tried again in a minute",
			store_error(pipeline->store));
	if (alerts > 0)
		hasten_commit(pipeline);
	more = intake_prune(pipeline->intake);
	if (more < 0)
		log_error("cannot forget what is old: %s; tried again in a minute",
			store_error(pipeline->store));
	unlogged = request_log_forget(pipeline->store, clock_now(pipeline->clock));
	pipeline->housekept = true;
	keep_house_in(
		pipeline, more > 0 || unlogged ? HOUSEKEEPING_STEP_GAP : HOUSEKEEPING_INTERVAL);
	if (alerts >= 0)
		keep_house_in_time(pipeline);
}

static void on_slice(void *userdata);

int pipeline_new(const struct pipeline_options *options, struct pipeline **ret)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	int r;

	if (!pipeline)
		return -ENOMEM;
	pipeline->clock = options->clock;
	pipeline->store = options->store;
	pipeline->pool = options->pool;
	pipeline->outbox = options->outbox;
	TAILQ_INIT(&pipeline->taking);
	r = clock_timer_new(options->clock, on_commit_timer, pipeline, &pipeline->commit_timer);
	if (r == 0)
		r = clock_timer_new(options->clock, on_slice, pipeline, &pipeline->slice_timer);
	if (r == 0)
		r = clock_timer_new(options->clock, on_housekeeping_timer, pipeline,
			&pipeline->housekeeping_timer);
	if (r == 0)
		r = intake_new(options->clock, options->store, options->state_directory,
			&pipeline->intake);
	if (r < 0) {
		pipeline_free(pipeline);
		return r;
	}
	store_on_dirty(options->store, on_dirty, pipeline);
	/* At once: what waits may be due since the last run. */
	keep_house_in(pipeline, 0);
	*ret = pipeline;
	return 0;
}

void pipeline_free(struct pipeline *pipeline)
{
	struct passing *next;

	if (!pipeline)
		return;
	pipeline->closing = true;
	/* What waits for a commit may write once more: outcomes of deliveries. */
	for (unsigned i = 0; pipeline->dirty && i < CLOSING_COMMITS; i++)
		(void)pipeline_commit(pipeline);
	if (pipeline->intake)
		intake_save(pipeline->intake);
	store_on_dirty(pipeline->store, NULL, NULL);
	for (struct passing *passing = pipeline->in_hand; passing; passing = next) {
		next = passing->next;
		passing_free(passing);
	}
	clock_timer_free(pipeline->clock, pipeline->commit_timer);
	clock_timer_free(pipeline->clock, pipeline->slice_timer);
	clock_timer_free(pipeline->clock, pipeline->housekeeping_timer);
	intake_free(pipeline->intake);
	free(pipeline);
}

void pipeline_set_poller(struct pipeline *pipeline, struct poller *poller)
{
	pipeline->poller = poller;
}

void pipeline_set_settled(struct pipeline *pipeline, pipeline_settled_fn fn, void *userdata)
{
	pipeline->settled = fn;
	pipeline->settled_userdata = userdata;
}

int pipeline_configure(
	struct pipeline *pipeline, const struct config *config, struct matcher *matcher)
{
	pipeline->health_hooks = (const char *const *)config->notify;
	return intake_configure(pipeline->intake, config, matcher);
}

size_t pipeline_abandoned(const struct pipeline *pipeline)
{
	return pipeline->abandoned;
}

void pipeline_on_waiting(struct pipeline *pipeline, void (*fn)(void *userdata), void *userdata)
{
	pipeline->on_waiting = fn;
	pipeline->waiting_userdata = userdata;
}

int pipeline_take_waiting(struct pipeline *pipeline, const struct feed *feed,
	const struct feed_state *state, const struct parsed_feed *parsed,
	const struct waited *waited)
{
	struct intake_progress progress = INTAKE_PROGRESS_INIT;
	int r;

	r = intake_take_waiting(
		pipeline->intake, feed, state, parsed, waited, SLICE_TIME, &progress);
	if (progress.alerts > 0)
		hasten_commit(pipeline);
	return r;
}

int pipeline_prepare(struct pipeline *pipeline)
{
	int r;

	r = intake_prepare(pipeline->intake, PREPARE_TIME);
	return r < 0 ? log_fail(r, "cannot read the stories from the store: %m") : 0;
}

bool pipeline_idle(const struct pipeline *pipeline)
{
	return pipeline->housekept && !pipeline->in_hand && !pipeline->dirty;
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
	};
	int r;

	memory_read(passing->state.memory, passing->arena, &memory);
	poll.rhythm = memory.gap;
	r = health_report_poll(pipeline->store, &poll, pipeline->health_hooks);
	if (r > 0)
		hasten_commit(pipeline);
	return r;
}

void pipeline_on_hook(struct pipeline *pipeline, const char *hook, const char *words)
{
	int r;

	r = health_report_hook(
		pipeline->store, hook, words, clock_now(pipeline->clock), pipeline->health_hooks);
	if (r > 0)
		hasten_commit(pipeline);
	if (r < 0)
		log_error("hook %s: cannot store that it %s: %s", hook,
			words ? "fails" : "works again", store_error(pipeline->store));
}

/*
 * The round cannot be stored.  Nothing more of it is kept, its validators neither, so that the feed
 * is asked for the same again; what other rounds brought stays.
 */
static void give_up(struct passing *passing, int error)
{
	struct pipeline *pipeline = passing->pipeline;
	const struct feed *feed = passing->round->feed;
	bool store = error == -ENOSPC || error == -EIO || error == -EBUSY || error == -EROFS;

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

static int save_state(struct passing *passing, const struct round_result *result)
{
	struct pipeline *pipeline = passing->pipeline;
	int r;

	r = poller_conclude(
		pipeline->poller, passing->round, result, passing->arena, &passing->state);
	if (r == 0)
		r = request_log_add(
			pipeline->store, passing->round, result, passing->arena, &passing->state);
	if (r == 0)
		r = store_feed_save(pipeline->store, &passing->state);
	if (r == 0)
		r = report_health(passing);
	return r;
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
	r = store_savepoint(store);
	if (r == 0) {
		r = save_state(passing, result);
		if (r < 0)
			(void)store_savepoint_rollback(store);
		else
			r = store_savepoint_release(store);
	}
	if (r == 0)
		r = store_after_commit(store, on_committed, passing);
	if (r < 0)
		give_up(passing, r);
	else if (passing->round->state->rule == RULE_ASKED)
		hasten_commit(passing->pipeline); /* somebody looks for what it brought */
}

/* The first diagnosis in words, with how many more there are. */
static const char *diagnosis_words(const struct parsed_feed *parsed, struct arena *arena)
{
	const struct diagnosis *first = parsed->diagnoses;

	if (parsed->diagnosis_count == 0)
		return NULL;
	if (parsed->diagnosis_count == 1)
		return arena_printf(arena, "line %u: %s", first->line, first->words);
	return arena_printf(arena, "line %u: %s (and %zu more)", first->line, first->words,
		parsed->diagnosis_count - 1);
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

/* A web page given as a feed: which feeds does it name?  NULL at the arena's limit. */
static const char *page_words(const struct parsed_feed *page, struct arena *arena)
{
	const char *words = "this is a web page, not a feed; it names these feeds:";
	size_t named = 0;

	for (size_t i = 0; i < page->alternate_count && named < PAGE_FEEDS_MAX && words; i++)
		if (strlen(page->alternates[i]) <= PAGE_URL_MAX)
			words = arena_printf(arena, "%s%s %s", words, named++ > 0 ? "," : "",
				page->alternates[i]);
	if (words && named < page->alternate_count)
		words = arena_printf(
			arena, "%s (and %zu more)", words, page->alternate_count - named);
	return words;
}

/* The document, or the reader, failed. */
static void refuse(struct passing *passing, const struct reader_result *read)
{
	struct round_result result = {
		.words = read->words, .newest = DATE_NONE, .unread = read->error == -EIO};

	if (read->error == -EBADMSG && read->feed.alternate_count > 0)
		result.words = page_words(&read->feed, passing->arena);
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
		hasten_commit(pipeline);
	pipeline->waiting |= passing->progress.waiting > 0;
	return r;
}

/* One slice of the document whose turn it is, so that one turn of the loop is one slice long. */
static void on_slice(void *userdata)
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

/* One sitemap of an index is done with; `words` say what was wrong with it. */
static void end_child(struct passing *passing, const char *words)
{
	if (children_done(&passing->children, words, false) < 0)
		abandon(passing);
	else
		next_child(passing);
}

static void on_child_taken_in(struct passing *passing)
{
	end_child(passing, NULL);
}

static void on_child_read(const struct reader_result *read, void *userdata)
{
	struct passing *passing = userdata;

	if (read->error == -EAGAIN)
		put_off(passing, read->words);
	else if (read->error < 0)
		end_child(passing, read->words);
	else if (read->feed.child_count > 0)
		end_child(passing, "an index within an index is not followed");
	else
		take_in(passing, read, on_child_taken_in);
}

static void on_child(struct child_answer *answer, void *userdata)
{
	struct passing *passing = userdata;

	if (!answer->words) {
		if (submit(passing, &answer->document, on_child_read) < 0)
			abandon(passing);
	} else if (children_done(&passing->children, answer->words, answer->again) < 0) {
		abandon(passing);
	} else {
		next_child(passing);
	}
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
	if (read->error < 0) {
		refuse(passing, read);
		return;
	}
	passing->result = (struct round_result){
		.readable = true,
		.diagnosis = diagnosis_words(parsed, passing->arena),
		.title = arena_strdup(passing->arena, parsed->channel.title),
		.newest = DATE_NONE,
		.hints = parsed->channel.hints,
		.hub = arena_strdup(passing->arena, parsed->channel.hub),
		.self = arena_strdup(passing->arena, parsed->channel.self),
	};
	take_in(passing, read, on_taken_in);
}

void pipeline_on_round(struct round *round, void *userdata)
{
	struct pipeline *pipeline = userdata;
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
	passing_link(pipeline, passing);
	if (round->outcome != ROUND_DOCUMENT) {
		settle(passing, NULL);
		return;
	}
	r = submit(passing, &round->document, on_read);
	if (r < 0)
		abandon(passing);
}
