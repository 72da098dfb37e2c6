#include <string.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "notify/flight.h"
#include "notify/lane_inside.h"

/* The operator is told again after the backlog was so much shorter than its bound. */
#define RELIEVED(bound) ((bound) - (bound) / 10)

struct trimming {
	struct lane *lane;
	size_t excess;
	size_t given_up;
	char words[LANE_WORDS_BYTES];
};

/* What is given up is tried no more. */
static void unqueue(struct lane *lane, int64_t delivery)
{
	size_t kept = lane->queue_start;

	for (size_t i = lane->queue_start; i < lane->queue_end; i++)
		if (lane->queue[i].id != delivery)
			lane->queue[kept++] = lane->queue[i];
	lane->queue_end = kept;
}

static int give_up_oldest(const struct delivery *delivery, void *userdata)
{
	struct trimming *trimming = userdata;
	struct lane *lane = trimming->lane;
	const struct queued queued = {
		.id = delivery->id,
		.alert = delivery->alert,
		.attempts = delivery->attempts,
		.created = delivery->created,
		.last_attempt = delivery->last_attempt,
	};

	if (trimming->given_up == trimming->excess || lane->recording == LANE_RECORDING_MAX)
		return 1;
	if (flight_find(lane, delivery->id)) /* it is being tried, or over */
		return 0;
	if (lane_give_up(lane, &queued, trimming->words) < 0)
		return 1;
	unqueue(lane, delivery->id);
	trimming->given_up++;
	return 0;
}

/* Once until the backlog has become shorter. */
static void tell_overflow(struct lane *lane, const char *words)
{
	const char *name = lane->destination->hook.name;

	if (lane->overflowing)
		return;
	lane->overflowing = true;
	log_write(LOG_WARNING, MESSAGE_DELIVERY_DEAD, LOG_FIELDS({"HOOK", name}),
		"hook %s: %s; `wirewatch deliveries --failed` lists what was given up", name,
		words);
	if (lane->context->on_health)
		lane->context->on_health(name, words, lane->context->userdata);
}

void lane_trim(struct lane *lane)
{
	unsigned bound = lane->destination->hook.max_backlog;
	struct trimming trimming = {.lane = lane};
	uint64_t pending;

	if (bound == 0 ||
		store_deliveries_pending(
			lane->context->store, lane->destination->hook.name, &pending) < 0)
		return;
	if (pending <= RELIEVED(bound))
		lane->overflowing = false;
	if (pending <= bound)
		return;
	/* An alert that may yet be taken back is none that waits. */
	if (!recorder_is_settled(lane->context->recorder)) {
		lane->kicked = true;
		return;
	}
	trimming.excess = (size_t)(pending - bound);
	(void)snprintf(trimming.words, sizeof(trimming.words),
		"more than %u deliveries waited (MaxBacklog=), so the oldest was given up", bound);
	(void)store_deliveries_oldest(lane->context->store, lane->destination->hook.name,
		lane->attempting + lane->recording + LANE_RECORDING_MAX, give_up_oldest, &trimming);
	if (trimming.given_up > 0)
		tell_overflow(lane, trimming.words);
}
