#include "intake/gathering.h"

#include <errno.h>
#include <string.h>

#include "notify/digest_event.h"
#include "notify/gather.h"

enum {
	NAME_BYTES = 4096, /* of a topic, at a time */
};

static bool is_journal(const char *hook)
{
	return strcmp(hook, HOOK_JOURNAL_NAME) == 0;
}

/* Of the topic's hooks the journal alone, or all but the journal. */
static const char *const *hooks_of(const struct topic *topic, bool journal, struct arena *arena)
{
	size_t count = 0;
	const char **hooks;

	while (topic->notify[count])
		count++;
	hooks = arena_array(arena, count + 1, sizeof(*hooks));
	if (!hooks)
		return NULL;
	count = 0;
	for (size_t i = 0; topic->notify[i]; i++)
		if (is_journal(topic->notify[i]) == journal)
			hooks[count++] = topic->notify[i];
	hooks[count] = NULL;
	return (const char *const *)hooks;
}

/* Stores the alert for the hooks.  Returns 1, 0 where it is there already, or an error. */
static int add(struct store *store, const struct alert *alert, const char *const *hooks)
{
	int r;

	if (!hooks)
		return -ENOMEM;
	r = store_alert_add(store, alert, hooks);
	return r == -EEXIST ? 0 : r < 0 ? r : 1;
}

static int let_wait(struct store *store, const struct topic *topic, const struct alert *alert,
	struct topic_gathering *state, usec due, struct arena *arena)
{
	int r;

	r = add(store, alert, hooks_of(topic, true, arena));
	if (r <= 0)
		return r;
	r = store_gathered_add(store, topic->name, &alert->id);
	if (r < 0 || due >= state->due)
		return r;
	state->due = due;
	return store_gathering_put(store, topic->name, state);
}

int gathering_add(struct store *store, const struct topic *topic, const struct alert *alert,
	struct arena *arena, usec now)
{
	struct topic_gathering state;
	usec due;
	int r;

	if (!topic->gathering) {
		r = add(store, alert, (const char *const *)topic->notify);
		return r < 0 ? r : 0;
	}
	r = store_gathering_get(store, topic->name, &state);
	if (r < 0)
		return r;
	due = gather_due(topic->gathering, &state, now);
	/* What waits already goes first, in a moment if it is due. */
	if (due == 0 && state.due != USEC_INFINITY)
		due = now;
	if (due > 0)
		return let_wait(store, topic, alert, &state, due, arena);
	r = add(store, alert, (const char *const *)topic->notify);
	if (r <= 0)
		return r;
	gather_count(topic->gathering, &state, now);
	return store_gathering_put(store, topic->name, &state);
}

/* When what waits for the topic should go out by its settings of now. */
static usec due_now(const struct topic *topic, const struct topic_gathering *state, usec now)
{
	usec due;

	if (!topic->gathering)
		return now;
	due = gather_due(topic->gathering, state, now);
	return due > 0 ? due : now;
}

int gathering_hasten(struct store *store, const struct map *topics, usec now)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	char name[NAME_BYTES] = "";
	int r;

	r = arena_new(NAME_BYTES, &arena);
	while (r == 0) {
		struct topic_gathering state;
		const struct topic *topic;
		const char *next;
		usec due;

		arena_reset(arena);
		r = store_gathering_after(store, name, arena, &next);
		if (r < 0)
			break;
		(void)snprintf(name, sizeof(name), "%s", next);
		topic = map_get(topics, name);
		r = topic ? store_gathering_get(store, name, &state) : 0;
		if (r < 0 || !topic)
			continue;
		due = due_now(topic, &state, now);
		if (due >= state.due)
			continue;
		state.due = due;
		r = store_gathering_put(store, name, &state);
	}
	return r == -ENOENT ? 0 : r;
}

/* The first of them are told, in a digest of which this is a part. */
static int tell(struct store *store, const struct topic *topic, const struct digest_facts *facts,
	struct arena *arena, size_t *ret_count)
{
	struct alert digest;
	int r;

	r = digest_event_build(facts, arena, &digest, ret_count);
	if (r == 0)
		r = add(store, &digest, hooks_of(topic, false, arena));
	return r < 0 ? r : 0;
}

/* Tells the first that wait for the topic, or forgets them where it is gone. */
static int release(struct store *store, const char *name, const struct topic *topic,
	struct arena *arena, usec now)
{
	struct alert *alerts = arena_array(arena, DIGEST_ALERTS_MAX, sizeof(*alerts));
	struct digest_facts facts = {.time = now, .topic = name, .alerts = alerts};
	struct topic_gathering state;
	size_t count;
	int r;

	if (!alerts)
		return -ENOMEM;
	r = store_gathering_get(store, name, &state);
	if (r == 0)
		r = store_gathered_count(store, name, &facts.waiting);
	if (r == 0)
		r = store_gathered_each(
			store, name, DIGEST_ALERTS_MAX, arena, alerts, &facts.count);
	if (r < 0)
		return r;
	facts.part = ++state.parts;
	count = facts.count;
	if (topic && count > 0)
		r = tell(store, topic, &facts, arena, &count);
	if (r == 0 && count > 0)
		r = store_gathered_remove(store, name, &alerts[count - 1].id);
	if (r < 0)
		return r;
	if (count == facts.waiting) {
		state.parts = 0;
		state.due = USEC_INFINITY;
	}
	r = store_gathering_put(store, name, &state);
	return r < 0 ? r : (int)count;
}

int gathering_release(struct store *store, const struct map *topics, struct arena *arena, usec now)
{
	const char *name;
	usec due;
	int r;

	arena_reset(arena);
	r = store_gathering_next(store, arena, &name, &due);
	if (r == -ENOENT || (r == 0 && due > now))
		return 0;
	if (r < 0)
		return r;
	return release(store, name, map_get(topics, name), arena, now);
}
