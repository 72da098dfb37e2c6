#include "raw_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

enum {
	REQUEST_MAX = 64 * 1024,
	REPLY_MAX = 32 * 1024 * 1024,
	PATH_SIZE = 8192,
};

struct connection {
	TAILQ_ENTRY(connection) link;
	struct raw_server *server;
	struct bufferevent *stream;
	struct event *timer;
	struct raw_reply reply;
	bool busy;
};

TAILQ_HEAD(connections, connection);

struct raw_server {
	struct event_base *base;
	struct evconnlistener *listener;
	raw_server_fn fn;
	void *userdata;
	uint16_t port;
	unsigned requests;
	unsigned accepted;
	unsigned busy;
	unsigned peak;
	struct buffer last;
	struct connections connections;
};

static void connection_free(struct connection *connection)
{
	if (connection->busy)
		connection->server->busy--;
	bufferevent_free(connection->stream);
	event_free(connection->timer);
	buffer_free(&connection->reply.bytes);
	free(connection);
}

static void connection_drop(struct connection *connection)
{
	TAILQ_REMOVE(&connection->server->connections, connection, link);
	connection_free(connection);
}

static void end_reply(struct connection *connection)
{
	struct linger hard = {.l_onoff = 1};

	if (connection->busy)
		connection->server->busy--;
	connection->busy = false;
	if (connection->reply.end == RAW_KEEP)
		return;
	if (connection->reply.end == RAW_RESET)
		(void)setsockopt(bufferevent_getfd(connection->stream), SOL_SOCKET, SO_LINGER,
			&hard, sizeof(hard));
	connection_drop(connection);
}

static void on_drained(struct bufferevent *stream, void *userdata)
{
	struct connection *connection = userdata;

	(void)stream;
	if (connection->busy)
		end_reply(connection);
}

static void send_reply(evutil_socket_t fd, short what, void *userdata)
{
	struct connection *connection = userdata;
	struct buffer *bytes = &connection->reply.bytes;

	(void)fd;
	(void)what;
	if (bytes->length > 0)
		(void)bufferevent_write(connection->stream, bytes->bytes, bytes->length);
	else
		end_reply(connection);
}

static void on_readable(struct bufferevent *stream, void *userdata)
{
	struct connection *connection = userdata;
	struct raw_server *server = connection->server;
	struct evbuffer *input = bufferevent_get_input(stream);
	struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
	struct timeval delay;
	char path[PATH_SIZE] = "";
	char text[REQUEST_MAX];
	ev_ssize_t length;

	if (end.pos < 0 || connection->busy)
		return;
	length = evbuffer_remove(input, text, sizeof(text));
	buffer_reset(&server->last);
	(void)buffer_add(&server->last, text, (size_t)length);
	(void)sscanf(buffer_string(&server->last), "%*s %8191s", path);
	server->requests++;
	if (++server->busy > server->peak)
		server->peak = server->busy;
	connection->busy = true;
	buffer_free(&connection->reply.bytes);
	connection->reply = (struct raw_reply){.bytes = BUFFER_INIT(REPLY_MAX)};
	server->fn(path, buffer_string(&server->last), &connection->reply, server->userdata);
	delay.tv_sec = connection->reply.delay_ms / 1000;
	delay.tv_usec = connection->reply.delay_ms % 1000 * 1000;
	(void)event_add(connection->timer, &delay);
}

static void on_end(struct bufferevent *stream, short what, void *userdata)
{
	(void)stream;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		connection_drop(userdata);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
	int length, void *userdata)
{
	struct raw_server *server = userdata;
	struct connection *connection = calloc(1, sizeof(*connection));

	(void)listener;
	(void)peer;
	(void)length;
	if (!connection)
		abort();
	connection->server = server;
	connection->stream = bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	connection->timer = event_new(server->base, -1, 0, send_reply, connection);
	connection->reply.bytes = BUFFER_INIT(REPLY_MAX);
	TAILQ_INSERT_TAIL(&server->connections, connection, link);
	server->accepted++;
	bufferevent_setcb(connection->stream, on_readable, on_drained, on_end, connection);
	(void)bufferevent_enable(connection->stream, EV_READ | EV_WRITE);
}

struct raw_server *raw_server_new(
	struct event_base *base, const char *address, raw_server_fn fn, void *userdata)
{
	struct raw_server *server = calloc(1, sizeof(*server));
	struct sockaddr_in name = {.sin_family = AF_INET};
	socklen_t length = sizeof(name);

	if (!server || inet_pton(AF_INET, address, &name.sin_addr) != 1)
		abort();
	server->base = base;
	server->fn = fn;
	server->userdata = userdata;
	server->last = BUFFER_INIT(REQUEST_MAX);
	TAILQ_INIT(&server->connections);
	server->listener = evconnlistener_new_bind(base, on_accept, server,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, (struct sockaddr *)&name,
		sizeof(name));
	if (!server->listener ||
		getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&name,
			&length) < 0)
		abort();
	server->port = ntohs(name.sin_port);
	return server;
}

void raw_server_free(struct raw_server *server)
{
	struct connection *connection;

	while (!TAILQ_EMPTY(&server->connections)) {
		connection = TAILQ_FIRST(&server->connections);
		TAILQ_REMOVE(&server->connections, connection, link);
		connection_free(connection);
	}
	evconnlistener_free(server->listener);
	buffer_free(&server->last);
	free(server);
}

uint16_t raw_server_port(const struct raw_server *server)
{
	return server->port;
}

unsigned raw_server_requests(const struct raw_server *server)
{
	return server->requests;
}

unsigned raw_server_connections(const struct raw_server *server)
{
	return server->accepted;
}

unsigned raw_server_peak(const struct raw_server *server)
{
	return server->peak;
}

const char *raw_server_last(const struct raw_server *server)
{
	return buffer_string(&server->last);
}
