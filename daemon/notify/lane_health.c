/*
 * How a hook does, as its attempts show.  Two things are told of as hook.failing, once until it has
 * taken an alert again: that it is down, and that it refuses whatever comes.  Only the first holds
 * other deliveries back.
 */
#include "base/log.h"
#include "base/message_ids.h"
#include "notify/backoff.h"
#include "notify/lane_inside.h"
#include "notify/words.h"

static usec monotonic(const struct lane *lane)
{
	return clock_monotonic(lane->context->notifiers.clock);
}

static usec least(usec a, usec b)
{
	return a < b ? a : b;
}

void lane_note_words(struct lane *lane, const char *text)
{
	struct words words = words_of(lane->words, sizeof(lane->words));

	words_add(&words, "%s", text);
}

static void tell_failing(struct lane *lane, const char *words)
{
	if (lane->failing_since > 0)
		return;
	lane->failing_since = clock_now(lane->context->notifiers.clock);
	lane_remember(lane);
	if (lane->context->on_health)
		lane->context->on_health(
			lane->destination->hook.name, words, lane->context->userdata);
}

/*
 * After some failures in a row the destination itself is taken to be down: what is due waits, and
 * one delivery at a time probes it, ever more seldom.
 */
static void lane_failed(struct lane *lane, const struct outcome *outcome)
{
	const struct hook *hook = &lane->destination->hook;
	usec wait;

	lane_note_words(lane, outcome->words);
	/* They were started together: one outage, counted once. */
	if (lane->held_until > monotonic(lane))
		return;
	if (lane->failures < UINT32_MAX)
		lane->failures++;
	if (lane->failures < LANE_FAILURES_MAX)
		return;
	wait = backoff_ceiling(lane->failures - LANE_FAILURES_MAX + 1, hook->retry_first);
	lane_hold(lane, least(wait, least(LANE_HELD_MAX, hook->retry_for / LANE_PROBES_LEAST)));
	if (lane->failures > LANE_FAILURES_MAX)
		return;
	log_write(LOG_WARNING, MESSAGE_HOOK_FAILING, LOG_FIELDS({"HOOK", hook->name}),
		"hook %s: %u attempts in a row failed, its deliveries wait while it is probed: %s",
		hook->name, lane->failures, outcome->words);
	tell_failing(lane, outcome->words);
}

bool lane_refuses(const struct lane *lane)
{
	return lane->refusals >= LANE_REFUSALS_MAX ||
		(lane->refusals > 0 && monotonic(lane) - lane->refused_since >= LANE_REFUSED_MAX);
}

/*
 * It may be of the one alert; a hook that takes none of many, or nothing for long, has lost its
 * right to send there, perhaps, or its address.
 */
static void lane_refused(struct lane *lane, const struct outcome *outcome, bool first)
{
	const char *name = lane->destination->hook.name;
	bool was_told = lane_refuses(lane) && lane->failing_since > 0;

	lane_note_words(lane, outcome->words);
	if (lane->refusals == 0)
		lane->refused_since = monotonic(lane);
	if (lane->refusals == 0 || (first && lane->refusals < UINT32_MAX))
		lane->refusals++;
	if (was_told || !lane_refuses(lane))
		return;
	log_write(LOG_WARNING, MESSAGE_HOOK_FAILING, LOG_FIELDS({"HOOK", name}),
		"hook %s: took nothing of what was sent lately: %s", name, outcome->words);
	tell_failing(lane, outcome->words);
}

static void lane_recovered(struct lane *lane)
{
	const char *name = lane->destination->hook.name;

	lane->failures = 0;
	lane->refusals = 0;
	if (lane->failing_since == 0)
		return;
	lane->failing_since = 0;
	lane_remember(lane);
	log_write(LOG_NOTICE, MESSAGE_HOOK_RECOVERED, LOG_FIELDS({"HOOK", name}),
		"hook %s: works again", name);
	if (lane->context->on_health)
		lane->context->on_health(name, NULL, lane->context->userdata);
}

/* It asked to be left alone: after a restart or a reload, too. */
static void lane_leave_alone(struct lane *lane, usec duration)
{
	usec now = clock_now(lane->context->notifiers.clock);

	lane_hold(lane, duration);
	if (now >= lane->peace_asked && usec_add(now, duration) <= lane->peace_until)
		return;
	lane->peace_asked = now;
	lane->peace_until = usec_add(now, duration);
	lane_remember(lane);
}

void lane_judge(struct lane *lane, const struct outcome *outcome, bool first)
{
	if (outcome->kind == OUTCOME_DELIVERED)
		lane_recovered(lane);
	else if (outcome->kind == OUTCOME_DISABLED)
		lane_disable(lane, outcome);
	else if (outcome->unwell)
		lane_failed(lane, outcome);
	else
		lane_refused(lane, outcome, first);
	if (outcome->hold > 0)
		lane_leave_alone(lane, outcome->hold);
}
