#include "pipeline/request_log.h"

#include <errno.h>

#include "base/log.h"

enum {
	REQUESTS_KEPT = 500 * 1000, /* of all feeds: some 100 MB */
	FORGET_STEP = 500,
};

/* It reaches back so far, where REQUESTS_KEPT lets it. */
#define KEPT_FOR (30 * USEC_DAY)

int request_log_add(struct store *store, const struct round *round,
	const struct round_result *result, struct arena *arena, struct feed_state *state)
{
	struct request_record record;
	int r;

	r = poller_record(round, result, state, arena, &record);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return store_request_add(store, &record, &state->last_request);
}

bool request_log_forget(struct store *store, usec now)
{
	int gone;

	gone = store_requests_forget(store, usec_before(now, KEPT_FOR), REQUESTS_KEPT, FORGET_STEP);
	if (gone < 0)
		log_error("cannot forget old requests: %s; tried again in a minute",
			store_error(store));
	return gone == FORGET_STEP;
}
