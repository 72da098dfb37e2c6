/*
 * A client and a server that breaks every rule by the path it is asked for, in one loop: what the
 * tests of the client share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "http/bounds.h"
#include "http/client.h"
#include "raw_server.h"

enum {
	URL_SIZE = 256,
	RESULTS_MAX = 16,
};

struct result {
	bool done;
	unsigned order;
	enum http_failure failure;
	int status;
	size_t length;
	char url[URL_SIZE];
	char permanent_url[URL_SIZE];
	char words[HTTP_WORDS_SIZE];
	char etag[64];
	char encoding[64];
	char start[64]; /* of the body */
	usec retry_at;
};

struct fixture {
	struct event_base *base;
	struct clock *clock;
	struct http_client *client;
	struct raw_server *server;
	unsigned pending;
	unsigned finished;
	struct result results[RESULTS_MAX];
	unsigned bound_seen;   /* requests with If-None-Match */
	unsigned common_seen;  /* requests with X-Common */
	unsigned cookies_seen; /* requests with a cookie or referer */
	struct http_transfer *victim;
};

/* What the server does; userdata is the fixture. */
void client_on_request(
	const char *path, const char *request, struct raw_reply *reply, void *userdata);

int client_setup(void **state);
int client_teardown(void **state);

/* The server's URL with that path; good for three more calls. */
const char *client_url(struct fixture *fixture, const char *path);

/* Starts a request whose result goes to results[index]. */
struct http_transfer *client_begin(
	struct fixture *fixture, size_t index, const struct http_request *request);

/* Keeps a response as results[i]. */
void client_record(struct fixture *fixture, size_t i, const struct http_response *response);

/* Runs the loop until all that was begun is done. */
void client_wait(struct fixture *fixture);

/* One request from beginning to end. */
const struct result *client_get(struct fixture *fixture, const struct http_request *request);
const struct result *client_get_path(struct fixture *fixture, const char *path);
