#include "notify/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/flight.h"
#include "notify/lane_inside.h"
#include "notify/outbox.h"

static const char *lane_name(const struct lane *lane)
{
	return lane->destination->hook.name;
}

static usec monotonic(const struct lane *lane)
{
	return clock_monotonic(lane->context->notifiers.clock);
}

static usec wall(const struct lane *lane)
{
	return clock_now(lane->context->notifiers.clock);
}

void lane_hold(struct lane *lane, usec duration)
{
	usec until = usec_add(monotonic(lane), duration);

	if (until > lane->held_until)
		lane->held_until = until;
}

static bool is_held(const struct lane *lane)
{
	return lane->held_until > monotonic(lane);
}

static void on_outcome(const struct outcome *outcome, void *userdata)
{
	struct flight *flight = userdata;
	struct lane *lane = flight->lane;

	flight->attempt = NULL;
	lane->attempting--;
	lane->context->follow_clock(lane->context->userdata);
	/* An attempt with settings of before a reload says nothing of the present ones. */
	if (flight->destination == lane->destination) {
		lane_judge(lane, outcome, flight->record.delivery.attempts == 0);
		flight_record(flight, outcome);
	} else {
		struct outcome old = *outcome;

		old.hold = 0;
		if (old.kind != OUTCOME_DELIVERED)
			old.kind = OUTCOME_RETRY;
		flight_record(flight, &old);
	}
	lane_kick(lane);
}

/* ---- what comes next ---- */

static int fetch_one(const struct delivery *delivery, void *userdata)
{
	struct lane *lane = userdata;

	if (lane->queue_end < LANE_QUEUE && !flight_find(lane, delivery->id))
		lane->queue[lane->queue_end++] = (struct queued){
			.id = delivery->id,
			.alert = delivery->alert,
			.attempts = delivery->attempts,
			.created = delivery->created,
			.last_attempt = delivery->last_attempt,
		};
	return 0;
}

/*
 * Returns whether there is something in the queue.  What stands there was committed when it was
 * read; an alert of the open transaction is not to be seen, for it may yet be taken back.
 */
static bool fetch(struct lane *lane)
{
	size_t limit = lane->attempting + lane->recording + LANE_QUEUE;
	int r;

	if (lane->queue_start < lane->queue_end)
		return true;
	if (!recorder_is_settled(lane->context->recorder)) {
		lane->kicked = true;
		return false;
	}
	lane->queue_start = 0;
	lane->queue_end = 0;
	lane->fetched = wall(lane);
	r = store_deliveries_due(
		lane->context->store, lane_name(lane), lane->fetched, limit, fetch_one, lane);
	if (r < 0) {
		log_error("hook %s: cannot read its deliveries: %s", lane_name(lane),
			strerrordesc_np(-r));
		lane_hold(lane, LANE_STORE_RETRY);
		return false;
	}
	return lane->queue_end > 0;
}

static int start_next(struct lane *lane)
{
	struct flight *flight;
	int r;

	r = flight_new(lane, &lane->queue[lane->queue_start], &flight);
	if (r < 0)
		return r;
	lane->queue_start++;
	r = flight_start(flight, on_outcome);
	if (r < 0)
		flight_free(flight);
	return r;
}

static bool is_over(const struct lane *lane, const struct queued *queued)
{
	struct retry_facts facts = flight_facts(lane, &lane->destination->hook);

	return retry_is_over(
		&(struct delivery){.created = queued->created, .attempts = queued->attempts},
		&facts);
}

int lane_give_up(struct lane *lane, const struct queued *queued, const char *words)
{
	const struct outcome over = {.kind = OUTCOME_NONE, .words = words};
	struct flight *flight;
	int r;

	r = flight_new(lane, queued, &flight);
	if (r < 0)
		return r;
	flight_record(flight, &over);
	return 0;
}

/*
 * While a hook is down and but probed, deliveries whose RetryFor= is over become dead letters
 * without an attempt of their own: else a long backlog would end no sooner than by one a probe.
 * Returns whether any did.
 */
static bool sweep(struct lane *lane)
{
	size_t kept = lane->queue_start;
	size_t count = 0;

	for (size_t i = lane->queue_start; i < lane->queue_end; i++) {
		const struct queued *queued = &lane->queue[i];

		if (lane->recording < LANE_RECORDING_MAX && is_over(lane, queued) &&
			lane_give_up(lane, queued, lane->words) == 0)
			count++;
		else
			lane->queue[kept++] = *queued;
	}
	lane->queue_end = kept;
	if (count > 0)
		log_write(LOG_WARNING, MESSAGE_DELIVERY_DEAD, LOG_FIELDS({"HOOK", lane_name(lane)}),
			"hook %s: %zu deliveries are given up, for it has been down all the time "
			"that "
			"they are retried for; `wirewatch deliveries --failed` lists them",
			lane_name(lane), count);
	return count > 0;
}

static bool is_down(const struct lane *lane)
{
	return lane->failures >= LANE_FAILURES_MAX && !lane->disabled;
}

static bool has_room(const struct lane *lane)
{
	size_t limit = lane->destination->hook.concurrency;

	if (limit == 0 || is_down(lane))
		limit = 1;
	return lane->attempting < limit && lane->recording < LANE_RECORDING_MAX;
}

/* Whether the hook's Rate= lets one more go now. */
static bool is_in_time(struct lane *lane)
{
	const struct rate *rate = &lane->destination->hook.rate;

	return lane->disabled || pace_take(&lane->pace, rate, monotonic(lane), &lane->paced_until);
}

/* What ends by itself kicks the lane; the timer is for what time alone brings. */
static void set_timer(struct lane *lane)
{
	usec now = wall(lane);
	usec next = USEC_INFINITY;
	int r;

	if (is_held(lane)) {
		clock_timer_set(lane->context->notifiers.clock, lane->timer, lane->held_until);
		return;
	}
	if (!has_room(lane)) {
		clock_timer_set(lane->context->notifiers.clock, lane->timer, USEC_INFINITY);
		return;
	}
	if (lane->paced_until > monotonic(lane)) {
		clock_timer_set(lane->context->notifiers.clock, lane->timer, lane->paced_until);
		return;
	}
	/* The hold or the pace ended just now, after the pump had asked. */
	if (lane->queue_start < lane->queue_end) {
		clock_timer_in(lane->context->notifiers.clock, lane->timer, 0);
		return;
	}
	/* What fell due since the store was asked is not to be passed over. */
	r = store_deliveries_next(lane->context->store, lane_name(lane),
		lane->fetched < now ? lane->fetched : now, &next);
	if (r < 0)
		next = usec_add(now, LANE_STORE_RETRY);
	clock_timer_in(lane->context->notifiers.clock, lane->timer,
		next == USEC_INFINITY ? next
			: next > now  ? next - now
				      : 0);
}

void lane_look(struct lane *lane)
{
	if (!lane->closed && (is_held(lane) ? is_down(lane) : has_room(lane)))
		(void)fetch(lane);
}

void lane_pump(struct lane *lane)
{
	int r = 0;

	lane->kicked = false;
	if (lane->closed)
		return;
	while (r == 0 && !is_held(lane) && has_room(lane) && fetch(lane) && is_in_time(lane))
		r = start_next(lane);
	lane_trim(lane);
	while (is_down(lane) && is_held(lane) && fetch(lane) && sweep(lane))
		;
	if (r < 0) {
		log_error("hook %s: cannot start an attempt: %s", lane_name(lane),
			strerrordesc_np(-r));
		lane->queue_start = lane->queue_end;
		lane_hold(lane, LANE_STORE_RETRY);
	}
	if (!lane->kicked)
		set_timer(lane);
}

void lane_kick(struct lane *lane)
{
	lane->kicked = true;
	lane->context->on_kick(lane->context->userdata);
}

static void on_timer(void *userdata)
{
	lane_kick(userdata);
}

static int note_any(const struct delivery *delivery, void *userdata)
{
	bool *is_any = userdata;

	(void)delivery;
	*is_any = true;
	return 0;
}

int lane_idle(const struct lane *lane)
{
	bool is_due = false;
	int r;

	if (lane->flights)
		return 0;
	if (lane->closed || is_held(lane))
		return 1;
	r = store_deliveries_due(
		lane->context->store, lane_name(lane), wall(lane), 1, note_any, &is_due);
	return r < 0 ? r : !is_due;
}

struct outbox_hook lane_state(const struct lane *lane)
{
	usec now = monotonic(lane);

	return (struct outbox_hook){
		.name = lane_name(lane),
		.condition = lane->closed        ? "closing"
			: lane->disabled         ? "disabled"
			: is_down(lane)          ? "failing"
			: lane->held_until > now ? "held"
			: lane_refuses(lane)     ? "refusing"
						 : "working",
		.held_for = lane->held_until > now ? lane->held_until - now : 0,
		.failures = lane->failures,
		.in_flight = lane->attempting,
		.words = lane->failures > 0 || lane->refusals > 0 || lane->disabled ? lane->words
										    : NULL,
	};
}

/* ---- making and ending ---- */

int lane_new(struct lane_context *context, const struct hook *hook, struct lane **ret)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	int r;

	if (!lane)
		return -ENOMEM;
	lane->context = context;
	lane->queue = calloc(LANE_QUEUE, sizeof(*lane->queue));
	r = lane->queue ? destination_new(hook, &lane->destination) : -ENOMEM;
	if (r == 0)
		r = clock_timer_new(context->notifiers.clock, on_timer, lane, &lane->timer);
	if (r < 0) {
		lane_free(lane);
		return r;
	}
	lane_recall(lane);
	*ret = lane;
	return 0;
}

void lane_free(struct lane *lane)
{
	struct flight *next;

	if (!lane)
		return;
	for (struct flight *flight = lane->flights; flight; flight = next) {
		next = flight->next;
		flight_cancel(flight);
		flight_free(flight);
	}
	clock_timer_free(lane->context->notifiers.clock, lane->timer);
	destination_unref(lane->destination);
	free(lane->queue);
	free(lane);
}

/* What the old rate let go, or not, is no matter of a new one's. */
static bool is_same_rate(const struct rate *a, const struct rate *b)
{
	return a->count == b->count && a->span == b->span;
}

int lane_set_hook(struct lane *lane, const struct hook *hook)
{
	struct destination *destination;
	int r;

	r = destination_new(hook, &destination);
	if (r < 0)
		return r;
	if (!is_same_rate(&lane->destination->hook.rate, &hook->rate)) {
		lane->pace = (struct pace){0};
		lane->paced_until = 0;
	}
	destination_unref(lane->destination);
	lane->destination = destination;
	lane->held_until = 0;
	lane->failures = 0;
	lane->refusals = 0;
	lane->closed = false;
	lane_recall(lane);
	return 0;
}

void lane_close(struct lane *lane)
{
	lane->closed = true;
	lane->queue_start = lane->queue_end;
	clock_timer_set(lane->context->notifiers.clock, lane->timer, USEC_INFINITY);
}

bool lane_tries(const struct lane *lane, int64_t delivery)
{
	const struct flight *flight = flight_find(lane, delivery);

	return flight && flight->attempt;
}

void lane_amend(struct lane *lane, const struct delivery *delivery)
{
	struct flight *flight = flight_find(lane, delivery->id);

	if (!flight || flight->attempt)
		return;
	flight->record.delivery.state = delivery->state;
	flight->record.delivery.attempts = delivery->attempts;
	flight->record.delivery.created = delivery->created;
	flight->record.delivery.next_attempt = delivery->next_attempt;
}

void lane_set_back(struct lane *lane, usec now, usec back)
{
	lane->queue_start = lane->queue_end;
	for (struct flight *flight = lane->flights; flight; flight = flight->next)
		if (flight->record.delivery.created > now)
			flight->record.delivery.created =
				usec_before(flight->record.delivery.created, back);
	lane_end_peace_sooner(lane, back);
}

void lane_set_forward(struct lane *lane, usec now, usec step)
{
	lane->queue_start = lane->queue_end;
	for (struct flight *flight = lane->flights; flight; flight = flight->next)
		if (usec_add(flight->record.delivery.created, step) <= now)
			flight->record.delivery.created += step;
}

void lane_forget(struct lane *lane, int64_t delivery)
{
	struct flight *flight = flight_find(lane, delivery);

	lane->queue_start = lane->queue_end;
	if (flight && flight->attempt) {
		flight_cancel(flight);
		lane->attempting--;
		flight_free(flight);
	}
	lane_kick(lane);
}
