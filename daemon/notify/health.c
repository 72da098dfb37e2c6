#include "notify/health.h"

#include <stdbool.h>
#include <string.h>

/*
 * How often feed.failing was told by the time of the state's last poll: once after
 * HEALTH_FAILING_LEAST, then whenever the outage has doubled.
 */
static unsigned tellings(const struct feed_state *state)
{
	unsigned count = 0;
	usec outage;

	if (state->failures < HEALTH_FAILURES_LEAST || state->failing_since == 0 ||
		state->last_poll < state->failing_since)
		return 0;
	outage = state->last_poll - state->failing_since;
	while (count < HEALTH_TELLINGS_MAX && HEALTH_FAILING_LEAST << count <= outage)
		count++;
	return count;
}

static bool is_failing(const struct feed_state *state)
{
	return state->failures > 0 && state->health != FEED_GONE;
}

static bool has_moved(const struct feed_state *before, const struct feed_state *after)
{
	return after->moved_url &&
		(!before->moved_url || strcmp(before->moved_url, after->moved_url) != 0);
}

/* Whether the feed's silence grew too long since the last poll that said what it has. */
static bool fell_silent(
	const struct feed_state *before, const struct feed_state *after, usec rhythm)
{
	usec limit;

	if (rhythm == 0 || rhythm > USEC_INFINITY / HEALTH_SILENT_GAPS || after->last_news == 0 ||
		before->last_news != after->last_news)
		return false;
	limit = usec_add(after->last_news, rhythm * HEALTH_SILENT_GAPS);
	return before->last_success < limit && limit <= after->last_poll;
}

size_t health_events(const struct feed_state *before, const struct feed_state *after, usec rhythm,
	enum event_type ret[HEALTH_EVENTS_MAX])
{
	size_t count = 0;

	if (has_moved(before, after))
		ret[count++] = EVENT_FEED_MOVED;
	if (after->health == FEED_GONE) {
		if (before->health != FEED_GONE)
			ret[count++] = EVENT_FEED_GONE;
		return count;
	}
	if (is_failing(after)) {
		if (tellings(after) > tellings(before))
			ret[count++] = EVENT_FEED_FAILING;
		return count;
	}
	if (tellings(before) > 0 || before->health == FEED_GONE)
		ret[count++] = EVENT_FEED_RECOVERED;
	if (fell_silent(before, after, rhythm))
		ret[count++] = EVENT_FEED_SILENT;
	return count;
}
