#include "topic_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/datetime.h"
#include "commands.h"
#include "explain.h"

enum {
	/* One article with its text, its tree and the snippets of it. */
	EXPLAIN_BYTES = 64 * 1024 * 1024,
	ALERTS_LOOKED_AT = 1000, /* of a topic, for the one that an article made */
};

enum {
	STATUS_OK = 200,
	STATUS_BAD_REQUEST = 400,
	STATUS_NOT_FOUND = 404,
	STATUS_INTERNAL = 500,
};

/* What is known of the article that is asked about. */
struct inquiry {
	const struct command_context *context;
	const struct topic *topic;
	struct arena *arena;
	struct article_record record;
	struct story story;
	const struct feed *feed; /* NULL: no longer configured */
	struct story_topic state;
	bool matched;
	bool alerted; /* the alert that this article made was found */
};

/* Why there was an alert or none: a word for programs and a sentence. */
struct outcome {
	const char *stage;
	const char *words;
};

static void refuse(struct control_reply *reply, int status, const char *words)
{
	reply->status = status;
	reply->body = json_pack("{s:s}", "error", words);
}

static void refuse_error(struct control_reply *reply, int error)
{
	reply->status = STATUS_INTERNAL;
	reply->body = json_pack(
		"{s:o}", "error", json_sprintf("it cannot be explained: %s", strerror(-error)));
}

static const struct topic *find_topic(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->topic_count; i++)
		if (strcmp(config->topics[i].name, name) == 0)
			return &config->topics[i];
	return NULL;
}

static const struct feed *find_feed(const struct command_context *context, int64_t key)
{
	const struct config *config = context->config;

	for (size_t i = 0; i < config->feed_count; i++) {
		const struct feed_state *state =
			poller_feed_state(context->poller, config->feeds[i].name);

		if (state && state->id == key)
			return &config->feeds[i];
	}
	return NULL;
}

/* Ends the search at the alert that the article made. */
static int is_of_article(const struct alert *alert, void *userdata)
{
	const struct inquiry *inquiry = userdata;
	const char *url = inquiry->record.article.url;
	const char *title = inquiry->record.article.title;

	if (!alert->story || strcmp(alert->story, inquiry->story.id.text) != 0)
		return 0;
	return (url && alert->url && strcmp(url, alert->url) == 0) ||
		(!url && title && alert->title && strcmp(title, alert->title) == 0);
}

static int gather(struct inquiry *inquiry, const char *article)
{
	struct store *store = inquiry->context->store;
	int r;

	r = store_article_find(store, article, inquiry->arena, &inquiry->record);
	if (r == 0)
		r = store_story_get(store, inquiry->record.story, inquiry->arena, &inquiry->story);
	if (r == 0)
		r = store_story_topic_get(
			store, inquiry->record.story, inquiry->topic->name, &inquiry->state);
	if (r == 0)
		r = store_alerts_each(store, inquiry->topic->name, inquiry->story.first_seen,
			ALERTS_LOOKED_AT, is_of_article, inquiry);
	if (r < 0)
		return r;
	inquiry->alerted = r > 0;
	inquiry->feed = find_feed(inquiry->context, inquiry->record.feed);
	return 0;
}

/* Of a story that the topic was told of before this article. */
static struct outcome outcome_of_repeat(const struct inquiry *inquiry)
{
	unsigned kinds = inquiry->topic->alert;

	switch (inquiry->record.relation) {
	case RELATION_UPDATE:
		if (kinds & ALERT_ON_UPDATE)
			return (struct outcome){"update",
				"an update: either not material, or held back within the hour "
				"after another one"};
		return (struct outcome){"repeat", "an update, which Alert= does not ask for"};
	case RELATION_REWRITE:
		return (struct outcome){"repeat",
			"the same report in other words; it was not told (Alert=rewrite asks "
			"for it)"};
	case RELATION_REPRINT:
		return (struct outcome){"repeat",
			"an old story under a new date; it was not told (Alert=reprint asks for "
			"it)"};
	case RELATION_COPY:
		return (struct outcome){"repeat",
			"a copy of a story that the topic knows; copies are counted, never told"};
	default:
		return (struct outcome){"repeat", "the story's alert was made by another article"};
	}
}

static struct outcome outcome_of(const struct inquiry *inquiry)
{
	if (inquiry->alerted)
		return (struct outcome){"told", "an alert was made"};
	if (!inquiry->matched)
		return (struct outcome){"not-matched", "the query does not match the article"};
	if (!inquiry->feed)
		return (struct outcome){"feed", "its feed is not configured any more"};
	if (!config_topic_takes(inquiry->topic, inquiry->feed))
		return (struct outcome){"feed", "its feed is not among the topic's Feeds="};
	if (!inquiry->state.known)
		return (struct outcome){"unknown",
			"the topic did not know the story: its query, or the topic itself, is "
			"newer "
			"than the article"};
	if (inquiry->state.told != 0)
		return outcome_of_repeat(inquiry);
	if (inquiry->state.primed)
		return (struct outcome){"primed",
			"the story was taken in silently: by the feed's first poll (Backfill=), or "
			"before the topic was there"};
	return (struct outcome){"silent", "Alert= does not ask for events of this kind"};
}

static json_t *time_value(usec time)
{
	char text[DATETIME_SIZE];

	return time == 0 ? json_null()
			 : json_string(datetime_format((int64_t)(time / USEC_SEC), text));
}

static void answer(const struct inquiry *inquiry, const struct explained_node *root,
	struct control_reply *reply)
{
	const struct article_record *record = &inquiry->record;
	const struct article *article = &record->article;
	const struct story_topic *state = &inquiry->state;
	struct outcome outcome = outcome_of(inquiry);

	reply->body = json_pack("{s:s, s:s, s:{s:s?, s:s?, s:s?, s:s?, s:s, s:o, s:b}, s:b, s:s, "
				"s:s, s:{s:s, s:s?, s:b, s:b, s:o, s:i}, s:o}",
		"topic", inquiry->topic->name, "query", inquiry->topic->query, "article", "id",
		article->id, "title", article->title, "url", article->url, "feed",
		inquiry->feed ? inquiry->feed->name : NULL, "relation",
		relation_to_string(record->relation), "first_seen", time_value(article->first_seen),
		"has_text", article->text != NULL, "matched", (int)inquiry->matched, "stage",
		outcome.stage, "words", outcome.words, "story", "id", inquiry->story.id.text,
		"title", inquiry->story.title, "known", (int)state->known, "primed",
		(int)state->primed, "told", time_value(state->told), "events", (int)state->events,
		"tree", explain_tree(inquiry->topic->query, root, inquiry->arena));
	reply->status = reply->body ? STATUS_OK : STATUS_INTERNAL;
	if (!reply->body)
		refuse_error(reply, -ENOMEM);
}

void topic_command_explain(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	_cleanup_(match_scratch_freep) struct match_scratch *scratch = NULL;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct inquiry inquiry = {.context = userdata};
	const char *article = control_request_parameter(request, "article");
	struct explained_node *root = NULL;
	struct query_error error;
	int r;

	inquiry.topic = find_topic(inquiry.context->config, request->argument);
	if (!inquiry.topic) {
		refuse(reply, STATUS_NOT_FOUND, "there is no such topic");
		return;
	}
	if (!article) {
		refuse(reply, STATUS_BAD_REQUEST, "article=ID is missing");
		return;
	}
	r = arena_new(EXPLAIN_BYTES, &arena);
	inquiry.arena = arena;
	if (r == 0)
		r = gather(&inquiry, article);
	if (r == -ENOENT) {
		refuse(reply, STATUS_NOT_FOUND, "there is no such article");
		return;
	}
	if (r == 0)
		r = match_scratch_new(&scratch);
	if (r == 0)
		r = explanation_run(
			scratch, inquiry.topic, &inquiry.record.article, arena, &root, &error);
	if (r < 0 || !root) {
		refuse_error(reply, r);
		return;
	}
	inquiry.matched = root->verdict;
	answer(&inquiry, root, reply);
}
