#include "poll/backlog.h"

#include <stdlib.h>

#include "poll/schedule.h"

/* No rule sets a time beyond this; one that is was set while the clock was wrong. */
#define NEXT_POLL_MOST (POLL_RETRY_AFTER_MOST + 2 * USEC_DAY)

static bool is_new(const struct feed_state *state)
{
	return state->first_poll == 0;
}

/* Whether the clock has been set back since the feed's poll, by nobody knows how much. */
static bool is_ahead(const struct feed_state *state, usec now)
{
	return state->last_poll > usec_add(now, POLL_CLOCK_SLACK) ||
		state->next_poll > usec_add(now, NEXT_POLL_MOST);
}

static bool is_overdue(const struct feed_state *state, usec now)
{
	if (state->next_poll == USEC_INFINITY)
		return false;
	return state->next_poll <= now || is_ahead(state, now);
}

bool backlog_is_due(const struct feed_state *state, usec now)
{
	return is_new(state) || is_overdue(state, now);
}

static int compare(usec a, usec b)
{
	return a < b ? -1 : a > b;
}

/* When a feed was last polled, by a clock that has not been set back since. */
static usec newest_poll(const struct waiting *feeds, size_t count, usec now)
{
	usec newest = 0;

	for (size_t i = 0; i < count; i++)
		if (!is_ahead(feeds[i].state, now) && feeds[i].state->last_poll > newest)
			newest = feeds[i].state->last_poll;
	return newest;
}

/* Since when the feed waits though others were polled; USEC_INFINITY: it was not passed over. */
static usec passed_over(const struct feed_state *state, usec newest, usec now)
{
	if (is_ahead(state, now))
		return 0;
	return state->next_poll < newest ? state->next_poll : USEC_INFINITY;
}

/*
 * Those that were due already while others were polled come first, the oldest of them before the
 * others: where each run is shorter than the spread they would never have their turn.
 */
static int compare_turns(const void *a, const void *b)
{
	const struct waiting *first = a;
	const struct waiting *second = b;
	int r = compare(first->passed_over, second->passed_over);

	if (r == 0)
		r = compare(first->state->interval, second->state->interval);
	if (r == 0)
		r = compare(second->state->last_news, first->state->last_news);
	return r != 0 ? r : compare(first->state->next_poll, second->state->next_poll);
}

/* A new feed's phase counts from when it was first seen: a restart does not put it off again. */
static void place_new(struct feed_state *state, usec now, usec window)
{
	usec seen = state->next_poll > 0 && state->next_poll <= now ? state->next_poll : now;

	state->next_poll = seen + schedule_phase(state->url, window);
	state->rule = RULE_FIRST;
}

void backlog_spread(struct waiting *feeds, size_t count, usec now, usec interval)
{
	usec newest = newest_poll(feeds, count, now);
	size_t fresh = 0;
	size_t overdue = 0;
	usec window;

	for (size_t i = 0; i < count; i++)
		fresh += is_new(feeds[i].state);
	window = schedule_window(fresh, interval);
	for (size_t i = 0; i < count; i++)
		if (is_new(feeds[i].state))
			place_new(feeds[i].state, now, window);
	/* The overdue ones to the front. */
	for (size_t i = 0; i < count; i++) {
		struct waiting one = feeds[i];

		if (!is_overdue(one.state, now))
			continue;
		one.passed_over = passed_over(one.state, newest, now);
		feeds[i] = feeds[overdue];
		feeds[overdue++] = one;
	}
	qsort(feeds, overdue, sizeof(*feeds), compare_turns);
	window = schedule_window(overdue, interval);
	for (size_t i = 0; i < overdue; i++)
		feeds[i].state->next_poll = now + window / overdue * i;
}
