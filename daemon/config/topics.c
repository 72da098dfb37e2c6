#include "config/topics.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "config/build.h"

#define TOPICS_SCRATCH_MAX ((size_t)1024 * 1024 * 1024)

static const char tag_prefix[] = "tag:";

static const char *no_words[] = {NULL};

/* What gathers the topic's alerts; *ret is NULL where nothing does.  Returns 0 or -ENOMEM. */
static int make_gathering(const struct sections *sections, const struct section *section,
	struct arena *arena, const struct gathering **ret)
{
	const struct gathering *values = &section->topic.gathering;
	struct gathering *gathering = NULL;

	if (values->max_rate.count > 0 || values->digest || values->quiet) {
		gathering = arena_new_object(arena, struct gathering);
		if (!gathering)
			return -ENOMEM;
		*gathering = *values;
		if (!gathering->time_zone)
			gathering->time_zone = sections->daemon->daemon.time_zone;
	}
	*ret = gathering;
	return 0;
}

static int make_topic(const struct sections *sections, const struct section *section,
	const struct term_lists *lists, struct arena *arena, struct topic *ret)
{
	const struct topic_section *values = &section->topic;

	*ret = (struct topic){
		.name = section->name,
		.query = values->query,
		.file = section->file,
		.line = section_line_of(section, "Query"),
		.stem = values->stem,
		.regex = values->regex,
		.lists = lists,
		.alert = values->alert,
		.spread = values->spread,
		.full_text = values->full_text,
		.feeds = values->feeds && values->feeds[0] ? values->feeds : NULL,
		.notify = values->notify ? values->notify : no_words,
	};
	return make_gathering(sections, section, arena, &ret->gathering);
}

/* Makes the topics of the sections without looking at what they refer to. */
static int build_plain_topics(
	const struct sections *sections, struct arena *arena, struct topic **ret, size_t *ret_count)
{
	_cleanup_(map_free) struct map names = {0};
	struct topic *topics = arena_array(arena, sections->count[SECTION_TOPIC], sizeof(*topics));
	const struct term_lists *lists;
	size_t count = 0;
	int r;

	if (!topics)
		return -ENOMEM;
	r = build_lists(sections, arena, &lists);
	if (r < 0)
		return r;
	for (const struct section *s = sections->first; s; s = s->next) {
		if (s->kind != SECTION_TOPIC)
			continue;
		if (section_is_duplicate(sections, s, map_get(&names, s->name)))
			continue;
		if (map_put(&names, s->name, (void *)s) < 0)
			return -ENOMEM;
		section_require(sections, s);
		if (!s->topic.query)
			continue;
		r = make_topic(sections, s, lists, arena, &topics[count++]);
		if (r < 0)
			return r;
	}
	*ret = topics;
	*ret_count = count;
	return 0;
}

/* The section that a topic was made of, for the place of a message. */
static const struct section *next_section(const struct section *section, const char *name)
{
	while (section && (section->kind != SECTION_TOPIC || section->name != name))
		section = section->next;
	return section;
}

static void refuse_feed(struct build *build, const struct section *section, const char *word)
{
	bool is_tag = strncmp(word, tag_prefix, strlen(tag_prefix)) == 0;
	const char *name = is_tag ? word + strlen(tag_prefix) : word;
	struct nearest nearest = {.name = name};
	const char *what = is_tag ? "no feed has the tag" : "there is no feed";

	nearest_try_map(&nearest, is_tag ? &build->tags : &build->feeds);
	if (nearest.found)
		setting_error(build->sections, section, "Feeds",
			"Feeds=: [Topic \"%s\"]: %s \"%s\"; did you mean %s%s?", section->name,
			what, name, is_tag ? tag_prefix : "", nearest.found);
	else if (!is_tag && map_get(&build->tags, name))
		setting_error(build->sections, section, "Feeds",
			"Feeds=: [Topic \"%s\"]: %s \"%s\"; did you mean tag:%s?", section->name,
			what, name, name);
	else
		setting_error(build->sections, section, "Feeds",
			"Feeds=: [Topic \"%s\"]: %s \"%s\"; expected a feed's name or tag:WORD",
			section->name, what, name);
}

/* A feed that was merged into another (P16) is known by the other's name from here on. */
static int resolve_feeds(struct build *build, const struct section *section, struct topic *topic)
{
	for (const char **word = topic->feeds; word && *word; word++) {
		const struct feed *feed;

		if (strncmp(*word, tag_prefix, strlen(tag_prefix)) == 0) {
			if (!map_get(&build->tags, *word + strlen(tag_prefix)))
				refuse_feed(build, section, *word);
			continue;
		}
		feed = map_get(&build->feeds, *word);
		if (feed)
			*word = feed->name;
		else
			refuse_feed(build, section, *word);
	}
	return build_notify(build, section, topic->notify, &topic->notify);
}

/* What is unset is no; auto is for articles that could match. */
static enum full_text resolve_full_text(const struct config *config, const struct feed *feed)
{
	enum full_text full_text = feed->full_text;

	if (full_text == FULL_TEXT_UNSET)
		full_text = feed->full_text_of_topics;
	if (full_text != FULL_TEXT_AUTO)
		return full_text == FULL_TEXT_YES ? full_text : FULL_TEXT_NO;
	for (size_t i = 0; i < config->topic_count; i++)
		if (config_topic_takes(&config->topics[i], feed))
			return full_text;
	return FULL_TEXT_NO;
}

/* Topics have a say where the feed has none. */
static void spread_full_text(struct config *config)
{
	for (size_t i = 0; i < config->topic_count; i++) {
		const struct topic *topic = &config->topics[i];

		for (size_t k = 0; topic->full_text != FULL_TEXT_UNSET && k < config->feed_count;
			k++)
			if (config->feeds[k].full_text_of_topics < topic->full_text &&
				config_topic_takes(topic, &config->feeds[k]))
				config->feeds[k].full_text_of_topics = topic->full_text;
	}
	for (size_t k = 0; k < config->feed_count; k++)
		config->feeds[k].full_text = resolve_full_text(config, &config->feeds[k]);
}

int build_topics(struct build *build)
{
	struct config *config = build->config;
	const struct section *section = build->sections->first;
	int r;

	r = build_plain_topics(
		build->sections, build->arena, &config->topics, &config->topic_count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->topic_count; i++) {
		section = next_section(section, config->topics[i].name);
		r = resolve_feeds(build, section, &config->topics[i]);
		if (r < 0)
			return r;
	}
	spread_full_text(config);
	return 0;
}

bool config_topic_takes(const struct topic *topic, const struct feed *feed)
{
	if (!topic->feeds)
		return true;
	for (const char **word = topic->feeds; *word; word++) {
		if (strcmp(*word, feed->name) == 0)
			return true;
		if (strncmp(*word, tag_prefix, strlen(tag_prefix)) != 0)
			continue;
		for (const char **tag = feed->tags; *tag; tag++)
			if (strcmp(*word + strlen(tag_prefix), *tag) == 0)
				return true;
	}
	return false;
}

int topics_load(const char *path, struct arena *arena, struct topic **ret, size_t *ret_count,
	struct config_errors *errors)
{
	_cleanup_(arena_freep) struct arena *scratch = NULL;
	size_t before = errors->count + errors->dropped;
	struct sections sections;
	struct topic *topics;
	size_t count;
	int r;

	r = arena_new(TOPICS_SCRATCH_MAX, &scratch);
	if (r < 0)
		return r;
	r = sections_init(&sections, scratch, arena, errors);
	if (r < 0)
		return r;
	r = sections_read_given(&sections, path);
	if (r < 0)
		return r;
	r = build_plain_topics(&sections, arena, &topics, &count);
	if (r < 0)
		return r;
	*ret = topics;
	*ret_count = count;
	return errors->count + errors->dropped > before ? -EINVAL : 0;
}
