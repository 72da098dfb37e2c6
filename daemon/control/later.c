#include "control/later.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <jansson.h>

#include "base/macro.h"
#include "control/origin.h"

enum {
	/* Who waits for an answer says nothing: the usual silence would end the connection. */
	PATIENCE_SECONDS = 30 * 24 * 3600,
	STATUS_OK = 200,
	STATUS_INTERNAL = 500,
};

struct control_later {
	struct control_later *next;
	struct control_later **list;
	struct evhttp_request *request;
	void (*on_gone)(void *userdata);
	void *userdata;
	bool begun;
};

struct control_later *control_later_new(
	const struct control_request *request, void (*on_gone)(void *userdata), void *userdata)
{
	struct control_origin *origin = request->origin;
	struct control_later *later = calloc(1, sizeof(*later));

	if (!later)
		return NULL;
	*later = (struct control_later){
		.next = *origin->laters,
		.list = origin->laters,
		.request = origin->request,
		.on_gone = on_gone,
		.userdata = userdata,
	};
	*origin->laters = later;
	origin->deferred = true;
	evhttp_connection_set_timeout(
		evhttp_request_get_connection(origin->request), PATIENCE_SECONDS);
	return later;
}

static void later_free(struct control_later *later)
{
	struct control_later **place = later->list;

	while (*place != later)
		place = &(*place)->next;
	*place = later->next;
	free(later);
}

struct control_later *control_later_of_request(
	struct control_later *laters, const struct evhttp_request *request)
{
	while (laters && laters->request != request)
		laters = laters->next;
	return laters;
}

struct control_later *control_later_detached(struct control_later *laters)
{
	while (laters && evhttp_request_get_connection(laters->request))
		laters = laters->next;
	return laters;
}

struct evhttp_request *control_later_leave(struct control_later *later)
{
	struct evhttp_request *request = later->request;
	void (*on_gone)(void *userdata) = later->on_gone;
	void *userdata = later->userdata;

	later_free(later);
	on_gone(userdata);
	return request;
}

void control_later_answer(struct control_later *later, int status, json_t *body)
{
	struct evhttp_request *request = later->request;

	later_free(later);
	control_send(request, status, body);
}

void control_later_begin(struct control_later *later)
{
	later->begun = true;
	(void)evhttp_add_header(evhttp_request_get_output_headers(later->request), "Content-Type",
		"application/jsonl");
	evhttp_send_reply_start(later->request, STATUS_OK, "OK");
}

int control_later_add(struct control_later *later, json_t *value)
{
	_cleanup_(freep) char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
	struct evbuffer *buffer = evbuffer_new();
	int r = -ENOMEM;

	json_decref(value);
	if (text && buffer && evbuffer_add_printf(buffer, "%s\n", text) > 0) {
		evhttp_send_reply_chunk(later->request, buffer);
		r = 0;
	}
	if (buffer)
		evbuffer_free(buffer);
	return r;
}

size_t control_later_unread(const struct control_later *later)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(later->request);

	return connection ? evbuffer_get_length(bufferevent_get_output(
				    evhttp_connection_get_bufferevent(connection)))
			  : 0;
}

void control_later_end(struct control_later *later)
{
	struct evhttp_request *request = later->request;
	bool begun = later->begun;

	later_free(later);
	if (begun)
		evhttp_send_reply_end(request);
	else
		control_send(
			request, STATUS_INTERNAL, json_pack("{s:s}", "error", "the daemon ends"));
}
