/* Where a request came from, between server.c and later.c.  Private to this room. */
#pragma once

#include <stdbool.h>

struct control_later;
struct evhttp_request;
struct json_t;

struct control_origin {
	struct evhttp_request *request;
	struct control_later **laters; /* the server's list */
	bool deferred;                 /* a later was taken */
};

/* Answers; takes the body over (NULL: memory is out). */
void control_send(struct evhttp_request *request, int status, struct json_t *body);

/* The one that answers this request, or NULL. */
struct control_later *control_later_of_request(
	struct control_later *laters, const struct evhttp_request *request);

/* One whose connection is gone, or NULL. */
struct control_later *control_later_detached(struct control_later *laters);

/* Tells the owner that who asked has left, and frees the later; the request is the caller's. */
struct evhttp_request *control_later_leave(struct control_later *later);
