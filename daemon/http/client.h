/*
 * HTTP requests on the loop: libcurl's multi interface over libevent.  Knows nothing of feeds.
 * A request is copied when it starts; its response is the callee's to read until the callback
 * returns.  Limits per host and in total (http/limits.h) hold for all requests marked polite.
 * Every hop of a redirect is a request of its own to the guard (http/guard.h) and the limits.
 * Bounds are docs/POLLING.md's and stand in http/bounds.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

struct access;
struct buffer;
struct event_base;
struct http_client;
struct http_transfer;

struct http_options {
	struct event_base *base;
	struct clock *clock;
	const char *user_agent;       /* "wirewatch/VERSION (+CONTACT)" */
	const char *private_networks; /* "yes", prefixes, or NULL: none (docs/ARCHITECTURE.md 8) */
	unsigned max_transfers;       /* in flight in total */
	unsigned host_connections;    /* polite requests at a time to a host */
	usec host_gap;                /* between the starts of polite requests to a host */
};

struct http_request {
	const char *method; /* NULL: GET */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
	/* Sent to exactly this URL and to no other hop: validators (P2). */
	const char *const *bound_headers;
	const char *bound_url;
	const void *body;
	size_t body_length;
	const char *user_agent;       /* NULL: the client's */
	const char *private_networks; /* NULL: the client's */
	/*
	 * Credentials, proxy and TLS (base/access.h), or NULL; shared while the request lasts.
	 * Credentials, headers and the client's certificate go to the origin (scheme, host and
	 * port) of `access_url` alone, however hops lead; what is trusted holds for its host.
	 * Through a proxy the guard sees the target only where its URL has an address, or names
	 * this machine: names are resolved by the proxy.  The proxy itself is not guarded.
	 */
	struct access *access;
	const char *access_url;
	bool unguarded;         /* the administrator's own destination: no guard (webhooks) */
	bool polite;            /* the limits of a host apply */
	bool bulk;              /* a polite one that http_client_hold() holds back */
	unsigned redirects_max; /* 0: none is followed; 301 to 303 with GET only */
	usec timeout;           /* of the whole transfer; 0: the bound of http/bounds.h */
	size_t body_max;        /* of the response; 0: the bound */
	/*
	 * Compression is offered: for bodies that a reader takes, which come as they are, in
	 * their Content-Encoding.  Nothing is unpacked here.
	 */
	bool packed;
	bool truncate; /* a longer body is cut and is no failure */
	bool patient;  /* an answer may be as slow as `timeout` lets it */
};

/* What went wrong before there was a whole response. */
enum http_failure {
	HTTP_OK,
	HTTP_REFUSED_URL,     /* scheme, length or form */
	HTTP_REFUSED_ADDRESS, /* the guard */
	HTTP_DNS,
	HTTP_CONNECT,
	HTTP_TLS,
	HTTP_PROXY,       /* there was no way through it */
	HTTP_CERTIFICATE, /* of the request's own access: unfit */
	HTTP_TIMEOUT,
	HTTP_TOO_LARGE,
	HTTP_TOO_MANY_REDIRECTS,
	HTTP_BLOCKED, /* the host asked to be left alone until `retry_at` (P7): nothing was sent */
	HTTP_BROKEN,  /* closed early, bad framing, headers over a bound */
	HTTP_FAILURE_MAX,
};

/* What went out, for the record.  Strings are borrowed as all of a response. */
struct http_trace {
	usec started;           /* wall clock, when the first hop's request went out; 0: none did */
	bool bound;             /* the bound headers went along, to `bound_url` */
	bool polite;            /* the limits were kept */
	bool packed;            /* compression was offered */
	const char *user_agent; /* NULL: nothing was asked */
	const char *hops;       /* redirects, as lines "STATUS URL", the URL asked; NULL: none */
};

struct http_response {
	enum http_failure failure;
	const char *words;         /* of a failure, for the user: what and the next step */
	int status;                /* of the last response; 0 when there was none */
	const char *url;           /* where the response came from; "" for a refused one */
	const char *permanent_url; /* where 301 and 308 alone led (P10), or NULL */
	const char *body;
	size_t length;
	usec retry_at; /* of HTTP_BLOCKED, wall clock */
	const struct http_headers *headers;
	struct http_trace trace;
	struct buffer *taken; /* for http_response_take() */
};

/* The last header of that name (any case) in the last response, or NULL; borrowed. */
const char *http_response_header(const struct http_response *response, const char *name);

/*
 * The target of the first Link field (RFC 8288) with that relation, as it stands there; NULL: there
 * is none.  The caller frees it.
 */
char *http_response_link(const struct http_response *response, const char *relation);

/*
 * The headers of that name (any case) joined to one list, which the caller frees; *ret is NULL
 * where there is none.  Returns 0 or -ENOMEM.
 */
int http_response_list(const struct http_response *response, const char *name, char **ret);

/* Hands the body over, to be freed: `body` is not to be read any more.  NULL: there is none. */
char *http_response_take(const struct http_response *response, size_t *ret_length);

typedef void (*http_done_fn)(const struct http_response *response, void *userdata);

/* Loop and clock are borrowed.  Returns as http_client_configure(). */
int http_client_new(const struct http_options *options, struct http_client **ret);

/* Cancels what is in flight, without callbacks. */
void http_client_free(struct http_client *client);

/* Changes limits and defaults for requests that start from now on (reload).  Returns 0 or -ENOMEM.
 */
int http_client_configure(struct http_client *client, const struct http_options *options);

/*
 * Starts a request, or queues it behind the limits.  `done` is called once, never from within this
 * call, unless the transfer is cancelled.  Returns 0 or -ENOMEM; all else comes by `done`.
 */
int http_client_start(struct http_client *client, const struct http_request *request,
	http_done_fn done, void *userdata, struct http_transfer **ret);

/* Whether a request went out, and was not held back by a limit.  Takes NULL: no. */
bool http_transfer_is_under_way(const struct http_transfer *transfer);

/* Ends the transfer without a callback.  Takes NULL. */
void http_transfer_cancel(struct http_transfer *transfer);

/* Transfers in flight and queued. */
unsigned http_client_active(const struct http_client *client);

/*
 * Keeps polite requests from the URL's host until then (P7: Retry-After): those that wait and those
 * that start fail with HTTP_BLOCKED.  Returns 0, -EINVAL for what is no URL, or -ENOMEM.
 */
int http_client_block_host(struct http_client *client, const char *url, usec until_wall);

/* Holds bulk requests back that are not yet under way, or lets them go on. */
void http_client_hold(struct http_client *client, bool hold);
