/*
 * One easy handle with room for what a response brings: reused from hop to hop, so that its fixed
 * options are set once.  Applies the bounds and the guard, and says in words what went wrong.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "base/buffer.h"
#include "http/bounds.h"
#include "http/client.h"
#include "http/headers.h"
#include "http/reach.h"

struct exchange;
struct glue;

/* What one hop asks; all borrowed until it is over. */
struct hop {
	const struct http_request *request;
	const char *url;
	struct curl_slist *headers;
	const char *user_agent;
	const char *allowed; /* private networks */
	usec timeout;
	struct reach reach;
	bool redirected; /* it is not the hop that was asked for */
};

/*
 * The host's address is known (NULL: only a proxy knows it), and (`sends`) the request is about to
 * go out to it.  False: nothing is to be sent to it now.
 */
typedef bool (*exchange_address_fn)(struct exchange *exchange, const char *address, bool sends);

struct exchange {
	TAILQ_ENTRY(exchange) link; /* in the client's pool */
	CURL *easy;
	CURLU *target;           /* the hop's URL */
	struct glue *glue;       /* the client's */
	struct curl_slist agent; /* "User-Agent: ..." before the hop's headers; `data` is ours */
	struct curl_slist encodings; /* then "Accept-Encoding: ..." */
	struct http_headers headers;
	struct buffer body;
	size_t counted; /* of it, in *bodies */
	struct hop hop;
	void *owner;
	exchange_address_fn on_address;
	size_t *bodies;       /* bytes of all bodies under way; the client's */
	bool resolved;        /* the host's address is known */
	bool sent;            /* the request went out */
	bool address_refused; /* by the guard */
	bool address_taken;   /* on_resolved said no */
	bool too_large;
	bool too_much; /* with the bodies of others, over HTTP_BODIES_MAX */
	bool headers_too_large;
	bool cut;   /* the rest of the body was not wanted */
	bool spent; /* has options that the next hop must not inherit */
	char error[CURL_ERROR_SIZE];
};

/* Takes CURLOPT_PRIVATE for itself. */
int exchange_new(
	struct glue *glue, exchange_address_fn on_address, size_t *bodies, struct exchange **ret);
void exchange_free(struct exchange *exchange);
DEFINE_CLEANUP(exchange_freep, struct exchange, exchange_free)

/* Makes the handle ready for a hop.  Returns 0 or -ENOMEM. */
int exchange_prepare(struct exchange *exchange, const struct hop *hop);

/* Forgets the body, and its memory. */
void exchange_drop_body(struct exchange *exchange);

/* The exchange behind a handle. */
struct exchange *exchange_of(CURL *easy);

/* The status of the last response, or 0. */
int exchange_status(const struct exchange *exchange);

/* HTTP_REFUSED_ADDRESS in words. */
const char *exchange_refused_words(bool redirected);

/* What a finished hop came to; words of a failure are written to `words`. */
enum http_failure exchange_judge(
	const struct exchange *exchange, CURLcode result, char words[HTTP_WORDS_SIZE]);
