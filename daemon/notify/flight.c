#include "notify/flight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"

void flight_free(struct flight *flight)
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

struct flight *flight_find(const struct lane *lane, int64_t delivery)
{
	struct flight *flight = lane->flights;

	while (flight && flight->record.delivery.id != delivery)
		flight = flight->next;
	return flight;
}

static void on_durable(struct record *record)
{
	struct flight *flight = (struct flight *)((char *)record - offsetof(struct flight, record));
	struct lane *lane = flight->lane;

	lane->recording--;
	flight_free(flight);
	lane_kick(lane);
}

int flight_new(struct lane *lane, const struct queued *queued, struct flight **ret)
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
				.hook = lane->destination->hook
						.name, /* which the reference keeps */
				.state = DELIVERY_PENDING,
				.attempts = queued->attempts,
				.created = queued->created,
				.last_attempt = queued->last_attempt,
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
		"`wirewatch deliveries --failed` lists it, `wirewatch retry %s` sends "
		"it again",
		delivery->hook, number, delivery->attempts, delivery->error, number);
}

struct retry_facts flight_facts(const struct lane *lane, const struct hook *hook)
{
	struct clock *clock = lane->context->notifiers.clock;
	usec up = clock_monotonic(clock) - lane->context->started_monotonic;
	struct retry_facts facts = {.hook = hook, .now = clock_now(clock)};

	facts.started = facts.now > up ? facts.now - up : 0;
	arc4random_buf(&facts.random, sizeof(facts.random));
	return facts;
}

/* The attempt is over: what comes of it goes to the store. */
void flight_record(struct flight *flight, const struct outcome *outcome)
{
	struct lane *lane = flight->lane;
	struct lane_context *context = lane->context;
	struct retry_facts facts = flight_facts(lane, &flight->destination->hook);
	struct delivery *delivery = &flight->record.delivery;

	*delivery = retry_decide(delivery, outcome, &facts);
	if (delivery->state == DELIVERY_DELIVERED)
		context->delivered++;
	else if (outcome->kind != OUTCOME_NONE)
		context->failed_attempts++;
	if (delivery->state == DELIVERY_DEAD && outcome->kind != OUTCOME_NONE)
		log_dead(flight);
	flight->error = delivery->error ? strdup(delivery->error) : NULL;
	delivery->error = flight->error;
	arena_free(TAKE_PTR(flight->arena)); /* many may wait for one commit */
	lane->recording++;
	recorder_put(context->recorder, &flight->record);
}

int flight_start(struct flight *flight, notifier_done_fn done)
{
	struct lane *lane = flight->lane;
	const struct hook *hook = &flight->destination->hook;
	const struct outcome disabled = {
		.kind = OUTCOME_NONE,
		.words = "the hook is disabled since the receiver answered HTTP 410 Gone; sending "
			 "one delivery again (`wirewatch deliveries retry`) enables it",
	};
	const struct outcome unreadable = {
		.kind = OUTCOME_FAILED,
		.words = "its alert is not in the store or cannot be read",
	};
	const struct outcome too_large = {
		.kind = OUTCOME_FAILED,
		.words = "its Template= makes a body of more than 256 KiB; shorten it",
	};
	int r;

	if (lane->disabled) {
		flight_record(flight, &disabled);
		return 0;
	}
	r = store_alert_get(lane->context->store, flight->record.delivery.alert.text, flight->arena,
		&flight->alert);
	if (r == 0)
		r = notifier_of(hook->kind)
			    ->start(&lane->context->notifiers, hook, &flight->alert, done, flight,
				    &flight->attempt);
	if (r == -ENOENT || r == -EBADMSG || r == -EMSGSIZE) {
		flight_record(flight, r == -EMSGSIZE ? &too_large : &unreadable);
		return 0;
	}
	if (r < 0)
		return r;
	lane->attempting++;
	return 0;
}

void flight_cancel(struct flight *flight)
{
	if (flight->attempt)
		notifier_of(flight->destination->hook.kind)->cancel(flight->attempt);
	flight->attempt = NULL;
}
