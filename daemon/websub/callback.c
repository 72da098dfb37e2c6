#include "websub/callback.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/door.h"
#include "websub/subscriber.h"

enum {
	BACKLOG = 64,
	STATUS_OK = 200,
	STATUS_NOT_FOUND = 404,
};

struct callback {
	struct door *door;
	struct subscriber *subscriber;
};

/* The last segment of ".../websub/TOKEN", whatever a proxy put before; NULL: it has none. */
static const char *token_of(struct evhttp_request *request)
{
	static const char mark[] = "/websub/";
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	size_t tail = strlen(mark) + SUBSCRIPTION_TOKEN_SIZE - 1;
	size_t length = path ? strlen(path) : 0;

	if (length < tail || strncmp(path + length - tail, mark, strlen(mark)) != 0)
		return NULL;
	return path + length - (SUBSCRIPTION_TOKEN_SIZE - 1);
}

/* The hub's challenge comes back as it is, as text. */
static void send_answer(struct evhttp_request *request, int status, const char *text)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	(void)evhttp_add_header(headers, "Content-Type", "text/plain");
	(void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	if (text)
		(void)evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
	evhttp_send_reply(request, status, NULL, NULL);
}

static void answer_question(
	struct callback *callback, struct evhttp_request *request, const char *token)
{
	const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
	struct evkeyvalq fields = {0};
	struct hub_question question;
	int status = STATUS_NOT_FOUND;

	if (query && evhttp_parse_query_str(query, &fields) == 0) {
		question = (struct hub_question){
			.mode = evhttp_find_header(&fields, "hub.mode"),
			.topic = evhttp_find_header(&fields, "hub.topic"),
			.challenge = evhttp_find_header(&fields, "hub.challenge"),
			.lease_seconds = evhttp_find_header(&fields, "hub.lease_seconds"),
			.reason = evhttp_find_header(&fields, "hub.reason"),
		};
		status = subscriber_verify(callback->subscriber, token, &question);
		send_answer(request, status, status == STATUS_OK ? question.challenge : NULL);
	} else {
		send_answer(request, status, NULL);
	}
	evhttp_clear_headers(&fields);
}

static void take_push(struct callback *callback, struct evhttp_request *request, const char *token)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t length = evbuffer_get_length(body);
	const unsigned char *bytes = evbuffer_pullup(body, -1);

	send_answer(request,
		subscriber_deliver(callback->subscriber, token,
			evhttp_find_header(headers, "X-Hub-Signature"),
			evhttp_find_header(headers, "Content-Type"),
			bytes ? (const char *)bytes : "", length),
		NULL);
}

static void on_request(struct evhttp_request *request, void *userdata)
{
	struct callback *callback = userdata;
	const char *token = token_of(request);

	if (!token)
		send_answer(request, STATUS_NOT_FOUND, NULL);
	else if (evhttp_request_get_command(request) == EVHTTP_REQ_POST)
		take_push(callback, request, token);
	else
		answer_question(callback, request, token);
}

static int listen_on(const char *address)
{
	_cleanup_(closep) int fd = -1;
	struct sockaddr_storage where;
	int length = sizeof(where);
	int on = 1;

	if (evutil_parse_sockaddr_port(address, (struct sockaddr *)&where, &length) < 0)
		return -EINVAL;
	fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&where, (socklen_t)length) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int callback_serve(
	struct event_base *base, int fd, struct subscriber *subscriber, struct callback **ret)
{
	struct callback *callback = calloc(1, sizeof(*callback));
	struct door_options options = {
		.base = base,
		.methods = EVHTTP_REQ_GET | EVHTTP_REQ_POST,
		.headers_max = CALLBACK_HEADERS_MAX,
		.body_max = CALLBACK_BODY_MAX,
		.connections_max = CALLBACK_CONNECTIONS_MAX,
		.on_request = on_request,
		.userdata = callback,
	};
	int r;

	if (!callback)
		return -ENOMEM;
	callback->subscriber = subscriber;
	r = door_new(&options, fd, &callback->door);
	if (r < 0) {
		free(callback);
		return r;
	}
	*ret = callback;
	return 0;
}

int callback_new(struct event_base *base, const char *address, struct subscriber *subscriber,
	struct callback **ret)
{
	_cleanup_(closep) int fd = -1;
	int r;

	fd = r = listen_on(address);
	if (r >= 0)
		r = callback_serve(base, fd, subscriber, ret);
	if (r < 0)
		return r;
	(void)TAKE_FD(fd);
	return 0;
}

void callback_free(struct callback *callback)
{
	if (!callback)
		return;
	door_free(callback->door);
	free(callback);
}
