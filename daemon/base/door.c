#include "base/door.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

/*
 * evhttp has no bound on connections.  Those that have made a request are listed in `known` until
 * they close.  Of the others it is only known that they end within DOOR_SILENCE_SECONDS: they are
 * counted in two generations, and `ageing` forgets the older one.
 */
struct door {
	struct door_options options;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct event *ageing;
	struct evhttp_connection *known[DOOR_CONNECTIONS_MAX];
	size_t known_count;
	size_t young;
	size_t old;
};

static void update_listener(struct door *door)
{
	if (door->known_count + door->young + door->old < door->options.connections_max)
		(void)evconnlistener_enable(door->listener);
	else
		(void)evconnlistener_disable(door->listener);
}

static void age(struct door *door)
{
	const struct timeval delay = {.tv_sec = DOOR_SILENCE_SECONDS};

	if (door->young + door->old > 0 && !event_pending(door->ageing, EV_TIMEOUT, NULL))
		(void)event_add(door->ageing, &delay);
}

static void on_ageing(evutil_socket_t fd, short what, void *userdata)
{
	struct door *door = userdata;

	(void)fd;
	(void)what;
	door->old = door->young;
	door->young = 0;
	age(door);
	update_listener(door);
}

/* evhttp asks for a buffer at each new connection. */
static struct bufferevent *on_connection(struct event_base *base, void *userdata)
{
	struct door *door = userdata;

	door->young++;
	age(door);
	update_listener(door);
	return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
}

static void on_close(struct evhttp_connection *connection, void *userdata)
{
	struct door *door = userdata;

	if (door->options.on_close)
		door->options.on_close(door->options.userdata);
	for (size_t i = 0; i < door->known_count; i++)
		if (door->known[i] == connection) {
			door->known[i] = door->known[--door->known_count];
			break;
		}
	update_listener(door);
}

static void know_connection(struct door *door, struct evhttp_connection *connection)
{
	for (size_t i = 0; i < door->known_count; i++)
		if (door->known[i] == connection)
			return;
	if (door->old > 0)
		door->old--;
	else if (door->young > 0)
		door->young--;
	if (door->known_count < door->options.connections_max)
		door->known[door->known_count++] = connection;
	evhttp_connection_set_closecb(connection, on_close, door);
}

static void on_request(struct evhttp_request *request, void *userdata)
{
	struct door *door = userdata;

	know_connection(door, evhttp_request_get_connection(request));
	door->options.on_request(request, door->options.userdata);
}

int door_new(const struct door_options *options, int fd, struct door **ret)
{
	_cleanup_(door_freep) struct door *door = calloc(1, sizeof(*door));
	struct evhttp_bound_socket *bound;

	if (!door)
		return -ENOMEM;
	if (evutil_make_socket_nonblocking(fd) < 0)
		return -errno;
	door->options = *options;
	door->http = evhttp_new(options->base);
	door->ageing = evtimer_new(options->base, on_ageing, door);
	if (!door->http || !door->ageing)
		return -ENOMEM;
	evhttp_set_allowed_methods(door->http, (ev_uint16_t)options->methods);
	evhttp_set_max_headers_size(door->http, (ev_ssize_t)options->headers_max);
	evhttp_set_max_body_size(door->http, (ev_ssize_t)options->body_max);
	evhttp_set_timeout(door->http, DOOR_SILENCE_SECONDS);
	evhttp_set_bevcb(door->http, on_connection, door);
	evhttp_set_gencb(door->http, on_request, door);
	bound = evhttp_accept_socket_with_handle(door->http, fd);
	if (!bound)
		return -ENOMEM;
	door->listener = evhttp_bound_socket_get_listener(bound);
	*ret = TAKE_PTR(door);
	return 0;
}

void door_free(struct door *door)
{
	if (!door)
		return;
	/* Connections call back when they are closed: not into what is going away. */
	for (size_t i = 0; i < door->known_count; i++)
		evhttp_connection_set_closecb(door->known[i], NULL, NULL);
	if (door->http)
		evhttp_free(door->http);
	if (door->ageing)
		event_free(door->ageing);
	free(door);
}
