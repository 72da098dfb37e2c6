/*
 * Where hubs reach us: GET and POST on PublicURL's /websub/TOKEN, through a bounded server
 * (base/door.h).  All else is 404, and nothing here tells which tokens there are.
 */
#pragma once

#include "base/macro.h"

struct callback;
struct event_base;
struct subscriber;

enum {
	CALLBACK_HEADERS_MAX = 16 * 1024,
	CALLBACK_BODY_MAX = 4 * 1024 * 1024, /* a larger push is 413: the feed's next poll has it */
	CALLBACK_CONNECTIONS_MAX = 32,
};

/*
 * Listens on "ADDRESS:PORT" ("[::1]:8080", "127.0.0.1:0").  The subscriber is borrowed.  Returns 0,
 * or what socket(2), bind(2) and listen(2) say.
 */
int callback_new(struct event_base *base, const char *address, struct subscriber *subscriber,
	struct callback **ret);

/*
 * Serves a listening socket of any family, which is taken over where that succeeds.  Returns as
 * door_new().
 */
int callback_serve(
	struct event_base *base, int fd, struct subscriber *subscriber, struct callback **ret);

/* Takes NULL. */
void callback_free(struct callback *callback);
