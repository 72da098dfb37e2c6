/*
 * The control socket (wirewatch(1)): HTTP/1.1 and JSON over a unix socket, by libevent's evhttp
 * with bounded headers and bodies.  What is offered is a table of commands; the server knows none
 * of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "control/peer.h"

struct event_base;
struct control_server;
struct json_t;

enum {
	CONTROL_HEADERS_MAX = 16 * 1024,
	CONTROL_BODY_MAX = 64 * 1024,
	CONTROL_CONNECTIONS_MAX = 64,
};

struct control_request {
	const char *argument; /* what stood for `*` in the path, decoded, or NULL */
	const struct evkeyvalq *query;
	struct peer peer;
	struct control_origin *origin; /* for control/later.h */
};

/* The answer: `status` as HTTP's, the body taken over. */
struct control_reply {
	int status;
	struct json_t *body;
};

struct control_command {
	const char *method; /* "GET" asks, "POST" changes something: not everybody may */
	const char *path;   /* "/feeds", "/feeds/" and "*" for one argument */
	void (*handle)(
		const struct control_request *request, struct control_reply *reply, void *userdata);
};

/*
 * Listens on `path` (mode 0660; a stale socket is replaced) or on `fd` >= 0 (socket activation).
 * `commands` end with a NULL method.  Returns 0, -EADDRINUSE where another listens there, -EEXIST
 * where that is no socket, or another error.
 */
int control_server_new(struct event_base *base, const char *path, int fd,
	const struct control_command *commands, void *userdata, struct control_server **ret);
void control_server_free(struct control_server *server);

/* Whether members of the daemon's group may change things too (GroupMayChange=; peer.h). */
void control_server_let_group_change(struct control_server *server, bool may);

/* A parameter of the request's query, decoded; NULL: absent. */
const char *control_request_parameter(const struct control_request *request, const char *name);
