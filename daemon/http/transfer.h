/*
 * One request of http/client.c from its start to its callback: what was asked (copied), where its
 * present hop goes, and what it waits for.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "http/client.h"
#include "http/exchange.h"
#include "http/limits.h"
#include "http/location.h"

enum transfer_state {
	TRANSFER_WAITING, /* in the limits */
	TRANSFER_RUNNING, /* in curl */
	TRANSFER_ENDED,   /* without a response; `done` is called in the next turn */
	TRANSFER_TELLING, /* in its own `done` */
};

struct http_transfer {
	struct limits_ticket ticket;
	TAILQ_ENTRY(http_transfer) link;
	struct http_client *client;
	enum transfer_state state;
	struct http_request request; /* its strings are owned */
	struct curl_slist *headers;  /* the bound ones first */
	struct curl_slist *unbound;  /* within `headers`: what any hop gets */
	struct curl_slist *own;      /* of this hop: all of them, and those of its access */
	CURLSH *cookies;             /* of its access, from hop to hop */
	struct location location;    /* of this hop */
	char *permanent_url;
	bool moved_for_a_time; /* a redirect was not permanent */
	unsigned redirects;
	usec left; /* of the timeout */
	struct http_trace trace;
	struct buffer hops; /* of the trace */
	usec hop_started;
	usec retry_at;
	struct exchange *exchange;
	enum http_failure failure;
	const char *words; /* of TRANSFER_ENDED; static */
	unsigned turn;     /* of the client, when it ended */
	http_done_fn done;
	void *userdata;
};

TAILQ_HEAD(transfers, http_transfer);

/*
 * Copies the request; `allowed` is the client's own answer where the request has none.  The
 * location is not set.  Returns 0 or -ENOMEM.
 */
int transfer_new(
	const struct http_request *request, const char *allowed, struct http_transfer **ret);

/*
 * The headers of a hop whose access has some of its own, in transfer->own.  Returns 0 or -ENOMEM.
 */
int transfer_own_headers(struct http_transfer *transfer, const struct curl_slist *others);

/* Its exchange was released before. */
void transfer_free(struct http_transfer *transfer);
