#include "cli/watchlist.h"

#include <errno.h>
#include <string.h>

#include "cli/complaint.h"
#include "cli/verbs.h"
#include "config/topic_places.h"
#include "config/topics.h"
#include "match/matcher.h"
#include "watch/explain.h"

/* 100,000 topics with long queries take a tenth of it. */
#define TOPICS_BYTES_MAX ((size_t)1024 * 1024 * 1024)

/* The spans of one match are a few KiB; what finds them reads the article anew. */
#define SNIPPETS_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* What is printed of a topic, made once: popular ones are named for most articles. */
struct printed_topic {
	json_t *name;
};

struct watchlist {
	struct arena *arena;
	struct topic *topics;
	size_t topic_count;
	struct printed_topic *printed;
	struct matcher *matcher;
	struct match_scratch *scratch;
	size_t *matched; /* the topics that were named last */
	size_t matched_count;
	struct arena *snippets; /* of one explanation */
};

void watchlist_free(struct watchlist *watchlist)
{
	if (!watchlist)
		return;
	for (size_t i = 0; watchlist->printed && i < watchlist->topic_count; i++)
		json_decref(watchlist->printed[i].name);
	match_scratch_free(watchlist->scratch);
	matcher_free(watchlist->matcher);
	arena_free(watchlist->snippets);
	arena_free(watchlist->arena);
	free(watchlist);
}

/* Told as: topic "NAME": column N: TEXT (FILE:LINE:COLUMN). */
static void print_fault(
	struct topic_places *places, const struct topic *topic, const struct matcher_error *error)
{
	struct ini_place place;

	if (topic_places_find(places, topic, error->column, &place))
		complain("topic \"%s\": column %u: %s (%s:%u:%u)", topic->name, error->column,
			error->words, topic->file, place.line, place.column);
	else
		complain("topic \"%s\": column %u: %s (%s:%u)", topic->name, error->column,
			error->words, topic->file, topic->line);
}

static void print_refused(const struct watchlist *watchlist, const struct matcher_errors *refused)
{
	struct topic_places places = {0};

	for (size_t i = 0; i < refused->count; i++)
		print_fault(
			&places, &watchlist->topics[refused->errors[i].topic], &refused->errors[i]);
	topic_places_clear(&places);
}

static int load_topics(struct watchlist *watchlist, const char *path)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	int r;

	r = arena_new(TOPICS_BYTES_MAX, &watchlist->arena);
	if (r < 0)
		return r;
	r = arena_new(SNIPPETS_BYTES_MAX, &watchlist->snippets);
	if (r < 0)
		return r;
	r = topics_load(
		path, watchlist->arena, &watchlist->topics, &watchlist->topic_count, &errors);
	complain_of_errors(&errors);
	return r;
}

static int make_names(struct watchlist *watchlist)
{
	watchlist->printed =
		arena_array(watchlist->arena, watchlist->topic_count, sizeof(*watchlist->printed));
	watchlist->matched =
		arena_array(watchlist->arena, watchlist->topic_count, sizeof(*watchlist->matched));
	if (!watchlist->printed || !watchlist->matched)
		return -ENOMEM;
	for (size_t i = 0; i < watchlist->topic_count; i++) {
		watchlist->printed[i].name = json_string(watchlist->topics[i].name);
		if (!watchlist->printed[i].name)
			return -ENOMEM;
	}
	return 0;
}

static int compile(struct watchlist *watchlist)
{
	_cleanup_(matcher_errors_clear) struct matcher_errors refused = {0};
	int r;

	r = matcher_new(watchlist->topics, watchlist->topic_count, &watchlist->matcher, &refused);
	print_refused(watchlist, &refused);
	return r < 0 ? r : match_scratch_new(&watchlist->scratch);
}

int watchlist_open(const char *verb, const char *path, struct watchlist **ret)
{
	_cleanup_(watchlist_freep) struct watchlist *watchlist = calloc(1, sizeof(*watchlist));
	bool faulty;
	int r;

	if (!watchlist)
		return fail_internal(verb, -ENOMEM);
	r = load_topics(watchlist, path);
	faulty = r == -EINVAL; /* its queries are looked at all the same */
	if (r == 0 || faulty)
		r = make_names(watchlist);
	if (r == 0)
		r = compile(watchlist);
	if (r == -EINVAL || (r == 0 && faulty))
		return EXIT_CODE_REFUSED;
	if (r < 0)
		return fail_internal(verb, r);
	*ret = TAKE_PTR(watchlist);
	return 0;
}

const struct topic *watchlist_topics(const struct watchlist *watchlist, size_t *ret_count)
{
	*ret_count = watchlist->topic_count;
	return watchlist->topics;
}

int watchlist_run(struct watchlist *watchlist, const struct article *article, json_t **ret)
{
	const uint32_t *topics;
	json_t *names;
	size_t count;
	int r;

	r = matcher_run(watchlist->matcher, watchlist->scratch, article, &topics, &count);
	if (r < 0)
		return r;
	names = json_array();
	for (size_t i = 0; i < count; i++) {
		(void)json_array_append(names, watchlist->printed[topics[i]].name);
		watchlist->matched[i] = topics[i];
	}
	watchlist->matched_count = count;
	if (!names || json_array_size(names) != count) {
		json_decref(names);
		return -ENOMEM;
	}
	*ret = names;
	return 0;
}

int watchlist_explain(struct watchlist *watchlist, const struct article *article, json_t **ret)
{
	json_t *matches = json_array();
	struct match match;
	int r = matches ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < watchlist->matched_count; i++) {
		size_t topic = watchlist->matched[i];

		arena_reset(watchlist->snippets);
		r = matcher_explain(watchlist->matcher, watchlist->scratch, topic, article,
			watchlist->snippets, &match);
		if (r == 0)
			r = json_array_append_new(matches,
				json_pack("{s:O, s:o}", "topic", watchlist->printed[topic].name,
					"terms", explain_spans(&match)));
	}
	if (r != 0) {
		json_decref(matches);
		return r < 0 ? r : -ENOMEM;
	}
	*ret = matches;
	return 0;
}

static const struct topic *find_topic(const struct watchlist *watchlist, const char *name)
{
	for (size_t i = 0; i < watchlist->topic_count; i++)
		if (strcmp(watchlist->topics[i].name, name) == 0)
			return &watchlist->topics[i];
	return NULL;
}

int watchlist_explain_topic(
	struct watchlist *watchlist, const char *topic, const struct article *article, json_t **ret)
{
	const struct topic *found = find_topic(watchlist, topic);
	struct explained_node *root;
	struct query_error error;
	int r;

	if (!found)
		return -ENOENT;
	arena_reset(watchlist->snippets);
	r = explanation_run(watchlist->scratch, found, article, watchlist->snippets, &root, &error);
	if (r < 0)
		return r;
	*ret = json_pack("{s:s, s:s, s:{s:s?, s:s?}, s:b, s:o}", "topic", found->name, "query",
		found->query, "article", "id", article->id, "title", article->title, "matched",
		(int)root->verdict, "tree", explain_tree(found->query, root, watchlist->snippets));
	return *ret ? 0 : -ENOMEM;
}

bool watchlist_has_topic(const struct watchlist *watchlist, const char *topic)
{
	return find_topic(watchlist, topic) != NULL;
}

int watchlist_try_topic(
	struct watchlist *watchlist, const char *topic, const struct article *article, json_t **ret)
{
	const uint32_t *topics;
	struct match match;
	size_t count;
	size_t i = 0;
	int r;

	*ret = NULL;
	r = matcher_run(watchlist->matcher, watchlist->scratch, article, &topics, &count);
	if (r < 0)
		return r;
	while (i < count && strcmp(watchlist->topics[topics[i]].name, topic) != 0)
		i++;
	if (i == count)
		return 0;
	arena_reset(watchlist->snippets);
	r = matcher_explain(watchlist->matcher, watchlist->scratch, topics[i], article,
		watchlist->snippets, &match);
	if (r < 0)
		return r;
	*ret = explain_spans(&match);
	return *ret ? 0 : -ENOMEM;
}
