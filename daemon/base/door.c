#include "base/door.h"

#include <assert.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"

enum {
	SWEEPS = 6, /* within the time that a connection has for its first request */
	IDLE_SECONDS = 24 * 60 * 60, /* between sweeps that have nothing to look at */
};

/* A connection that has not made a request. */
struct stranger {
	struct bufferevent *stream; /* a reference of ours */
	unsigned sweeps;            /* that found it so */
};

/*
 * evhttp has no bound on connections, and lets one live that sends a byte now and then.  Those that
 * have made a request are listed in `known` until they close.  Of the others evhttp tells nothing,
 * so we keep their streams: one that is closed has lost its callbacks, and one that takes too long
 * for its first request is cut off.
 */
struct door {
	struct door_options options;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct event *sweeping; /* always added: on_accept_error() finds the door by it */
	struct timeval sweep_interval;
	bool sweeps_soon;
	bool starved; /* no connection could be taken, and that was told */
	struct evhttp_connection *known[DOOR_CONNECTIONS_MAX];
	size_t known_count;
	struct stranger strangers[DOOR_CONNECTIONS_MAX];
	size_t stranger_count;
};

static void update_listener(struct door *door)
{
	if (door->known_count + door->stranger_count < door->options.connections_max)
		(void)evconnlistener_enable(door->listener);
	else
		(void)evconnlistener_disable(door->listener);
}

static void forget_stranger(struct door *door, size_t which)
{
	bufferevent_decref(door->strangers[which].stream);
	door->strangers[which] = door->strangers[--door->stranger_count];
}

/* A daemon at rest is not woken for nothing. */
static void plan_sweep(struct door *door, bool soon)
{
	const struct timeval idle = {.tv_sec = IDLE_SECONDS};

	if (soon == door->sweeps_soon)
		return;
	door->sweeps_soon = soon;
	(void)event_add(door->sweeping, soon ? &door->sweep_interval : &idle);
}

static bool is_closed(struct bufferevent *stream)
{
	bufferevent_event_cb on_event;

	bufferevent_getcb(stream, NULL, NULL, &on_event, NULL);
	return !on_event;
}

static void on_sweep(evutil_socket_t fd, short what, void *userdata)
{
	struct door *door = userdata;

	(void)fd;
	(void)what;
	for (size_t i = door->stranger_count; i-- > 0;) {
		struct stranger *stranger = &door->strangers[i];
		bool closed = is_closed(stranger->stream);

		if (!closed && ++stranger->sweeps < SWEEPS)
			continue;
		/* evhttp reads its end, and closes it. */
		if (!closed)
			(void)shutdown(bufferevent_getfd(stranger->stream), SHUT_RDWR);
		forget_stranger(door, i);
	}
	update_listener(door);
	plan_sweep(door, door->stranger_count > 0);
}

/* evhttp asks for a buffer at each new connection. */
static struct bufferevent *on_connection(struct event_base *base, void *userdata)
{
	struct door *door = userdata;
	struct bufferevent *stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	door->starved = false;
	if (!stream || door->stranger_count == ARRAY_SIZE(door->strangers))
		return stream;
	/* evhttp takes a chunk of a body when it is whole; a line without an end it never takes. */
	bufferevent_setwatermark(stream, EV_READ, 0, door->options.body_max + DOOR_UNREAD_MAX);
	bufferevent_incref(stream);
	door->strangers[door->stranger_count++] = (struct stranger){.stream = stream};
	update_listener(door);
	plan_sweep(door, true);
	return stream;
}

struct search {
	const struct evhttp *http;
	struct door *door; /* that it is of */
};

static int is_of_door(const struct event_base *base, const struct event *event, void *userdata)
{
	struct search *search = userdata;
	struct door *door;

	(void)base;
	if (event_get_callback(event) != on_sweep)
		return 0;
	door = event_get_callback_arg(event);
	if (door->http != search->http)
		return 0;
	search->door = door;
	return 1;
}

/*
 * Most likely there are no descriptors left.  The connection waits in the kernel; asking for it in
 * each turn would only take the processor from those who could give some back.
 */
static void on_accept_error(struct evconnlistener *listener, void *userdata)
{
	struct search search = {.http = userdata}; /* evhttp's, not ours */
	int error = errno;

	(void)evconnlistener_disable(listener);
	(void)event_base_foreach_event(evconnlistener_get_base(listener), is_of_door, &search);
	assert(search.door);
	plan_sweep(search.door, true);
	if (search.door->starved)
		return;
	search.door->starved = true;
	log_write(LOG_WARNING, NULL, NULL,
		"cannot take a connection: %s; trying again every few seconds", strerror(error));
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
	struct bufferevent *stream = evhttp_connection_get_bufferevent(connection);

	for (size_t i = 0; i < door->known_count; i++)
		if (door->known[i] == connection)
			return;
	for (size_t i = 0; i < door->stranger_count; i++)
		if (door->strangers[i].stream == stream) {
			forget_stranger(door, i);
			break;
		}
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

static int start_sweeping(struct door *door)
{
	usec patience = door->options.patience > 0 ? door->options.patience
						   : DOOR_REQUEST_SECONDS * USEC_SEC;

	door->sweep_interval = (struct timeval){
		.tv_sec = (time_t)(patience / SWEEPS / USEC_SEC),
		.tv_usec = (suseconds_t)(patience / SWEEPS % USEC_SEC),
	};
	door->sweeping = event_new(door->options.base, -1, EV_PERSIST, on_sweep, door);
	if (!door->sweeping)
		return -ENOMEM;
	door->sweeps_soon = true;
	plan_sweep(door, false);
	return event_pending(door->sweeping, EV_TIMEOUT, NULL) ? 0 : -ENOMEM;
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
	if (!door->http || start_sweeping(door) < 0)
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
	evconnlistener_set_error_cb(door->listener, on_accept_error);
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
	while (door->stranger_count > 0)
		forget_stranger(door, door->stranger_count - 1);
	if (door->sweeping)
		event_free(door->sweeping);
	free(door);
}
