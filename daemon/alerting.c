#include "alerting.h"

#include <errno.h>
#include <string.h>

#include "notify/event.h"
#include "notify/policy.h"

enum {
	RELEASE_STEP = 200, /* held alerts at a time */
	/* One alert: its event, and the whole article that its own was compared with. */
	ROOM_BYTES = 8 * 1024 * 1024,
};

struct alerting {
	struct store *store;
	const struct config *config;
	struct matcher *matcher;
	struct match_scratch *scratch;
	struct arena *room; /* for one alert: an article may match any number of topics */
};

int alerting_new(struct store *store, struct alerting **ret)
{
	_cleanup_(alerting_freep) struct alerting *alerting = calloc(1, sizeof(*alerting));
	int r;

	if (!alerting)
		return -ENOMEM;
	alerting->store = store;
	r = match_scratch_new(&alerting->scratch);
	if (r == 0)
		r = arena_new(ROOM_BYTES, &alerting->room);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(alerting);
	return 0;
}

void alerting_free(struct alerting *alerting)
{
	if (!alerting)
		return;
	matcher_free(alerting->matcher);
	match_scratch_free(alerting->scratch);
	arena_free(alerting->room);
	free(alerting);
}

int alerting_configure(
	struct alerting *alerting, const struct config *config, struct matcher *matcher, usec now)
{
	usec since;
	int r;

	matcher_free(alerting->matcher);
	alerting->matcher = matcher;
	alerting->config = config;
	for (size_t i = 0; i < config->topic_count; i++) {
		r = store_topic_ensure(alerting->store, config->topics[i].name, now, &since);
		if (r < 0)
			return r;
	}
	return 0;
}

int alerting_match(struct alerting *alerting, const struct feed *feed,
	const struct article *article, struct arena *arena, uint32_t **ret, size_t *ret_count)
{
	const uint32_t *found;
	uint32_t *topics;
	size_t count;
	size_t kept = 0;
	int r;

	r = matcher_run(alerting->matcher, alerting->scratch, article, &found, &count);
	if (r < 0)
		return r;
	topics = arena_array(arena, count, sizeof(*topics));
	if (!topics)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (config_topic_takes(&alerting->config->topics[found[i]], feed))
			topics[kept++] = found[i];
	*ret = topics;
	*ret_count = kept;
	return 0;
}

/* The public id of the article that the verdict compared with; NULL if it is gone. */
static const char *id_of_compared(const struct alerting *alerting, const struct news *news)
{
	struct article_record other;

	if (news->verdict->of == 0)
		return NULL;
	if (store_article_get(alerting->store, news->verdict->of, alerting->room, &other) < 0)
		return NULL;
	return other.article.id;
}

/* The decision's event with its sequence number among the story's events for the topic. */
static int build_alert(struct alerting *alerting, const struct news *news, uint32_t topic,
	enum event_type type, uint32_t sequence, struct alert *ret)
{
	struct event_facts facts = {
		.type = type,
		.time = news->now,
		.sequence = sequence,
		.topic = alerting->config->topics[topic].name,
		.story = news->story,
		.article = news->article,
		.feed = news->feed->name,
		.feed_title = news->feed_title,
		.verdict = news->verdict,
		.of = id_of_compared(alerting, news),
	};
	const char **sites;
	struct match match;
	int r;

	r = matcher_explain(
		alerting->matcher, alerting->scratch, topic, news->article, alerting->room, &match);
	if (r < 0)
		return r;
	r = store_story_sites(alerting->store, news->story->key, EVENT_SITES_MAX, alerting->room,
		&sites, &facts.site_count);
	if (r < 0)
		return r;
	facts.sites = sites;
	facts.spans = match.spans;
	facts.span_count = match.span_count;
	return event_build(&facts, alerting->room, ret);
}

/* Adds the alert.  One that is there under the same id is the same event, told before. */
static int add_alert(struct alerting *alerting, const struct alert *alert, const char *const *hooks)
{
	int r;

	r = store_alert_add(alerting->store, alert, hooks);
	return r == -EEXIST ? 0 : r;
}

/* Makes the alert, or holds it back; an update overtakes one of its story and topic that waits. */
static int store_alert(struct alerting *alerting, int64_t story,
	const struct policy_decision *decision, const struct alert *alert, const char *const *hooks)
{
	int r;

	if (decision->action == POLICY_HOLD)
		return store_held_put(alerting->store, story, alert, decision->due);
	if (decision->type == EVENT_STORY_UPDATE) {
		r = store_held_remove(alerting->store, story, alert->topic);
		if (r < 0)
			return r;
	}
	return add_alert(alerting, alert, hooks);
}

static int gather_facts(struct alerting *alerting, const struct news *news,
	const struct topic *topic, struct policy_facts *ret)
{
	struct policy_facts facts = {
		.alert = topic->alert,
		.relation = news->verdict->relation,
		.material = news->verdict->material,
		.story_first_seen = news->story->first_seen,
		.first_poll = !news->state->primed,
		.backfill = news->feed->backfill,
		.published = news->article->published,
		.now = news->now,
	};
	int r;

	r = store_topic_ensure(alerting->store, topic->name, news->now, &facts.topic_since);
	if (r < 0)
		return r;
	r = store_story_topic_get(alerting->store, news->story->key, topic->name, &facts.state);
	if (r < 0)
		return r;
	*ret = facts;
	return 0;
}

int alerting_tell(struct alerting *alerting, const struct news *news, uint32_t topic)
{
	const struct topic *told = &alerting->config->topics[topic];
	struct policy_decision decision;
	struct policy_facts facts;
	struct alert alert;
	int r;

	arena_reset(alerting->room);
	r = gather_facts(alerting, news, told, &facts);
	if (r < 0)
		return r;
	decision = policy_decide(&facts);
	if (decision.action == POLICY_NOTHING)
		return 0;
	if (decision.action != POLICY_REMEMBER) {
		r = build_alert(alerting, news, topic, decision.type, facts.state.events, &alert);
		if (r == 0)
			r = store_alert(
				alerting, news->story->key, &decision, &alert, told->notify);
		if (r < 0)
			return r;
	}
	r = store_story_topic_put(alerting->store, news->story->key, told->name, &decision.state);
	return r < 0 ? r : decision.action == POLICY_ALERT;
}

static const struct topic *find_topic(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->topic_count; i++)
		if (strcmp(config->topics[i].name, name) == 0)
			return &config->topics[i];
	return NULL;
}

/* Tells one held alert: 1; those of a topic that is gone are forgotten: 0. */
static int release(struct alerting *alerting, int64_t story, const struct alert *alert, usec now)
{
	const struct topic *topic = find_topic(alerting->config, alert->topic);
	struct story_topic state;
	int r;

	r = store_held_remove(alerting->store, story, alert->topic);
	if (r < 0 || !topic)
		return r;
	r = store_story_topic_get(alerting->store, story, topic->name, &state);
	if (r < 0)
		return r;
	r = add_alert(alerting, alert, topic->notify);
	if (r < 0)
		return r;
	state = policy_told(&state, alert->type, now);
	r = store_story_topic_put(alerting->store, story, topic->name, &state);
	return r < 0 ? r : 1;
}

int alerting_release(struct alerting *alerting, usec now)
{
	int alerts = 0;
	int r;

	for (size_t i = 0; i < RELEASE_STEP; i++) {
		struct alert alert;
		int64_t story;

		arena_reset(alerting->room);
		r = store_held_next(alerting->store, now, alerting->room, &story, &alert);
		if (r == -ENOENT)
			break;
		if (r == 0)
			r = release(alerting, story, &alert, now);
		if (r < 0)
			return r;
		alerts += r;
	}
	return alerts;
}
