#include "poll/backlog.h"

#include <limits.h>
#include <stdlib.h>

#include "poll/schedule.h"

enum {
	LATENESS_MAX = 64,
};

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

/* How often the feed's interval doubled has passed since it was due. */
static unsigned lateness(const struct waiting *waiting, usec now, usec interval)
{
	const struct feed_state *state = waiting->state;
	unsigned doubled = 0;
	usec late;

	if (is_ahead(state, now))
		return UINT_MAX;
	late = now - state->next_poll;
	if (waiting->feed->poll_interval > 0)
		interval = waiting->feed->poll_interval;
	else if (state->interval > 0)
		interval = state->interval;
	for (; late >= interval && doubled < LATENESS_MAX; late /= 2)
		doubled++;
	return doubled;
}

/* The latest first; of these those that publish most often, then those that did last. */
static int compare_turns(const void *a, const void *b)
{
	const struct feed_state *first = ((const struct waiting *)a)->state;
	const struct feed_state *second = ((const struct waiting *)b)->state;
	int r = compare(
		((const struct waiting *)b)->lateness, ((const struct waiting *)a)->lateness);

	if (r == 0)
		r = compare(first->interval, second->interval);
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
		one.lateness = lateness(&one, now, interval);
		feeds[i] = feeds[overdue];
		feeds[overdue++] = one;
	}
	qsort(feeds, overdue, sizeof(*feeds), compare_turns);
	window = schedule_window(overdue, interval);
	for (size_t i = 0; i < overdue; i++)
		feeds[i].state->next_poll = now + window / overdue * i;
}
