#include "pipeline/pipeline.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/health_report.h"
#include "pipeline/passing.h"
#include "pipeline/pipeline_inside.h"
#include "pipeline/request_log.h"

/*
 * Writes wait so long for company: an fsync costs milliseconds, and pages that are written again
 * and again cost more.  An alert may take 50 ms: with one among them they wait less.
 */
#define COMMIT_DELAY (100 * USEC_MSEC)
#define COMMIT_DELAY_ALERTS (10 * USEC_MSEC)

/* Before the loop runs; what is left of it is done in slices, when the first article comes. */
#define PREPARE_TIME USEC_SEC

#define HOUSEKEEPING_INTERVAL USEC_MINUTE

/* ... while there is more to forget than one step does. */
#define HOUSEKEEPING_STEP_GAP USEC_SEC

enum {
	CLOSING_COMMITS = 4,
};

static void tell_waiting(struct pipeline *pipeline, int result)
{
	if (!pipeline->closing && pipeline->on_waiting)
		pipeline->on_waiting(result, pipeline->waiting_userdata);
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
	tell_waiting(pipeline, error);
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
	due = usec_before(due, now);
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
	if (waiting)
		tell_waiting(pipeline, 0);
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

void pipeline_hasten_commit(struct pipeline *pipeline)
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
		pipeline_hasten_commit(pipeline);
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
	LIST_INIT(&pipeline->in_hand);
	TAILQ_INIT(&pipeline->taking);
	r = clock_timer_new(options->clock, on_commit_timer, pipeline, &pipeline->commit_timer);
	if (r == 0)
		r = clock_timer_new(
			options->clock, passing_slice, pipeline, &pipeline->slice_timer);
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
	if (!pipeline)
		return;
	pipeline->closing = true;
	/* What waits for a commit may write once more: outcomes of deliveries. */
	for (unsigned i = 0; pipeline->dirty && i < CLOSING_COMMITS; i++)
		(void)pipeline_commit(pipeline);
	if (pipeline->intake)
		intake_save(pipeline->intake);
	store_on_dirty(pipeline->store, NULL, NULL);
	while (!LIST_EMPTY(&pipeline->in_hand))
		passing_free(LIST_FIRST(&pipeline->in_hand));
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

void pipeline_on_waiting(struct pipeline *pipeline, pipeline_waiting_fn fn, void *userdata)
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
		pipeline_hasten_commit(pipeline);
	return r;
}

bool pipeline_is_store_trouble(int error)
{
	return error == -ENOSPC || error == -EIO || error == -EBUSY || error == -EROFS;
}

int pipeline_prepare(struct pipeline *pipeline)
{
	int r;

	r = intake_prepare(pipeline->intake, PREPARE_TIME);
	return r < 0 ? log_fail(r, "cannot read the stories from the store: %m") : 0;
}

bool pipeline_idle(const struct pipeline *pipeline)
{
	return pipeline->housekept && LIST_EMPTY(&pipeline->in_hand) && !pipeline->dirty;
}

void pipeline_on_hook(struct pipeline *pipeline, const char *hook, const char *words)
{
	int r;

	r = health_report_hook(
		pipeline->store, hook, words, clock_now(pipeline->clock), pipeline->health_hooks);
	if (r > 0)
		pipeline_hasten_commit(pipeline);
	if (r < 0)
		log_error("hook %s: cannot store that it %s: %s", hook,
			words ? "fails" : "works again", store_error(pipeline->store));
}

void pipeline_on_round(struct round *round, void *userdata)
{
	passing_begin(userdata, round);
}
