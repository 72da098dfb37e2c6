#include "commands/topic_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/datetime.h"
#include "base/json.h"
#include "commands/commands.h"
#include "commands/reply.h"
#include "dedup/similarity.h"
#include "watch/explain.h"

enum {
	/* One article with its text, its tree and the snippets of it. */
	EXPLAIN_BYTES = 64 * 1024 * 1024,
	PAGE_QUERY_BYTES = 1024 * 1024, /* of topics' queries; a page has one topic at least */
	ALERTS_LOOKED_AT = 1000,        /* of a topic, for the one that an article made */
};

static json_t *alert_kinds_value(unsigned kinds)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ALERT_ON_NEW, "new"},
		{ALERT_ON_UPDATE, "update"},
		{ALERT_ON_REWRITE, "rewrite"},
		{ALERT_ON_REPRINT, "reprint"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (kinds & names[i].bit)
			(void)json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_t *topic_value(const struct topic *topic)
{
	return json_pack("{s:s, s:s, s:s?, s:i, s:s?, s:b, s:o, s:o, s:o}", "name", topic->name,
		"query", topic->query, "file", topic->file, "line", (int)topic->line, "stem",
		topic->stem, "regex", (int)topic->regex, "feeds",
		topic->feeds ? reply_words(topic->feeds) : json_null(), "alert",
		alert_kinds_value(topic->alert), "notify", reply_words(topic->notify));
}

void topic_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct config *config = context->config;
	size_t bytes = 0;
	json_t *list;
	struct page page;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	list = json_array();
	for (size_t i = page.offset; i < config->topic_count &&
		json_array_size(list) < page.limit && bytes < PAGE_QUERY_BYTES;
		i++) {
		(void)json_array_append_new(list, topic_value(&config->topics[i]));
		bytes += strlen(config->topics[i].query);
	}
	reply_body(reply,
		json_pack("{s:I, s:o}", "total", (json_int_t)config->topic_count, "topics", list));
}

/* All topics have the lists of the configuration. */
static const struct term_lists *lists_of(const struct config *config)
{
	static const struct term_lists none = {0};

	return config->topic_count > 0 && config->topics[0].lists ? config->topics[0].lists : &none;
}

void topic_command_lists(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct term_lists *lists = lists_of(context->config);
	struct page page;
	json_t *names;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	names = json_array();
	for (size_t i = page.offset; i < lists->count && json_array_size(names) < page.limit; i++)
		(void)json_array_append_new(names,
			json_pack("{s:s, s:I}", "name", lists->lists[i].name, "terms",
				(json_int_t)lists->lists[i].term_count));
	reply_body(
		reply, json_pack("{s:I, s:o}", "total", (json_int_t)lists->count, "lists", names));
}

static const struct term_list *find_list(const struct term_lists *lists, const char *name)
{
	for (size_t i = 0; i < lists->count; i++)
		if (strcmp(lists->lists[i].name, name) == 0)
			return &lists->lists[i];
	return NULL;
}

void topic_command_terms(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct term_list *list = find_list(lists_of(context->config), request->argument);
	struct page page;
	json_t *terms;

	if (!list) {
		reply_error(reply, -ENOENT, "list");
		return;
	}
	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	terms = json_array();
	for (size_t i = page.offset; i < list->term_count && json_array_size(terms) < page.limit;
		i++)
		(void)json_array_append_new(terms, json_string(list->terms[i]));
	reply_body(reply,
		json_pack("{s:I, s:o}", "total", (json_int_t)list->term_count, "terms", terms));
}

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
	struct id alert;
	bool alerted;  /* the alert that this article made was found */
	bool gathered; /* ... and waits for the topic's digest */
	usec held;     /* ... waits until then; 0: it does not */
	bool compared; /* the article with the one it is an update of; then: */
	struct verdict verdict;
};

/* Why there was an alert or none: a word for programs and a sentence. */
struct outcome {
	const char *stage;
	const char *words;
};

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
	struct inquiry *inquiry = userdata;
	const char *url = inquiry->record.article.url;
	const char *title = inquiry->record.article.title;

	if (!alert->story || strcmp(alert->story, inquiry->story.id.text) != 0)
		return 0;
	if (!(url && alert->url && strcmp(url, alert->url) == 0) &&
		!(!url && title && alert->title && strcmp(title, alert->title) == 0))
		return 0;
	inquiry->alert = alert->id;
	return 1;
}

/* Whether an update that the article made is held back. */
static int find_held(struct inquiry *inquiry)
{
	struct alert alert;
	usec due;
	int r;

	r = store_held_get(inquiry->context->store, inquiry->record.story, inquiry->topic->name,
		inquiry->arena, &alert, &due);
	if (r == 0 && is_of_article(&alert, inquiry))
		inquiry->held = due;
	return r == -ENOENT ? 0 : r;
}

/* Compares an update with what it updates, once more: what it changed is not stored. */
static int compare_update(struct inquiry *inquiry)
{
	const struct article_record *record = &inquiry->record;
	struct fingerprint *article;
	struct fingerprint *of;
	const void *bytes;
	size_t length;
	int r;

	if (record->relation != RELATION_UPDATE || record->of == 0 || !record->fingerprint)
		return 0;
	r = store_fingerprint_get(
		inquiry->context->store, record->of, inquiry->arena, &bytes, &length);
	if (r == 0)
		r = fingerprint_from_bytes(bytes, length, inquiry->arena, &of);
	if (r == 0)
		r = fingerprint_from_bytes(
			record->fingerprint, record->fingerprint_length, inquiry->arena, &article);
	if (r == 0)
		r = similarity_compare(article, of, &inquiry->verdict);
	inquiry->compared = r == 0;
	/* What it updates may be forgotten, or have been written by another version. */
	return r == -ENOENT || r == -ESTALE ? 0 : r;
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
	inquiry->gathered = r > 0 && store_gathered_has(store, &inquiry->alert) > 0;
	inquiry->feed = find_feed(inquiry->context, inquiry->record.feed);
	r = find_held(inquiry);
	return r < 0 ? r : compare_update(inquiry);
}

static struct outcome outcome_of_update(const struct inquiry *inquiry)
{
	char due[DATETIME_SIZE];

	if (!(inquiry->topic->alert & ALERT_ON_UPDATE))
		return (struct outcome){"repeat", "an update, which Alert= does not ask for"};
	if (inquiry->held != 0)
		return (struct outcome){"held",
			arena_printf(inquiry->arena,
				"an update that is held back until %s: at most one an hour is "
				"told of a story, and the last version wins",
				datetime_format((int64_t)(inquiry->held / USEC_SEC), due))};
	if (inquiry->compared && inquiry->verdict.material)
		return (struct outcome){"overtaken",
			"an update within the hour after another one: a later version was told "
			"in its place"};
	if (!inquiry->compared || inquiry->verdict.changed[0] == '\0')
		return (struct outcome){"not-material",
			"an update that changes nothing material: neither the headline's words, "
			"figures or names nor 15 % of the text"};
	return (struct outcome){"not-material",
		arena_printf(inquiry->arena, "an update that is not material: %s",
			inquiry->verdict.changed)};
}

/* Of a story that the topic knew before this article. */
static struct outcome outcome_of_repeat(const struct inquiry *inquiry)
{
	switch (inquiry->record.relation) {
	case RELATION_UPDATE:
		return outcome_of_update(inquiry);
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

/* The topic knows the story; what later articles made of that says nothing of its first one. */
static struct outcome outcome_of_known(const struct inquiry *inquiry)
{
	const struct story_topic *state = &inquiry->state;
	enum relation relation = inquiry->record.relation;
	bool is_first = relation == RELATION_NEW;

	/* Of a story that was taken in silently an update is told all the same (A6). */
	if (state->primed && (is_first || (state->told == 0 && relation != RELATION_UPDATE)))
		return (struct outcome){"primed",
			"the story was taken in silently: by the feed's first poll (Backfill=), or "
			"before the topic was there"};
	if (is_first && !(inquiry->topic->alert & ALERT_ON_NEW))
		return (struct outcome){"silent", "Alert= does not ask for new stories"};
	if (state->told != 0 || relation == RELATION_UPDATE)
		return outcome_of_repeat(inquiry);
	return (struct outcome){"silent", "Alert= does not ask for events of this kind"};
}

static struct outcome outcome_of(const struct inquiry *inquiry)
{
	if (inquiry->gathered)
		return (struct outcome){"gathered",
			"an alert was made; it waits for the topic's digest (Digest=, Quiet= or "
			"MaxRate=)"};
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
	return outcome_of_known(inquiry);
}

static void answer(const struct inquiry *inquiry, const struct explained_node *root,
	struct control_reply *reply)
{
	const struct article_record *record = &inquiry->record;
	const struct article *article = &record->article;
	const struct story_topic *state = &inquiry->state;
	struct outcome outcome = outcome_of(inquiry);

	reply_body(reply,
		json_pack("{s:s, s:s, s:{s:s?, s:s?, s:s?, s:s?, s:s, s:o, s:b, s:s?}, s:b, s:s, "
			  "s:s, s:{s:s, s:s?, s:b, s:b, s:o, s:i}, s:o}",
			"topic", inquiry->topic->name, "query", inquiry->topic->query, "article",
			"id", article->id, "title", article->title, "url", article->url, "feed",
			inquiry->feed ? inquiry->feed->name : NULL, "relation",
			relation_to_string(record->relation), "first_seen",
			json_time(article->first_seen), "has_text", article->text != NULL,
			"text_from", article->text_from, "matched", (int)inquiry->matched, "stage",
			outcome.stage, "words", outcome.words, "story", "id",
			inquiry->story.id.text, "title", inquiry->story.title, "known",
			(int)state->known, "primed", (int)state->primed, "told",
			json_time(state->told), "events", (int)state->events, "tree",
			explain_tree(inquiry->topic->query, root, inquiry->arena)));
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

	inquiry.topic = commands_find_topic(inquiry.context, request->argument);
	if (!inquiry.topic) {
		reply_error(reply, -ENOENT, "topic");
		return;
	}
	if (!article) {
		reply_refuse(reply, REPLY_BAD_REQUEST, "article=ID is missing");
		return;
	}
	r = arena_new(EXPLAIN_BYTES, &arena);
	inquiry.arena = arena;
	if (r == 0)
		r = gather(&inquiry, article);
	if (r == -ENOENT) {
		reply_error(reply, r, "article");
		return;
	}
	if (r == 0)
		r = match_scratch_new(&scratch);
	if (r == 0)
		r = explanation_run(
			scratch, inquiry.topic, &inquiry.record.article, arena, &root, &error);
	if (r < 0 || !root) {
		reply_error(reply, r, "article");
		return;
	}
	inquiry.matched = root->verdict;
	answer(&inquiry, root, reply);
}
