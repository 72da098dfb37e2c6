#include "notify/health_report.h"

#include <errno.h>

#include "base/arena.h"
#include "base/datetime.h"
#include "notify/health.h"
#include "notify/health_event.h"

enum {
	REPORT_ARENA_BYTES = 128 * 1024, /* the events of one poll and their words */
};

static const char *date_of(usec time, struct arena *arena)
{
	char text[DATETIME_SIZE];

	return arena_strdup(arena, datetime_format((int64_t)(time / USEC_SEC), text));
}

/* What happened and what to do, in words; NULL only where memory is short. */
static const char *words_of_event(
	enum event_type type, const struct health_poll *poll, struct arena *arena)
{
	const struct feed_state *before = poll->before;
	const struct feed_state *after = poll->after;

	switch (type) {
	case EVENT_FEED_RECOVERED:
		return arena_printf(arena, "works again after %u failures since %s",
			before->failures, date_of(before->failing_since, arena));
	case EVENT_FEED_SILENT:
		return arena_printf(arena,
			"nothing new since %s, %d times as long as usual; see whether the "
			"publisher "
			"has moved or closed it",
			date_of(after->last_news, arena), HEALTH_SILENT_GAPS);
	case EVENT_FEED_MOVED:
		return arena_printf(arena,
			"moved for good and is polled at the new address; change URL= when you "
			"like");
	case EVENT_FEED_GONE:
		return after->error ? after->error
				    : "the publisher says it is gone; it is not polled any more, "
				      "remove it or give it another URL=";
	default:
		return after->error ? after->error : "fails";
	}
}

static int tell(struct store *store, const struct health_facts *facts, struct arena *arena,
	const char *const *hooks)
{
	struct alert alert;
	int r;

	if (!facts->words)
		return -ENOMEM;
	r = health_event_build(facts, arena, &alert);
	if (r < 0)
		return r;
	r = store_alert_add(store, &alert, hooks);
	return r == -EEXIST ? 0 : r;
}

/* What the clock leapt over is no silence of the feed. */
static size_t find_events(const struct health_poll *poll, enum event_type ret[HEALTH_EVENTS_MAX])
{
	struct feed_state before = *poll->before;
	struct feed_state after = *poll->after;
	usec leapt = after.last_news > 0 ? poll->leapt : 0; /* else there never was any */

	before.last_news = usec_add(before.last_news, leapt);
	after.last_news = usec_add(after.last_news, leapt);
	return health_events(&before, &after, poll->rhythm, ret);
}

int health_report_poll(
	struct store *store, const struct health_poll *poll, const char *const *hooks)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	enum event_type events[HEALTH_EVENTS_MAX];
	size_t count = find_events(poll, events);
	struct health_facts facts = {
		.time = poll->after->last_poll,
		.name = poll->feed->name,
		.url = poll->feed->url,
		.title = poll->after->title,
		.since = poll->after->failing_since,
		.failures = poll->after->failures,
	};
	int r;

	if (count == 0 || !hooks || !hooks[0])
		return 0;
	r = arena_new(REPORT_ARENA_BYTES, &arena);
	for (size_t i = 0; r == 0 && i < count; i++) {
		facts.type = events[i];
		facts.words = words_of_event(events[i], poll, arena);
		facts.moved_to = events[i] == EVENT_FEED_MOVED ? poll->after->moved_url : NULL;
		r = tell(store, &facts, arena, hooks);
	}
	return r < 0 ? r : (int)count;
}

int health_report_hook(struct store *store, const char *hook, const char *words, usec now,
	const char *const *hooks)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct health_facts facts = {
		.type = words ? EVENT_HOOK_FAILING : EVENT_HOOK_RECOVERED,
		.time = now,
		.name = hook,
		.words = words ? words : "works again",
	};
	int r;

	if (!hooks || !hooks[0])
		return 0;
	r = arena_new(REPORT_ARENA_BYTES, &arena);
	if (r == 0)
		r = tell(store, &facts, arena, hooks);
	return r < 0 ? r : 1;
}
