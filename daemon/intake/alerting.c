#include "intake/alerting.h"

#include <errno.h>
#include <string.h>

#include "intake/gathering.h"
#include "notify/event.h"
#include "notify/policy.h"

enum {
	RELEASE_STEP = 200, /* held or gathered alerts at a time */
	/* That know one story and are told of its spread; those beyond are not. */
	SPREAD_TOPICS_MAX = 10000,
	/* One alert: its event. */
	ROOM_BYTES = 8 * 1024 * 1024,
};

struct alerting {
	struct store *store;
	const struct config *config;
	struct matcher *matcher;
	struct match_scratch *scratch; /* NULL before the first article */
	struct arena *room; /* for one alert: an article may match any number of topics */
	struct map topics;  /* name -> struct topic */
	bool has_spread;    /* any of them has Spread= */
	/* The latest time that it was told of; 0: alerting_release() was not called since a new
	 * configuration. */
	usec seen;
	usec taken; /* when the last article was taken in; USEC_INFINITY: not known */
};

int alerting_new(struct store *store, struct alerting **ret)
{
	_cleanup_(alerting_freep) struct alerting *alerting = calloc(1, sizeof(*alerting));
	int r;

	if (!alerting)
		return -ENOMEM;
	alerting->store = store;
	alerting->taken = USEC_INFINITY;
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
	map_free(&alerting->topics);
	free(alerting);
}

int alerting_configure(
	struct alerting *alerting, const struct config *config, struct matcher *matcher)
{
	int r = 0;

	matcher_free(alerting->matcher);
	alerting->matcher = matcher;
	alerting->config = config;
	alerting->has_spread = false;
	alerting->seen = 0;
	map_free(&alerting->topics);
	alerting->topics = (struct map){0};
	for (size_t i = 0; r == 0 && i < config->topic_count; i++) {
		const struct topic *topic = &config->topics[i];

		alerting->has_spread |= topic->spread != NULL;
		r = map_put(&alerting->topics, topic->name, (void *)topic);
	}
	return r;
}

int alerting_follow_clock(struct alerting *alerting, usec now)
{
	usec taken = alerting->taken;

	alerting->taken = now;
	return now < taken ? store_topics_follow_clock(alerting->store, now) : 0;
}

void alerting_take_back(struct alerting *alerting)
{
	alerting->taken = USEC_INFINITY;
}

/* A start that brings no article does without. */
static int need_scratch(struct alerting *alerting)
{
	return alerting->scratch ? 0 : match_scratch_new(&alerting->scratch);
}

int alerting_match(struct alerting *alerting, const struct feed *feed,
	const struct article *article, struct arena *arena, uint32_t **ret, size_t *ret_count)
{
	const uint32_t *found;
	uint32_t *topics;
	size_t count;
	size_t kept = 0;
	int r;

	r = need_scratch(alerting);
	if (r < 0)
		return r;
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
	const char *id;

	if (news->verdict->of == 0)
		return NULL;
	if (store_article_id(alerting->store, news->verdict->of, alerting->room, &id) < 0)
		return NULL;
	return id;
}

/* The decision's event with its sequence number among the story's events for the topic. */
static int build_alert(struct alerting *alerting, const struct news *news, uint32_t topic,
	enum event_type type, uint32_t sequence, unsigned threshold, struct alert *ret)
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
		.threshold = threshold,
	};
	const char **sites;
	struct match match;
	int r;

	r = need_scratch(alerting);
	if (r < 0)
		return r;
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

/* Makes the alert, or holds it back; an update overtakes one of its story and topic that waits. */
static int store_alert(struct alerting *alerting, const struct news *news,
	const struct topic *topic, const struct policy_decision *decision,
	const struct alert *alert)
{
	int64_t story = news->story->key;
	int r;

	if (decision->action == POLICY_HOLD)
		return store_held_put(alerting->store, story, alert, decision->due);
	if (decision->type == EVENT_STORY_UPDATE) {
		r = store_held_remove(alerting->store, story, alert->topic);
		if (r < 0)
			return r;
	}
	return gathering_add(alerting->store, topic, alert, alerting->room, news->now);
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
		.spread = topic->spread,
		.sites_before = news->sites_before,
		.sites = news->story->site_count,
	};
	int r;

	r = store_topic_ensure(alerting->store, topic->name, news->now, &facts.topic_since);
	if (r < 0)
		return r;
	/* A story that begins with this article is known to no topic. */
	if (news->verdict->relation != RELATION_NEW)
		r = store_story_topic_get(
			alerting->store, news->story->key, topic->name, &facts.state);
	if (r < 0)
		return r;
	*ret = facts;
	return 0;
}

/* A5, where the article brings the story to a threshold; *state follows.  Returns 1, 0, -errno. */
static int tell_spread(struct alerting *alerting, const struct news *news, uint32_t topic,
	const struct policy_facts *facts, struct story_topic *state)
{
	unsigned threshold = policy_spread(facts, state);
	struct alert alert;
	int r;

	if (threshold == 0)
		return 0;
	r = build_alert(
		alerting, news, topic, EVENT_STORY_SPREAD, state->events, threshold, &alert);
	if (r == 0)
		r = gathering_add(alerting->store, &alerting->config->topics[topic], &alert,
			alerting->room, news->now);
	if (r < 0)
		return r;
	*state = policy_told(state, EVENT_STORY_SPREAD, news->now);
	return 1;
}

int alerting_tell(struct alerting *alerting, const struct news *news, uint32_t topic)
{
	const struct topic *told = &alerting->config->topics[topic];
	struct policy_decision decision;
	struct policy_facts facts;
	struct alert alert;
	int spread;
	int r;

	arena_reset(alerting->room);
	/* A clock that is ahead for a moment is found out by the next release. */
	if (alerting->seen > 0 && news->now > alerting->seen)
		alerting->seen = news->now;
	r = gather_facts(alerting, news, told, &facts);
	if (r < 0)
		return r;
	decision = policy_decide(&facts);
	if (decision.action == POLICY_ALERT || decision.action == POLICY_HOLD) {
		r = build_alert(
			alerting, news, topic, decision.type, facts.state.events, 0, &alert);
		if (r == 0)
			r = store_alert(alerting, news, told, &decision, &alert);
		if (r < 0)
			return r;
	}
	spread = tell_spread(alerting, news, topic, &facts, &decision.state);
	if (spread < 0 || (spread == 0 && decision.action == POLICY_NOTHING))
		return spread;
	r = store_story_topic_put(alerting->store, news->story->key, told->name, &decision.state);
	return r < 0 ? r : spread + (decision.action == POLICY_ALERT);
}

static bool is_among(const uint32_t *topics, size_t count, uint32_t topic)
{
	for (size_t i = 0; i < count; i++)
		if (topics[i] == topic)
			return true;
	return false;
}

/* Of a topic that the article does not match. */
static int spread_to(struct alerting *alerting, const struct news *news, uint32_t topic)
{
	const struct topic *told = &alerting->config->topics[topic];
	struct policy_facts facts;
	struct story_topic state;
	int r;

	arena_reset(alerting->room);
	r = gather_facts(alerting, news, told, &facts);
	if (r < 0)
		return r;
	state = facts.state;
	r = tell_spread(alerting, news, topic, &facts, &state);
	if (r <= 0)
		return r;
	r = store_story_topic_put(alerting->store, news->story->key, told->name, &state);
	return r < 0 ? r : 1;
}

int alerting_spread(struct alerting *alerting, const struct news *news, const uint32_t *matched,
	size_t count, struct arena *arena)
{
	const char **names;
	size_t name_count;
	int alerts = 0;
	int r;

	if (!alerting->has_spread || news->story->site_count <= news->sites_before)
		return 0;
	r = store_story_topics(
		alerting->store, news->story->key, SPREAD_TOPICS_MAX, arena, &names, &name_count);
	for (size_t i = 0; r >= 0 && i < name_count; i++) {
		const struct topic *topic = map_get(&alerting->topics, names[i]);
		uint32_t index = topic ? (uint32_t)(topic - alerting->config->topics) : 0;

		if (!topic || !topic->spread || is_among(matched, count, index))
			continue;
		r = spread_to(alerting, news, index);
		alerts += r > 0;
	}
	return r < 0 ? r : alerts;
}

/*
 * Tells one held alert: 1; those of a topic that is gone, or wants no updates any more, are
 * forgotten: 0.  It is of now: from now on it is tried for RetryFor=.
 */
static int release(struct alerting *alerting, int64_t story, struct alert *alert, usec now)
{
	const struct topic *topic = map_get(&alerting->topics, alert->topic);
	struct story_topic state;
	int r;

	r = store_held_remove(alerting->store, story, alert->topic);
	if (r < 0 || !topic || !(topic->alert & ALERT_ON_UPDATE))
		return r;
	alert->time = now;
	r = store_story_topic_get(alerting->store, story, topic->name, &state);
	if (r < 0)
		return r;
	r = gathering_add(alerting->store, topic, alert, alerting->room, now);
	if (r < 0)
		return r;
	state = policy_told(&state, alert->type, now);
	r = store_story_topic_put(alerting->store, story, topic->name, &state);
	return r < 0 ? r : 1;
}

/* Returns how many held updates were looked at; *ret_alerts grows by those that were told. */
static int release_held(struct alerting *alerting, usec now, int *ret_alerts)
{
	int count;

	for (count = 0; count < RELEASE_STEP; count++) {
		struct alert alert;
		int64_t story;
		int r;

		arena_reset(alerting->room);
		r = store_held_next(alerting->store, now, alerting->room, &story, &alert);
		if (r == -ENOENT)
			break;
		if (r == 0)
			r = release(alerting, story, &alert, now);
		if (r < 0)
			return r;
		*ret_alerts += r;
	}
	return count;
}

/* What waits waits no longer for a clock that was set back since the last look. */
static int follow_back(struct alerting *alerting, usec now)
{
	usec back = usec_before(alerting->seen, now);
	int r;

	if (back == 0)
		return 0;
	r = store_held_set_back(alerting->store, back);
	return r < 0 ? r : store_gathering_set_back(alerting->store, back);
}

int alerting_release(struct alerting *alerting, usec now)
{
	int alerts = 0;
	int r;

	r = follow_back(alerting, now);
	/* After a new configuration, or when the clock was set back, waiting may have no sense. */
	if (r == 0 && (now < alerting->seen || alerting->seen == 0)) {
		r = store_held_hasten(alerting->store, now, usec_add(now, UPDATE_GAP));
		if (r == 0)
			r = gathering_hasten(alerting->store, &alerting->topics, now);
	}
	if (r < 0)
		return r;
	alerting->seen = now;
	r = release_held(alerting, now, &alerts);
	for (int count = r; r >= 0 && count < RELEASE_STEP; count += r) {
		r = gathering_release(alerting->store, &alerting->topics, alerting->room, now);
		if (r == 0)
			break;
		alerts += r > 0;
	}
	return r < 0 ? r : alerts;
}

int alerting_next_release(struct alerting *alerting, usec *ret)
{
	const char *topic;
	usec gathered = USEC_INFINITY;
	usec held;
	int r;

	arena_reset(alerting->room);
	r = store_held_due(alerting->store, &held);
	if (r == 0)
		r = store_gathering_next(alerting->store, alerting->room, &topic, &gathered);
	if (r < 0 && r != -ENOENT)
		return r;
	*ret = held < gathered ? held : gathered;
	return 0;
}
