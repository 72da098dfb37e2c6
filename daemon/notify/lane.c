#include "notify/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/backoff.h"
#include "notify/retry.h"

/* A due delivery, as far as it is needed before its turn. */
struct queued {
	int64_t id;
	struct id alert;
	uint32_t attempts;
	usec created;
};

struct flight {
	struct flight *next;
	struct flight *previous;
	struct lane *lane;
	struct destination *destination; /* with the settings it started with */
	struct arena *arena;             /* of `alert`, until the attempt is over */
	struct alert alert;
	struct attempt *attempt; /* NULL: over, the record waits for its commit */
	char *error;             /* the record's */
	struct record record;
};

static void on_durable(struct record *record);

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

static void hold(struct lane *lane, usec duration)
{
	usec until = usec_add(monotonic(lane), duration);

	if (until > lane->held_until)
		lane->held_until = until;
}

static bool is_held(const struct lane *lane)
{
	return lane->held_until > monotonic(lane);
}

/* ---- flights ---- */

static void flight_free(struct flight *flight)
{
	struct lane *lane = flight->lane;

	if (flight->previous)
		flight->previous->next = flight->next;
	else
		lane->flights = flight->next;
	if (flight->next)
		flight->next->previous = flight->previous;
	destination_unref(flight->destination);
	arena_free(flight->arena);
	free(flight->error);
	free(flight);
}

static struct flight *flight_find(const struct lane *lane, int64_t delivery)
{
	struct flight *flight = lane->flights;

	while (flight && flight->record.delivery.id != delivery)
		flight = flight->next;
	return flight;
}

static int flight_new(struct lane *lane, const struct queued *queued, struct flight **ret)
{
	struct flight *flight = calloc(1, sizeof(*flight));
	int r;

	if (!flight)
		return -ENOMEM;
	*flight = (struct flight){
		.next = lane->flights,
		.lane = lane,
		.destination = destination_ref(lane->destination),
		.record.on_durable = on_durable,
		.record.delivery =
			{
				.id = queued->id,
				.alert = queued->alert,
				.hook = lane_name(lane), /* which the reference keeps */
				.state = DELIVERY_PENDING,
				.attempts = queued->attempts,
				.created = queued->created,
			},
	};
	if (flight->next)
		flight->next->previous = flight;
	lane->flights = flight;
	r = arena_new(FLIGHT_BYTES, &flight->arena);
	if (r < 0) {
		flight_free(flight);
		return r;
	}
	*ret = flight;
	return 0;
}

static void log_dead(const struct flight *flight)
{
	const struct delivery *delivery = &flight->record.delivery;
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)delivery->id);
	log_write(LOG_WARNING, MESSAGE_DELIVERY_DEAD,
		LOG_FIELDS({"HOOK", delivery->hook}, {"DELIVERY", number},
			{"ALERT_ID", delivery->alert.text}),
		"hook %s: delivery %s is given up after %u attempts: %s; "
		"`wirewatch deliveries --failed` lists it, `wirewatch deliveries retry %s` sends "
		"it again",
		delivery->hook, number, delivery->attempts, delivery->error, number);
}

/* The attempt is over: what comes of it goes to the store. */
static void flight_record(struct flight *flight, const struct outcome *outcome)
{
	struct lane *lane = flight->lane;
	struct lane_context *context = lane->context;
	usec up = monotonic(lane) - context->started_monotonic;
	struct retry_facts facts = {
		.hook = &flight->destination->hook,
		.now = wall(lane),
	};
	struct delivery *delivery = &flight->record.delivery;

	facts.started = facts.now > up ? facts.now - up : 0;
	arc4random_buf(&facts.random, sizeof(facts.random));
	*delivery = retry_decide(delivery, outcome, &facts);
	if (delivery->state == DELIVERY_DELIVERED)
		context->delivered++;
	else
		context->failed_attempts++;
	if (delivery->state == DELIVERY_DEAD)
		log_dead(flight);
	flight->error = delivery->error ? strdup(delivery->error) : NULL;
	delivery->error = flight->error;
	arena_free(TAKE_PTR(flight->arena)); /* many may wait for one commit */
	lane->recording++;
	recorder_put(context->recorder, &flight->record);
}

static void on_durable(struct record *record)
{
	struct flight *flight = (struct flight *)((char *)record - offsetof(struct flight, record));
	struct lane *lane = flight->lane;

	lane->recording--;
	flight_free(flight);
	lane_kick(lane);
}

/* ---- how the hook does ---- */

/*
 * After some failures in a row the destination itself is taken to be down: what is due waits, and
 * one delivery at a time probes it, ever more seldom.
 */
static void lane_failed(struct lane *lane, const struct outcome *outcome)
{
	const struct hook *hook = &lane->destination->hook;
	usec wait;

	if (is_held(lane)) /* they were started together: one outage, counted once */
		return;
	if (lane->failures < UINT32_MAX)
		lane->failures++;
	if (lane->failures < LANE_FAILURES_MAX)
		return;
	wait = backoff_ceiling(lane->failures - LANE_FAILURES_MAX + 1, hook->retry_first);
	hold(lane, wait < LANE_HELD_MAX ? wait : LANE_HELD_MAX);
	if (lane->failures > LANE_FAILURES_MAX)
		return;
	log_write(LOG_WARNING, MESSAGE_HOOK_FAILING, LOG_FIELDS({"HOOK", hook->name}),
		"hook %s: %u attempts in a row failed, its deliveries wait while it is probed: %s",
		hook->name, lane->failures, outcome->words);
	if (lane->context->on_health)
		lane->context->on_health(hook->name, outcome->words, lane->context->userdata);
}

static void lane_recovered(struct lane *lane)
{
	const struct hook *hook = &lane->destination->hook;

	if (lane->failures >= LANE_FAILURES_MAX) {
		log_write(LOG_NOTICE, MESSAGE_HOOK_RECOVERED, LOG_FIELDS({"HOOK", hook->name}),
			"hook %s: works again", hook->name);
		if (lane->context->on_health)
			lane->context->on_health(hook->name, NULL, lane->context->userdata);
	}
	lane->failures = 0;
}

static void lane_disable(struct lane *lane, const struct outcome *outcome)
{
	const struct hook *hook = &lane->destination->hook;

	if (lane->disabled)
		return;
	lane->disabled = true;
	log_write(LOG_ERR, MESSAGE_HOOK_DISABLED, LOG_FIELDS({"HOOK", hook->name}), "hook %s: %s",
		hook->name, outcome->words);
	if (lane->context->on_health)
		lane->context->on_health(hook->name, outcome->words, lane->context->userdata);
}

static void lane_judge(struct lane *lane, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_DELIVERED)
		lane_recovered(lane);
	else if (outcome->kind == OUTCOME_DISABLED)
		lane_disable(lane, outcome);
	else if (outcome->unwell)
		lane_failed(lane, outcome);
	if (outcome->hold > 0)
		hold(lane, outcome->hold);
}

static void on_outcome(const struct outcome *outcome, void *userdata)
{
	struct flight *flight = userdata;
	struct lane *lane = flight->lane;

	flight->attempt = NULL;
	lane->attempting--;
	/* An attempt with settings of before a reload says nothing of the present ones. */
	if (flight->destination == lane->destination)
		lane_judge(lane, outcome);
	flight_record(flight, outcome);
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
	r = store_deliveries_due(
		lane->context->store, lane_name(lane), wall(lane), limit, fetch_one, lane);
	if (r < 0) {
		log_error("hook %s: cannot read its deliveries: %s", lane_name(lane),
			strerrordesc_np(-r));
		hold(lane, LANE_STORE_RETRY);
		return false;
	}
	return lane->queue_end > 0;
}

static int flight_start(struct flight *flight)
{
	struct lane *lane = flight->lane;
	const struct hook *hook = &flight->destination->hook;
	const struct outcome disabled = {
		.kind = OUTCOME_DISABLED,
		.words = "the hook is disabled since the receiver answered HTTP 410 Gone",
	};
	const struct outcome unreadable = {
		.kind = OUTCOME_FAILED,
		.words = "its alert is not in the store or cannot be read",
	};
	int r;

	if (lane->disabled) {
		flight_record(flight, &disabled);
		return 0;
	}
	r = store_alert_get(lane->context->store, flight->record.delivery.alert.text, flight->arena,
		&flight->alert);
	if (r == -ENOENT || r == -EBADMSG) {
		flight_record(flight, &unreadable);
		return 0;
	}
	if (r < 0)
		return r;
	r = notifier_of(hook->kind)
		    ->start(&lane->context->notifiers, hook, &flight->alert, on_outcome, flight,
			    &flight->attempt);
	if (r < 0)
		return r;
	lane->attempting++;
	return 0;
}

static int start_next(struct lane *lane)
{
	struct flight *flight;
	int r;

	r = flight_new(lane, &lane->queue[lane->queue_start], &flight);
	if (r < 0)
		return r;
	lane->queue_start++;
	r = flight_start(flight);
	if (r < 0)
		flight_free(flight);
	return r;
}

static bool has_room(const struct lane *lane)
{
	size_t limit = lane->destination->hook.concurrency;

	if (limit == 0 || lane->failures >= LANE_FAILURES_MAX)
		limit = 1;
	return lane->attempting < limit && lane->recording < LANE_RECORDING_MAX;
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
	r = store_deliveries_next(lane->context->store, lane_name(lane), now, &next);
	if (r < 0)
		next = usec_add(now, LANE_STORE_RETRY);
	clock_timer_in(lane->context->notifiers.clock, lane->timer,
		next == USEC_INFINITY ? next
			: next > now  ? next - now
				      : 0);
}

void lane_pump(struct lane *lane)
{
	int r = 0;

	lane->kicked = false;
	if (lane->closed)
		return;
	while (r == 0 && !is_held(lane) && has_room(lane) && fetch(lane))
		r = start_next(lane);
	if (r < 0) {
		log_error("hook %s: cannot start an attempt: %s", lane_name(lane),
			strerrordesc_np(-r));
		lane->queue_start = lane->queue_end;
		hold(lane, LANE_STORE_RETRY);
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
	*ret = lane;
	return 0;
}

static void flight_cancel(struct flight *flight)
{
	if (flight->attempt)
		notifier_of(flight->destination->hook.kind)->cancel(flight->attempt);
	flight->attempt = NULL;
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

int lane_set_hook(struct lane *lane, const struct hook *hook)
{
	struct destination *destination;
	int r;

	r = destination_new(hook, &destination);
	if (r < 0)
		return r;
	destination_unref(lane->destination);
	lane->destination = destination;
	lane->held_until = 0;
	lane->failures = 0;
	lane->disabled = false;
	lane->closed = false;
	return 0;
}

void lane_close(struct lane *lane)
{
	lane->closed = true;
	lane->queue_start = lane->queue_end;
	clock_timer_set(lane->context->notifiers.clock, lane->timer, USEC_INFINITY);
}

bool lane_has(const struct lane *lane, int64_t delivery)
{
	return flight_find(lane, delivery) != NULL;
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
