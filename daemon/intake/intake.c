#include "intake/intake.h"

#include <errno.h>
#include <string.h>

#include "intake/deferral.h"
#include "intake/intake_inside.h"
#include "intake/passage.h"

enum {
	/* One entry's scratch: its article, fingerprint, matches, the stored article, an event. */
	SCRATCH_BYTES = 16 * 1024 * 1024,
	PRUNE_STEP = 200, /* rows of a kind, and articles of the index, a step */
};

/*
 * After the wall clock was set forward by so much nothing is forgotten for a while: it may come
 * back, and what was forgotten would not.
 */
#define PRUNE_LEAP USEC_MINUTE
#define PRUNE_REST USEC_DAY

int intake_new(
	struct clock *clock, struct store *store, const char *state_directory, struct intake **ret)
{
	_cleanup_(intake_freep) struct intake *intake = calloc(1, sizeof(*intake));
	int r;

	if (!intake)
		return -ENOMEM;
	intake->clock = clock;
	intake->store = store;
	intake->clock_offset = clock_offset(clock);
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
	alerting_take_back(intake->alerting);
	story_keeper_take_back(intake->keeper);
}

void intake_save(struct intake *intake)
{
	story_keeper_save(intake->keeper);
}

int64_t intake_last_indexed(const struct intake *intake)
{
	return story_index_usage(story_keeper_index(intake->keeper)).last_article;
}

int intake_configure(struct intake *intake, const struct config *config, struct matcher *matcher)
{
	intake->keep = config->keep;
	intake->keep_alerts = config->keep_alerts;
	intake->keep_failed = config->keep_failed;
	intake->remember = config->remember;
	return alerting_configure(intake->alerting, config, matcher);
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
			.document = parsed,
			.now = clock_now(intake->clock),
		};

		r = passage_take(&passage, intake, progress);
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

	if (deferral_feed_wants(feed))
		r = store_waiting_count(intake->store, &waiting);
	intake->waiting_room = waiting < DEFERRAL_WAITING_MAX ? DEFERRAL_WAITING_MAX - waiting : 0;
	return r;
}

/*
 * Begins what is stored whole or not at all; *ret_mark is for end_taking().  Returns 0, 1 where the
 * stories are still being read, or -errno.
 */
static int begin_taking(struct intake *intake, usec budget, int64_t *ret_mark)
{
	int r;

	r = story_keeper_prepare(intake->keeper, budget);
	if (r == 0)
		r = store_savepoint(intake->store);
	if (r == 0)
		*ret_mark = intake_last_indexed(intake);
	return r;
}

static int end_taking(struct intake *intake, int64_t mark, int result)
{
	int r = end_savepoint(intake, result);

	if (r < 0) {
		newcomer_begin(&intake->newcomer, 0);
		alerting_take_back(intake->alerting);
		story_keeper_undo(intake->keeper, mark);
	}
	return r;
}

int intake_take(struct intake *intake, const struct feed *feed, const struct feed_state *state,
	const struct parsed_feed *parsed, usec budget, struct intake_progress *progress)
{
	usec until = usec_add(clock_monotonic(intake->clock), budget);
	struct intake_progress next = *progress;
	int64_t mark;
	int r;

	r = begin_taking(intake, budget, &mark);
	if (r != 0)
		return r;
	r = progress->taken == 0 ? begin_document(intake, state->id) : 0;
	if (r == 0)
		r = count_waiting_room(intake, feed);
	if (r == 0)
		r = take_entries(intake, feed, state, parsed, until, &next);
	r = end_taking(intake, mark, r);
	if (r >= 0)
		*progress = next;
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

	r = begin_taking(intake, budget, &mark);
	if (r != 0)
		return r;
	newcomer_begin(&intake->newcomer, 0);
	r = passage_take(&passage, intake, &next);
	if (r == 0)
		r = store_waiting_remove(intake->store, waited->id);
	r = end_taking(intake, mark, r);
	if (r >= 0)
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

/* Whether the clock is to be believed that something is old. */
static bool is_time_to_forget(struct intake *intake)
{
	int64_t step = clock_stepped(intake->clock, &intake->clock_offset);
	usec monotonic = clock_monotonic(intake->clock);

	if (step > (int64_t)PRUNE_LEAP)
		intake->prune_rests = usec_add(monotonic, PRUNE_REST);
	return monotonic >= intake->prune_rests;
}

int intake_prune(struct intake *intake)
{
	usec now = clock_now(intake->clock);
	struct store_retention retention = {
		.text_before = usec_before(now, intake->keep),
		.fingerprint_before = usec_before(now, intake->remember),
		.alert_before = usec_before(now, intake->keep_alerts),
		.dead_before = usec_before(now, intake->keep_failed),
	};
	size_t unindexed = 0;
	int r;

	if (!is_time_to_forget(intake))
		return 0;
	r = store_savepoint(intake->store);
	if (r < 0)
		return r;
	r = end_savepoint(intake, store_prune(intake->store, &retention, PRUNE_STEP));
	if (r < 0)
		return r;
	if (story_keeper_index(intake->keeper))
		unindexed = story_index_prune(story_keeper_index(intake->keeper),
			retention.fingerprint_before, PRUNE_STEP);
	return r >= PRUNE_STEP || unindexed == PRUNE_STEP;
}
