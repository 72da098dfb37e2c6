#include "poll/backlog.h"
#include "poll/books.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/macro.h"
#include "poll/schedule.h"

enum {
	STARTS_A_TURN = 64, /* so that no turn of the loop is long */
	/* What waits for a reader and a commit: then no more feeds are fetched.  Rounds without a
	 * document cost little and are best committed many at a time. */
	OPEN_DOCUMENTS_MOST = 48,
	OPEN_ROUNDS_MOST = 512,
};

#define OPEN_BYTES_MOST ((size_t)8 * 1024 * 1024)
/* The wall clock may step: no timer waits longer than this before it is looked at again. */
#define LOOK_AGAIN USEC_MINUTE
/* What it went on by more than this between two looks was a sleep of the machine, or a step. */
#define CLOCK_LEAP (5 * USEC_MINUTE)

static usec least(usec a, usec b)
{
	return a < b ? a : b;
}

usec pacer_now(const struct poller *poller)
{
	return clock_now(poller->options.clock);
}

/* Sets the timer for the feed due first. */
static void set_timer(struct poller *poller)
{
	const struct heap_node *first = heap_first(&poller->due);
	usec now = pacer_now(poller);
	usec delay = USEC_INFINITY;

	if (poller->held) /* pacer_balance() comes back; the clock is looked at all the same */
		delay = poller->once ? USEC_INFINITY : LOOK_AGAIN;
	else if (poller->waiting_count > 0 || poller->starting)
		delay = 0;
	else if (first && !poller->once)
		delay = first->at > now ? first->at - now : 0;
	if (delay == USEC_INFINITY)
		clock_timer_set(poller->options.clock, poller->timer, USEC_INFINITY);
	else
		clock_timer_in(poller->options.clock, poller->timer,
			delay < LOOK_AGAIN ? delay : LOOK_AGAIN);
}

static void tell_idle(struct poller *poller)
{
	if (poller->once && poller->options.on_idle && poller_idle(poller))
		poller->options.on_idle(poller->options.userdata);
}

/* The end of each step: when is the next? */
void pacer_settle(struct poller *poller)
{
	set_timer(poller);
	tell_idle(poller);
}

void pacer_arm(struct poll_feed *feed)
{
	usec at = feed->state->next_poll;

	if (feed->push_count > 0 && feed->push_at < at)
		at = feed->push_at;
	if (at == USEC_INFINITY)
		heap_remove(&feed->poller->due, &feed->due);
	else
		heap_put(&feed->poller->due, &feed->due, at);
}

void pacer_hurry(struct poll_feed *feed)
{
	const struct poller *poller = feed->poller;
	struct feed_state *state = feed->state;
	usec interval = state->interval > 0 ? state->interval : poller->options.poll_interval;
	usec soon = usec_add(pacer_now(poller), interval);

	if (state->rule != RULE_PUSHED)
		return;
	state->rule = RULE_INTERVAL;
	if (soon < state->next_poll)
		state->next_poll = soon;
}

/* No more is fetched while too much waits to be read and committed. */
void pacer_balance(struct poller *poller)
{
	bool full = poller->open_rounds >= OPEN_ROUNDS_MOST ||
		poller->open_documents >= OPEN_DOCUMENTS_MOST ||
		poller->open_bytes >= OPEN_BYTES_MOST;
	bool drained = poller->open_rounds <= OPEN_ROUNDS_MOST / 2 &&
		poller->open_documents <= OPEN_DOCUMENTS_MOST / 2 &&
		poller->open_bytes <= OPEN_BYTES_MOST / 2;

	if (poller->held ? !drained : !full)
		return;
	poller->held = !poller->held;
	http_client_hold(poller->options.http, poller->held);
	set_timer(poller);
}

/* P12, for the feeds added since the last turn.  Without memory to sort them they keep their times.
 */
static void spread_waiting(struct poller *poller, usec now)
{
	struct waiting *waiting = reallocarray(NULL, poller->waiting_count, sizeof(*waiting));

	if (!waiting)
		return;
	for (size_t i = 0; i < poller->waiting_count; i++)
		waiting[i] = (struct waiting){
			.feed = poller->waiting[i]->feed, .state = poller->waiting[i]->state};
	backlog_spread(waiting, poller->waiting_count, now, poller->options.poll_interval);
	free(waiting);
}

int pacer_await(struct poll_feed *feed)
{
	struct poller *poller = feed->poller;
	int r = array_grow((void **)&poller->waiting, &poller->waiting_size, poller->waiting_count,
		sizeof(struct poll_feed *));

	if (r < 0)
		return r;
	poller->waiting[poller->waiting_count++] = feed;
	return 0;
}

void pacer_place(struct poller *poller, usec now)
{
	if (poller->waiting_count == 0)
		return;
	if (!poller->once)
		spread_waiting(poller, now);
	for (size_t i = 0; i < poller->waiting_count; i++) {
		struct poll_feed *feed = poller->waiting[i];

		if (poller->once && backlog_is_due(feed->state, now))
			feed->state->next_poll = now;
		pacer_arm(feed);
	}
	poller->waiting_count = 0;
}

/* What failed while the clock was ahead may have failed for that: a certificate was over, say. */
static usec sooner_after_failures(const struct feed_state *state, usec now)
{
	usec wait = schedule_backoff(1);

	return usec_add(now, wait + schedule_phase(state->url, wait));
}

/*
 * Where the wall clock was set back, what was to be polled in an hour is still polled in an hour,
 * and not when the clock has come there again.
 */
static void follow_back(struct poller *poller, usec now, usec back)
{
	struct poll_feed *feed;
	size_t cursor = 0;

	while ((feed = map_next(&poller->by_url, &cursor))) {
		usec next = feed->state->next_poll;

		if (next > now && next != USEC_INFINITY)
			feed->state->next_poll = next - now > back ? next - back : now;
		if (back > CLOCK_LEAP && feed->state->rule == RULE_BACKOFF)
			feed->state->next_poll = least(
				feed->state->next_poll, sooner_after_failures(feed->state, now));
		if (feed->push_at > now)
			feed->push_at = now;
		if (feed->refused_at > now)
			feed->refused_at = now;
		if (feed->due.index > 0)
			pacer_arm(feed);
	}
}

/* What the user asked for since it woke is not held back. */
static bool came_due_asleep(const struct poll_feed *feed, usec now)
{
	const struct feed_state *state = feed->state;

	return feed->due.index > 0 && state->next_poll <= now && state->rule != RULE_ASKED;
}

/* P12: what came due while the machine slept waits as after any downtime. */
static void follow_leap(struct poller *poller, usec now)
{
	struct poll_feed *feed;
	size_t cursor = 0;

	while ((feed = map_next(&poller->by_url, &cursor)))
		if (came_due_asleep(feed, now) && pacer_await(feed) < 0)
			return; /* the others are started now */
}

/* What the wall clock leaps over never was: unlike a sleep, it is no time without news. */
static void note_step(struct poller *poller, int64_t step)
{
	struct poll_feed *feed;
	size_t cursor = 0;

	while (step != 0 && (feed = map_next(&poller->by_url, &cursor)))
		feed->leapt = step > 0 ? usec_add(feed->leapt, (usec)step)
				       : usec_before(feed->leapt, (usec)-step);
}

void pacer_follow_clock(struct poller *poller)
{
	usec now = pacer_now(poller);
	usec seen = poller->seen > 0 ? poller->seen : now;

	if (poller->once)
		return;
	poller->seen = now;
	note_step(poller, clock_stepped(poller->options.clock, &poller->clock_offset));
	if (seen > usec_add(now, POLL_CLOCK_SLACK))
		follow_back(poller, now, seen - now);
	else if (now > usec_add(seen, CLOCK_LEAP))
		follow_leap(poller, now);
}

void pacer_follow_back(const struct poll_feed *feed, struct feed_state *state)
{
	usec back = usec_before(state->last_poll, pacer_now(feed->poller));

	if (back > POLL_CLOCK_SLACK && state->next_poll != USEC_INFINITY)
		state->next_poll = usec_before(state->next_poll, back);
}

void pacer_turn(void *userdata)
{
	struct poller *poller = userdata;
	usec now = poller->once ? poller->once_at : pacer_now(poller);
	struct heap_node *first;
	unsigned started = 0;

	pacer_follow_clock(poller);
	pacer_place(poller, now);
	if (!poller->once || poller->starting)
		for (first = heap_first(&poller->due);
			first && first->at <= now && started < STARTS_A_TURN && !poller->held;
			first = heap_first(&poller->due), started++)
			fetch_start(CONTAINER_OF(first, struct poll_feed, due));
	if (started < STARTS_A_TURN && !poller->held)
		poller->starting = false;
	pacer_settle(poller);
}
