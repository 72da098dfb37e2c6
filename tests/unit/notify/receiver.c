#include "receiver.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "http/smtp.h"

static struct receiver_request requests[RECEIVER_REQUESTS];
static size_t request_count;
static const char *response_retry_after;
static bool refuse_next;

int http_client_start(struct http_client *client, const struct http_request *request,
	http_done_fn done, void *userdata, struct http_transfer **ret)
{
	struct receiver_request *new = &requests[request_count];
	struct buffer headers = BUFFER_INIT(1024 * 1024);

	(void)client;
	if (refuse_next || request_count == RECEIVER_REQUESTS) {
		refuse_next = false;
		return -ENOMEM;
	}
	*new = (struct receiver_request){
		.url = strdup(request->url),
		.body = strndup(request->body, request->body_length),
		.unguarded = request->unguarded,
		.patient = request->patient,
		.redirects_max = request->redirects_max,
		.body_max = request->body_max,
		.truncate = request->truncate,
		.timeout = request->timeout,
		.done = done,
		.userdata = userdata,
	};
	for (size_t i = 0; request->headers[i]; i++) {
		(void)buffer_printf(&headers, "%s\n", request->headers[i]);
		(void)sscanf(request->headers[i], "webhook-id: %63s", new->id);
	}
	new->headers = buffer_take(&headers);
	request_count++;
	*ret = (struct http_transfer *)new;
	return 0;
}

void http_transfer_cancel(struct http_transfer *transfer)
{
	((struct receiver_request *)transfer)->cancelled = true;
}

const char *http_response_header(const struct http_response *response, const char *name)
{
	(void)response;
	return strcasecmp(name, "retry-after") == 0 ? response_retry_after : NULL;
}

size_t receiver_count(void)
{
	return request_count;
}

struct receiver_request *receiver_request(size_t index)
{
	if (index >= request_count)
		abort();
	return &requests[index];
}

static bool is_waiting(const struct receiver_request *request)
{
	return !request->answered && !request->cancelled;
}

size_t receiver_waiting(void)
{
	size_t count = 0;

	for (size_t i = 0; i < request_count; i++)
		count += is_waiting(&requests[i]);
	return count;
}

static void respond(size_t index, const struct http_response *response)
{
	struct receiver_request *request = receiver_request(index);

	if (!is_waiting(request))
		abort();
	request->answered = true;
	request->done(response, request->userdata);
}

void receiver_answer(size_t index, int status, const char *retry_after, const char *body)
{
	response_retry_after = retry_after;
	respond(index,
		&(struct http_response){
			.status = status,
			.body = body ? body : "",
			.length = body ? strlen(body) : 0,
		});
	response_retry_after = NULL;
}

void receiver_fail(size_t index, const char *words)
{
	respond(index, &(struct http_response){.failure = HTTP_CONNECT, .words = words});
}

void receiver_answer_all(int status)
{
	size_t count = request_count;

	for (size_t i = 0; i < count; i++)
		if (is_waiting(&requests[i]))
			receiver_answer(i, status, NULL, NULL);
}

void receiver_refuse_next(void)
{
	refuse_next = true;
}

void receiver_reset(void)
{
	for (size_t i = 0; i < request_count; i++) {
		free(requests[i].url);
		free(requests[i].body);
		free(requests[i].headers);
	}
	request_count = 0;
	refuse_next = false;
}

/* ---- in place of http/smtp.c: a server whose name says whether it takes a mail ---- */

struct smtp_transfer {
	struct event *event;
	bool good;
	smtp_done_fn done;
	void *userdata;
};

struct smtp_client {
	struct event_base *base;
};

int smtp_client_new(struct event_base *base, struct clock *clock, struct smtp_client **ret)
{
	struct smtp_client *client = calloc(1, sizeof(*client));

	(void)clock;
	if (!client)
		return -ENOMEM;
	client->base = base;
	*ret = client;
	return 0;
}

void smtp_client_free(struct smtp_client *client)
{
	free(client);
}

static void on_mail(evutil_socket_t fd, short what, void *userdata)
{
	struct smtp_transfer *transfer = userdata;
	struct smtp_result result = {.stage = SMTP_ACCEPTED, .code = 250};
	smtp_done_fn done = transfer->done;
	void *owner = transfer->userdata;

	(void)fd;
	(void)what;
	if (!transfer->good)
		result = (struct smtp_result){SMTP_RECIPIENT, 550, "the mail server said no"};
	smtp_cancel(transfer);
	done(&result, owner);
}

int smtp_start(struct smtp_client *client, const struct smtp_request *request, smtp_done_fn done,
	void *userdata, struct smtp_transfer **ret)
{
	struct smtp_transfer *transfer = calloc(1, sizeof(*transfer));

	if (!transfer)
		return -ENOMEM;
	transfer->good = strstr(request->server, "good") != NULL;
	transfer->done = done;
	transfer->userdata = userdata;
	transfer->event = evtimer_new(client->base, on_mail, transfer);
	(void)evtimer_add(transfer->event, &(struct timeval){0});
	*ret = transfer;
	return 0;
}

void smtp_cancel(struct smtp_transfer *transfer)
{
	event_free(transfer->event);
	free(transfer);
}
