#include "commands/commands.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "commands/article_commands.h"
#include "commands/feed_commands.h"
#include "commands/hook_commands.h"
#include "commands/reply.h"
#include "commands/tail.h"
#include "commands/topic_commands.h"
#include "control/later.h"
#include "watch/reloader.h"

enum {
	PAGE_EVENTS_MAX = 200, /* of alerts with their events: EVENT_BYTES_MAX each */
	STORY_ARTICLES_MAX = 500,
	STORY_SITES_MAX = 200,
	ARENA_BYTES = 4 * 1024 * 1024, /* of one article with its text */
};

static json_t *seconds_value(usec span)
{
	return span == 0 ? json_null() : json_integer((json_int_t)(span / USEC_SEC));
}

/* ---- status ---- */

struct status_figures commands_figures(const struct command_context *context)
{
	struct poller_figures polling = poller_figures(context->poller);
	struct outbox_figures sending = outbox_figures(context->outbox);
	struct pages_figures pages = pages_figures(context->pages);
	struct store_figures stored = {0};

	/* Figures that cannot be read are 0; what is wrong with the store is told elsewhere. */
	(void)store_figures(context->store, &stored);
	return (struct status_figures){
		.version = WIREWATCH_VERSION,
		.started = context->started,
		.now = clock_now(context->clock),
		.feeds = polling.feeds,
		.failing = polling.failing,
		.polling = polling.in_flight,
		.reading = pool_pending(context->pool),
		.next_poll = polling.next_poll,
		.topics = context->config->topic_count,
		.hooks = context->config->hook_count,
		.hooks_disabled = sending.disabled,
		.articles = stored.articles,
		.stories = stored.stories,
		.alerts = stored.alerts,
		.pending = stored.pending,
		.dead = stored.dead,
		.sending = sending.in_flight,
		.delivered = sending.delivered,
		.database_bytes = stored.bytes,
		.pages_waiting = pages.waiting,
		.pages_fetched = pages.fetched,
		.pages_used = pages.used,
		.pages_fallback = pages.fallback,
	};
}

static void on_status(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	struct status_figures figures = commands_figures(userdata);

	(void)request;
	reply_body(reply, status_json(&figures));
}

/* ---- feeds ---- */

static json_t *feed_value(const struct command_context *context, const struct feed *feed)
{
	const struct feed_state *state = poller_feed_state(context->poller, feed->name);
	json_t *value = json_pack("{s:s, s:s, s:o}", "name", feed->name, "url", feed->url, "tags",
		reply_words(feed->tags));
	json_t *more;

	if (!state || !value)
		return value;
	more = json_pack(
		"{s:s?, s:s?, s:s, s:o, s:o, s:o, s:o, s:s?, s:o, s:i, s:o, s:s?, s:s?, s:s}",
		"title", state->title, "moved_url", state->moved_url, "state",
		feed_health_to_string(state->health), "last_poll", json_time(state->last_poll),
		"last_success", json_time(state->last_success), "last_news",
		json_time(state->last_news), "next_poll", json_time(state->next_poll), "rule",
		poll_rule_to_string(state->rule), "interval", seconds_value(state->interval),
		"failures", (int)state->failures, "failing_since", json_time(state->failing_since),
		"error", state->error, "diagnosis", state->diagnosis, "why",
		poll_rule_to_words(state->rule));
	(void)json_object_update(value, more);
	json_decref(more);
	(void)json_object_set_new(value, "hub", feed_hub_value(context, feed));
	return value;
}

static void on_feeds(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct config *config = context->config;
	json_t *list;
	struct page page;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	list = json_array();
	for (size_t i = page.offset; i < config->feed_count && json_array_size(list) < page.limit;
		i++)
		(void)json_array_append_new(list, feed_value(context, &config->feeds[i]));
	reply_body(reply,
		json_pack("{s:I, s:o}", "total", (json_int_t)config->feed_count, "feeds", list));
}

static void on_feed(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct feed *feed = config_find_feed(context->config, request->argument);

	if (feed)
		reply_body(reply, feed_value(context, feed));
	else
		reply_error(reply, -ENOENT, "feed");
}

static void on_poll(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct feed *feed = config_find_feed(context->config, request->argument);
	int r;

	r = feed ? poller_poll_now(context->poller, feed->name) : -ENOENT;
	if (r < 0) {
		reply_error(reply, r, "feed");
		return;
	}
	reply_body(reply, json_pack("{s:s}", "polling", request->argument));
	if (reply->status == REPLY_OK)
		reply->status = REPLY_ACCEPTED;
}

/* ---- topics ---- */

const struct topic *commands_find_topic(const struct command_context *context, const char *name)
{
	const struct config *config = context->config;

	for (size_t i = 0; i < config->topic_count; i++)
		if (strcmp(config->topics[i].name, name) == 0)
			return &config->topics[i];
	return NULL;
}

/* ---- stories ---- */

/* Words with blanks between as a list; NULL has none. */
static json_t *split_value(const char *words)
{
	json_t *list = json_array();

	while (words && *words != '\0') {
		size_t length = strcspn(words, " ");

		(void)json_array_append_new(list, json_stringn(words, length));
		words += length + (words[length] == ' ');
	}
	return list;
}

static json_t *story_value(const struct story *story)
{
	return json_pack("{s:s, s:s?, s:o, s:o, s:i, s:i, s:o}", "id", story->id.text, "title",
		story->title, "first_seen", json_time(story->first_seen), "last_seen",
		json_time(story->last_seen), "articles", (int)story->article_count, "sites",
		(int)story->site_count, "languages", split_value(story->languages));
}

struct story_list {
	json_t *list;
	int64_t last; /* key */
};

static int add_story(const struct story *story, void *userdata)
{
	struct story_list *stories = userdata;

	stories->last = story->key;
	return json_array_append_new(stories->list, story_value(story)) < 0 ? -ENOMEM : 0;
}

/* Of a topic that is configured no more the store may still tell; of others there is nothing. */
static bool is_unknown(const struct command_context *context, const char *topic)
{
	return topic && !commands_find_topic(context, topic);
}

static void on_stories(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	struct story_list stories = {0};
	struct page page;
	int r;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	stories.list = json_array();
	r = store_stories_each(context->store, page.topic, page.since, page.before, page.limit,
		add_story, &stories);
	if (r == 0 && json_array_size(stories.list) == 0 && page.before == INT64_MAX &&
		is_unknown(context, page.topic))
		reply_error(reply, -ENOENT, "topic");
	else if (r == 0)
		reply_body(reply,
			json_pack("{s:O, s:o}", "stories", stories.list, "next",
				json_array_size(stories.list) < page.limit
					? json_null()
					: json_integer(stories.last)));
	else
		reply_error(reply, r, "store");
	json_decref(stories.list);
}

static int add_article(const struct article_record *record, void *userdata)
{
	const struct article *article = &record->article;
	json_t *value = json_pack(
		"{s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:s?, s:f, s:f, s:s?, s:s?}", "id",
		article->id, "title", article->title, "url", article->url, "site", record->host,
		"source", article->source, "language", article->language, "published",
		json_date(article->published), "first_seen", json_time(article->first_seen),
		"relation", relation_to_string(record->relation), "similarity", record->similarity,
		"confidence", record->confidence, "why", record->why, "text_from",
		article->text_from);

	return json_array_append_new(userdata, value) < 0 ? -ENOMEM : 0;
}

static json_t *sites_value(struct store *store, int64_t story, struct arena *arena)
{
	const char **sites;
	json_t *list;
	size_t count;

	if (store_story_sites(store, story, STORY_SITES_MAX, arena, &sites, &count) < 0)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(sites[i]));
	return list;
}

static void on_story(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct story story = {0};
	json_t *members;
	json_t *value;
	int r;

	r = arena_new(ARENA_BYTES, &arena);
	if (r == 0)
		r = store_story_find(context->store, request->argument, arena, &story);
	if (r < 0) {
		reply_error(reply, r, "story");
		return;
	}
	members = json_array();
	r = store_story_articles_each(
		context->store, story.key, STORY_ARTICLES_MAX, add_article, members);
	if (r < 0) {
		json_decref(members);
		reply_error(reply, r, "story");
		return;
	}
	value = story_value(&story);
	(void)json_object_set_new(
		value, "site_names", sites_value(context->store, story.key, arena));
	(void)json_object_set_new(value, "members", members);
	reply_body(reply, value);
}

/* ---- alerts and deliveries ---- */

struct alert_list {
	json_t *list;
	bool events; /* with the whole event of each */
};

static int add_alert(const struct alert *alert, void *userdata)
{
	const struct alert_list *alerts = userdata;

	return json_array_append_new(alerts->list, reply_alert(alert, alerts->events)) < 0 ? -ENOMEM
											   : 0;
}

static void on_alerts(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	struct alert_list alerts;
	struct page page;
	int r;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	alerts.events = control_request_parameter(request, "events");
	if (alerts.events && page.limit > PAGE_EVENTS_MAX)
		page.limit = PAGE_EVENTS_MAX;
	alerts.list = json_array();
	r = store_alerts_each(
		context->store, page.topic, page.since, page.limit, add_alert, &alerts);
	if (r == 0 && json_array_size(alerts.list) == 0 && is_unknown(context, page.topic)) {
		json_decref(alerts.list);
		reply_error(reply, -ENOENT, "topic");
		return;
	}
	reply_list(reply, "alerts", alerts.list, r);
}

static int add_delivery(const struct delivery *delivery, void *userdata)
{
	bool pending = delivery->state == DELIVERY_PENDING;
	json_t *value = json_pack("{s:I, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:s?}", "id",
		(json_int_t)delivery->id, "alert", delivery->alert.text, "hook", delivery->hook,
		"state", delivery_state_to_string(delivery->state), "attempts",
		(int)delivery->attempts, "created", json_time(delivery->created), "last_attempt",
		json_time(delivery->last_attempt), "next_attempt",
		pending ? json_time(delivery->next_attempt) : json_null(), "error",
		delivery->error);

	return json_array_append_new(userdata, value) < 0 ? -ENOMEM : 0;
}

static void on_deliveries(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	bool failed = control_request_parameter(request, "failed");
	json_t *list;
	struct page page;
	int r;

	if (!page_take(request, clock_now(context->clock), reply, &page))
		return;
	list = json_array();
	r = store_deliveries_each(
		context->store, failed, page.since, page.limit, add_delivery, list);
	reply_list(reply, "deliveries", list, r);
}

/* Lets the outbox do `verb` to the delivery that the path names. */
static void change_delivery(const struct control_request *request, struct control_reply *reply,
	const struct command_context *context, int (*verb)(struct outbox *, int64_t),
	const char *done)
{
	long long id;
	char *end;
	int r;

	errno = 0;
	id = strtoll(request->argument, &end, 10);
	if (*end != '\0' || errno != 0 || id <= 0) {
		reply_refuse(reply, REPLY_BAD_REQUEST, "a delivery's id is a number");
		return;
	}
	r = verb(context->outbox, id);
	if (r == -EALREADY)
		reply_refuse(reply, REPLY_CONFLICT, "it was delivered or given up before");
	else if (r == -EHOSTUNREACH)
		reply_refuse(reply, REPLY_CONFLICT,
			"its hook is not configured any more; configure it again, or drop the "
			"delivery");
	else if (r < 0)
		reply_error(reply, r, "delivery");
	else
		reply_body(reply, json_pack("{s:I}", done, (json_int_t)id));
}

static void on_retry(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	change_delivery(request, reply, userdata, outbox_retry, "retrying");
}

static void on_drop(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	change_delivery(request, reply, userdata, outbox_drop, "dropped");
}

/* ---- reload ---- */

static json_t *errors_value(const struct config_errors *errors)
{
	json_t *list = json_array();

	for (size_t i = 0; i < errors->count; i++)
		(void)json_array_append_new(list, json_string(errors->lines[i]));
	if (errors->dropped > 0)
		(void)json_array_append_new(list, json_sprintf("%zu more", errors->dropped));
	return list;
}

/* Who asked for a reload, until it is over. */
struct reload_wait {
	const struct command_context *context;
	struct control_later *later;
};

static void on_reload_gone(void *userdata)
{
	struct reload_wait *wait = userdata;

	reloader_forget(wait->context->reloader, wait);
	free(wait);
}

static void on_reloaded(int r, const struct config_errors *errors, void *userdata)
{
	struct reload_wait *wait = userdata;
	const struct config *config = wait->context->config; /* the new one where all went well */

	if (r == -ECANCELED)
		control_later_end(wait->later);
	else if (r < 0)
		control_later_answer(wait->later, REPLY_UNPROCESSABLE,
			json_pack("{s:s, s:o}", "error",
				"the new configuration is refused, the running one stays", "errors",
				errors_value(errors)));
	else
		control_later_answer(wait->later, REPLY_OK,
			json_pack("{s:I, s:I, s:I}", "feeds", (json_int_t)config->feed_count,
				"topics", (json_int_t)config->topic_count, "hooks",
				(json_int_t)config->hook_count));
	free(wait);
}

static void on_reload(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	struct reload_wait *wait = calloc(1, sizeof(*wait));

	log_info("reload asked for by uid %u", (unsigned)request->peer.user);
	if (!wait || reloader_ask(context->reloader, on_reloaded, wait) < 0) {
		free(wait);
		reply_error(reply, -ENOMEM, "reload");
		return;
	}
	wait->context = context;
	wait->later = control_later_new(request, on_reload_gone, wait);
	if (!wait->later) {
		on_reload_gone(wait);
		reply_error(reply, -ENOMEM, "reload");
	}
}

const struct control_command command_table[] = {
	{"GET", "/status", on_status},
	{"GET", "/feeds", on_feeds},
	{"GET", "/feeds/*", on_feed},
	{"GET", "/feeds/*/audit", feed_command_audit},
	{"GET", "/topics", topic_command_list},
	{"GET", "/topics/*/explain", topic_command_explain},
	{"GET", "/topics/*/test", topic_command_test},
	{"GET", "/lists", topic_command_lists},
	{"GET", "/lists/*", topic_command_terms},
	{"GET", "/articles", article_command_list},
	{"GET", "/articles/*", article_command_get},
	{"GET", "/stories", on_stories},
	{"GET", "/stories/*", on_story},
	{"GET", "/alerts", on_alerts},
	{"GET", "/tail", tail_command},
	{"GET", "/hooks", hook_command_list},
	{"POST", "/hooks/*/test", hook_command_test},
	{"GET", "/deliveries", on_deliveries},
	{"POST", "/deliveries/retry", hook_command_retry_all},
	{"POST", "/deliveries/drop", hook_command_drop_all},
	{"POST", "/deliveries/*/retry", on_retry},
	{"POST", "/deliveries/*/drop", on_drop},
	{"POST", "/poll/*", on_poll},
	{"POST", "/reload", on_reload},
	{NULL, NULL, NULL},
};
