#include "commands/reply.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "base/json.h"
#include "base/timespan.h"

void reply_body(struct control_reply *reply, struct json_t *body)
{
	reply->status = body ? REPLY_OK : REPLY_INTERNAL;
	reply->body = body ? body : json_pack("{s:s}", "error", "out of memory");
}

void reply_refuse(struct control_reply *reply, int status, const char *words)
{
	reply->status = status;
	reply->body = json_pack("{s:s}", "error", words);
}

void reply_error(struct control_reply *reply, int error, const char *what)
{
	if (error == -ENOENT) {
		reply->status = REPLY_NOT_FOUND;
		reply->body = json_pack("{s:o, s:s}", "error",
			json_sprintf("there is no such %s", what), "missing", what);
	} else {
		reply->status = REPLY_INTERNAL;
		reply->body = json_pack("{s:o}", "error",
			json_sprintf("the %s cannot be reached: %s", what, strerror(-error)));
	}
}

void reply_list(struct control_reply *reply, const char *key, struct json_t *list, int error)
{
	if (error < 0) {
		json_decref(list);
		reply_error(reply, error, "store");
		return;
	}
	reply_body(reply, json_pack("{s:o}", key, list));
}

struct json_t *reply_words(const char *const *words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		(void)json_array_append_new(list, json_string(*words));
	return list;
}

/* Leaves *value as it is where the parameter is absent; more than `most` counts as that. */
static int take_number(const struct control_request *request, const char *name,
	unsigned long long most, unsigned long long *value)
{
	const char *text = control_request_parameter(request, name);
	unsigned long long number;

	if (!text)
		return 0;
	if (!ascii_number(text, &number))
		return -EINVAL;
	*value = number < most ? number : most;
	return 0;
}

static int take_since(const struct control_request *request, usec now, usec *value)
{
	const char *text = control_request_parameter(request, "since");
	int64_t seconds;
	usec span;

	if (!text)
		return 0;
	if (timespan_parse(text, &span) == 0) {
		*value = span < now ? now - span : 0;
		return 0;
	}
	if (datetime_parse(text, &seconds) < 0)
		return -EINVAL;
	*value = seconds > 0 ? (usec)seconds * USEC_SEC : 0;
	return 0;
}

json_t *reply_alert(const struct alert *alert, bool with_event)
{
	json_t *value = json_pack("{s:s, s:s, s:o, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "id",
		alert->id.text, "type", event_type_to_string(alert->type), "time",
		json_time(alert->time), "topic", alert->topic, "story", alert->story, "title",
		alert->title, "url", alert->url, "feed", alert->feed, "relation", alert->relation);

	if (with_event && value && alert->event)
		(void)json_object_set_new(value, "event", json_loads(alert->event, 0, NULL));
	return value;
}

bool page_take(const struct control_request *request, usec now, struct control_reply *reply,
	struct page *ret)
{
	unsigned long long limit = REPLY_PAGE_DEFAULT;
	unsigned long long offset = 0;
	unsigned long long before = INT64_MAX;

	*ret = (struct page){.topic = control_request_parameter(request, "topic")};
	if (take_number(request, "limit", REPLY_PAGE_MAX, &limit) < 0 ||
		take_number(request, "offset", SIZE_MAX, &offset) < 0 ||
		take_number(request, "before", INT64_MAX, &before) < 0) {
		reply_refuse(reply, REPLY_BAD_REQUEST, "limit, offset and before are numbers");
		return false;
	}
	if (take_since(request, now, &ret->since) < 0) {
		reply_refuse(reply, REPLY_BAD_REQUEST,
			"since is a time span before now (24h) or a date (2026-11-21, "
			"2026-11-21T10:15:00Z)");
		return false;
	}
	ret->limit = (size_t)limit;
	ret->offset = (size_t)offset;
	ret->before = (int64_t)before;
	return true;
}
