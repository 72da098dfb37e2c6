#include "poll/backlog.h"

#include <stdlib.h>

#include "poll/schedule.h"

/* No rule sets a time beyond this; one that is was set while the clock was wrong. */
#define NEXT_POLL_MOST (POLL_RETRY_AFTER_MOST + 2 * USEC_DAY)

static bool is_new(const struct feed_state *state)
{
	return state->first_poll == 0;
}

static bool is_overdue(const struct feed_state *state, usec now)
{
	if (state->next_poll == USEC_INFINITY)
		return false;
	/* A poll in the future: the clock has been set back since, by nobody knows how much. */
	if (state->last_poll > usec_add(now, POLL_CLOCK_SLACK))
		return true;
	return state->next_poll <= now || state->next_poll - now > NEXT_POLL_MOST;
}

bool backlog_is_due(const struct feed_state *state, usec now)
{
	return is_new(state) || is_overdue(state, now);
}

static int compare(usec a, usec b)
{
	return a < b ? -1 : a > b;
}

/* The most fruitful first: those that publish most often, then those that did last. */
static int compare_fruit(const void *a, const void *b)
{
	const struct feed_state *first = ((const struct waiting *)a)->state;
	const struct feed_state *second = ((const struct waiting *)b)->state;
	int r = compare(first->interval, second->interval);

	if (r == 0)
		r = compare(second->last_news, first->last_news);
	return r != 0 ? r : compare(first->next_poll, second->next_poll);
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
		feeds[i] = feeds[overdue];
		feeds[overdue++] = one;
	}
	qsort(feeds, overdue, sizeof(*feeds), compare_fruit);
	window = schedule_window(overdue, interval);
	for (size_t i = 0; i < overdue; i++)
		feeds[i].state->next_poll = now + window / overdue * i;
}
