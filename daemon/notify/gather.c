#include "notify/gather.h"

#include <stdbool.h>

#include "notify/calendar.h"

/* A window in the future was written before the clock was set back. */
static bool is_in_window(
	const struct gathering *gathering, const struct topic_gathering *state, usec now)
{
	return state->window_start <= now && now - state->window_start < gathering->max_rate.span;
}

/* The end of MaxRate='s window where it is full; 0. */
static usec end_of_rate(
	const struct gathering *gathering, const struct topic_gathering *state, usec now)
{
	const struct rate *rate = &gathering->max_rate;

	if (rate->count == 0 || state->window_count < rate->count ||
		!is_in_window(gathering, state, now))
		return 0;
	return usec_add(state->window_start, rate->span);
}

static usec end_of_quiet(const struct gathering *gathering, usec now)
{
	return gathering->quiet ? calendar_quiet_end(gathering->quiet, gathering->time_zone, now)
				: 0;
}

usec gather_due(const struct gathering *gathering, const struct topic_gathering *state, usec now)
{
	usec quiet = end_of_quiet(gathering, now);
	usec due = gathering->digest
		? calendar_next_digest(gathering->digest, gathering->time_zone, now)
		: end_of_rate(gathering, state, now);

	if (due < quiet)
		return quiet;
	if (due == 0)
		return 0;
	/* A digest, too, waits for the end of the quiet that it falls into. */
	quiet = end_of_quiet(gathering, due);
	return quiet > 0 ? quiet : due;
}

void gather_count(const struct gathering *gathering, struct topic_gathering *state, usec now)
{
	if (gathering->max_rate.count == 0)
		return;
	if (!is_in_window(gathering, state, now)) {
		state->window_start = now;
		state->window_count = 0;
	}
	state->window_count++;
}
