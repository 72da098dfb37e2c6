/*
 * A small HTTP server by libevent's evhttp, for strangers: headers, bodies, silence, the time until
 * the first request is whole and the number of connections are bounded.  What is asked is its
 * owner's to answer.
 */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/macro.h"

struct door;
struct event_base;
struct evhttp_request;

enum {
	DOOR_CONNECTIONS_MAX = 64,
	DOOR_SILENCE_SECONDS = 10, /* a connection that is silent for so long is closed */
	/* A byte now and then is no silence: so long its first request may take.  4 MiB, the
	 * largest push, at 1 Mbit/s are a good half of it.
	 */
	DOOR_REQUEST_SECONDS = 60,
	DOOR_UNREAD_MAX = 64 * 1024, /* bytes read ahead of their use, beyond a body */
};

struct door_options {
	struct event_base *base;
	unsigned methods; /* of enum evhttp_cmd_type, or'ed */
	size_t headers_max;
	size_t body_max;
	size_t connections_max; /* at most DOOR_CONNECTIONS_MAX */
	usec patience;          /* 0: DOOR_REQUEST_SECONDS */
	void (*on_request)(struct evhttp_request *request, void *userdata);
	void (*on_close)(void *userdata); /* a connection that had asked was closed; may be NULL */
	void *userdata;
};

/*
 * Serves a listening socket, which is taken over where that succeeds.  Returns 0, -ENOMEM, or what
 * fcntl(2) says.
 */
int door_new(const struct door_options *options, int fd, struct door **ret);

/* Closes the socket and all connections.  Takes NULL. */
void door_free(struct door *door);
DEFINE_CLEANUP(door_freep, struct door, door_free)
