#include "commands/feed_commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "commands/commands.h"
#include "commands/feed_neighbours.h"
#include "commands/reply.h"
#include "poll/audit.h"

enum {
	REQUESTS_LOOKED_AT = 1000,      /* of a feed, and of its pages, the newest */
	ARENA_BYTES = 16 * 1024 * 1024, /* of them */
};

/* Follows the log of the feed back from a request; *ret is in the order of time. */
static int read_requests(struct store *store, int64_t feed, int64_t key, struct arena *arena,
	struct request_record **ret, size_t *ret_count)
{
	struct request_record *records =
		arena_array(arena, REQUESTS_LOOKED_AT, sizeof(struct request_record));
	size_t from = REQUESTS_LOOKED_AT;
	int r = 0;

	if (!records)
		return -ENOMEM;
	while (key > 0 && from > 0) {
		r = store_request_get(store, feed, key, arena, &records[from - 1]);
		if (r < 0)
			break;
		from--;
		/* Keys only grow: a log that says otherwise is no chain. */
		key = records[from].previous < key ? records[from].previous : 0;
	}
	/* The oldest ones were forgotten, or what there is does not fit: the newest are judged. */
	if (r < 0 && r != -ENOENT && r != -ENOMEM)
		return r;
	*ret = records + from;
	*ret_count = REQUESTS_LOOKED_AT - from;
	return 0;
}

static json_t *request_value(const struct request_record *record)
{
	json_t *value = json_pack("{s:o, s:o, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}",
		"started", json_time(record->started), "ended", json_time(record->ended), "method",
		record->method, "url", record->url, "redirects", record->hops, "answered_by",
		record->answered, "moved_to", record->moved, "if_none_match", record->if_none_match,
		"if_modified_since", record->if_modified_since, "user_agent", record->user_agent,
		"headers", record->headers);
	json_t *more = json_pack("{s:i, s:s, s:I, s:s?, s:s?, s:I, s:o, s:o, s:s, s:s, s:i, s:b}",
		"status", record->status, "outcome", request_outcome_to_string(record->outcome),
		"bytes", (json_int_t)record->bytes, "etag", record->etag, "last_modified",
		record->last_modified, "fresh_seconds", (json_int_t)(record->freshness / USEC_SEC),
		"left_alone_until", json_time(record->blocked_until), "next_poll",
		json_time(record->next_poll), "rule", poll_rule_to_string(record->rule), "why",
		poll_rule_to_words(record->rule), "failures", (int)record->failures, "asked",
		(record->flags & REQUEST_ASKED) != 0);

	if (value && more)
		(void)json_object_update(value, more);
	json_decref(more);
	return value;
}

static const char *purpose_of(const struct request_record *record)
{
	if (record->flags & REQUEST_SITEMAP)
		return "sitemap";
	return record->flags & REQUEST_ROBOTS ? "robots.txt" : "page";
}

static json_t *page_request_value(const struct request_record *record)
{
	return json_pack("{s:o, s:o, s:s, s:s, s:s?, s:s?, s:s?, s:i, s:I, s:o}", "started",
		json_time(record->started), "ended", json_time(record->ended), "for",
		purpose_of(record), "url", record->url, "redirects", record->hops, "answered_by",
		record->answered, "user_agent", record->user_agent, "status", record->status,
		"bytes", (json_int_t)record->bytes, "left_alone_until",
		json_time(record->blocked_until));
}

static json_t *rules_value(const struct audit *audit)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AUDIT_RULES; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s, s:s, s:I, s:I}", "rule", audit->rules[i].name, "words",
				audit->rules[i].words, "checked",
				(json_int_t)audit->rules[i].checked, "breaches",
				(json_int_t)audit->rules[i].breaches));
	return list;
}

static json_t *breaches_value(const struct audit *audit)
{
	json_t *list = json_array();

	for (size_t i = 0; i < audit->told; i++) {
		const struct audit_breach *breach = &audit->breaches[i];

		(void)json_array_append_new(list,
			json_pack("{s:s, s:o, s:s, s:s?}", "rule", audit->rules[breach->rule].name,
				"time", json_time(breach->request->started), "words", breach->words,
				"other_feed", breach->other));
	}
	return list;
}

/* What is known of a feed's requests. */
struct evidence {
	struct request_record *requests;
	size_t count;
	struct request_record *pages;
	size_t page_count;
};

static int gather_evidence(struct store *store, const struct feed_state *state, struct arena *arena,
	struct evidence *ret)
{
	int64_t page;
	int r;

	r = read_requests(
		store, state->id, state->last_request, arena, &ret->requests, &ret->count);
	if (r == 0)
		r = store_page_request_last(store, state->id, &page);
	if (r == 0)
		r = read_requests(store, state->id, page, arena, &ret->pages, &ret->page_count);
	return r;
}

static void answer_audit(struct control_reply *reply, const struct audit_terms *terms,
	const struct audit *audit, const struct evidence *evidence)
{
	json_t *requests = json_array();
	json_t *pages = json_array();

	for (size_t i = 0; i < evidence->count; i++)
		(void)json_array_append_new(requests, request_value(&evidence->requests[i]));
	for (size_t i = 0; i < evidence->page_count; i++)
		(void)json_array_append_new(pages, page_request_value(&evidence->pages[i]));
	reply_body(reply,
		json_pack("{s:s, s:s, s:b, s:I, s:o, s:I, s:o, s:o, s:o, s:o}", "feed",
			terms->feed->name, "url", terms->feed->url, "complete",
			evidence->count == 0 || evidence->requests[0].previous == 0,
			"neighbour_requests", (json_int_t)terms->neighbour_count,
			"neighbours_since", json_time(terms->neighbours_since), "breach_count",
			(json_int_t)audit->breach_count, "rules", rules_value(audit), "breaches",
			breaches_value(audit), "requests", requests, "page_requests", pages));
}

void feed_command_audit(
	const struct control_request *request, struct control_reply *reply, void *userdata)
{
	const struct command_context *context = userdata;
	const struct feed *feed = config_find_feed(context->config, request->argument);
	const struct feed_state *state =
		feed ? poller_feed_state(context->poller, feed->name) : NULL;
	struct audit_terms terms = {
		.feed = feed,
		.default_interval = context->config->poll_interval,
		.host_gap = context->config->host_gap,
		.host_connections = context->config->host_connections,
	};
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct evidence evidence = {0};
	struct audit *audit;
	int r;

	if (!state) {
		reply_error(reply, -ENOENT, "feed");
		return;
	}
	r = arena_new(ARENA_BYTES, &arena);
	if (r == 0)
		r = gather_evidence(context->store, state, arena, &evidence);
	if (r == 0 && evidence.count > 0)
		r = feed_neighbours(context, feed, evidence.requests[0].started, arena, &terms);
	audit = r == 0 ? arena_new_object(arena, struct audit) : NULL;
	if (!audit) {
		reply_error(reply, r < 0 ? r : -ENOMEM, "store");
		return;
	}
	audit_judge(audit, &terms, evidence.requests, evidence.count);
	r = audit_judge_pages(audit, &terms, evidence.requests, evidence.count, evidence.pages,
		evidence.page_count, arena);
	if (r < 0)
		reply_error(reply, r, "store");
	else
		answer_audit(reply, &terms, audit, &evidence);
}

json_t *feed_hub_value(const struct command_context *context, const struct feed *feed)
{
	const struct subscription *subscription = pushes_find(context->pushes, feed);

	if (!subscription)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:I, s:s?}", "url", subscription->hub,
		"topic", subscription->topic, "state",
		subscription_state_to_string(subscription->state), "pushes_trusted",
		(int)!subscription->distrusted, "lease_until", json_time(subscription->lease_until),
		"next_attempt", json_time(subscription->next_attempt), "last_push",
		json_time(subscription->last_push), "missed", (json_int_t)subscription->missed,
		"reason", subscription->reason);
}
