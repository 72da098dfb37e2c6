/*
 * Room http without a network: a test that lists fake_http.c among its sources gets this client
 * instead of http/client.c.  Requests pass the real limits (http/limits.h) and are answered after a
 * while by the test's script.  Redirects are the script's to tell (url, permanent_url).
 */
#pragma once

#include <stddef.h>

#include "http/client.h"

/* What goes over the wire as the script sees it; borrowed. */
struct fake_request {
	const char *url;
	const char *if_none_match;     /* of the request to `url`; see fake_answer.url */
	const char *if_modified_since; /* likewise */
	const char *accept;            /* the value of that header, or NULL */
	usec at;                       /* wall clock */
};

/* Strings are the script's and stay until its next call. */
struct fake_answer {
	enum http_failure failure;
	int status;
	const char *headers[12]; /* "Name: value" */
	const char *body;
	size_t length;
	/* A redirect led there; the validators were sent on to it if it is whom they belong to. */
	const char *url;
	const char *permanent_url;
	usec takes;
};

typedef void (*fake_http_fn)(
	const struct fake_request *request, struct fake_answer *ret, void *userdata);

/*
 * The script of all clients made from now on.  When `redirects` is given, it says where a URL leads
 * (or the URL itself), so that bound headers are shown to the script for the right hop.
 */
void fake_http_script(fake_http_fn answer,
	const char *(*redirects)(const char *url, void *userdata), void *userdata);

/* The most that were in flight at a time since the last call. */
unsigned fake_http_peak(void);
