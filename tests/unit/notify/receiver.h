/*
 * A receiver of webhooks in place of room http: requests wait until the test answers them, in any
 * order.  Mail is taken, or refused, at once.  Takes the place of http/client.c and http/smtp.c at
 * link time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "http/client.h"

enum {
	RECEIVER_REQUESTS = 4096, /* since receiver_reset() */
};

struct receiver_request {
	char *url;
	char *body;
	char *headers; /* a line each, each followed by LF */
	char id[64];   /* webhook-id */
	size_t body_max;
	usec timeout;
	http_done_fn done;
	void *userdata;
	unsigned redirects_max;
	bool unguarded;
	bool truncate;
	bool patient;
	bool cancelled;
	bool answered;
};

/* Requests so far, answered ones included. */
size_t receiver_count(void);
struct receiver_request *receiver_request(size_t index);

/* Requests that wait for an answer. */
size_t receiver_waiting(void);

void receiver_answer(size_t index, int status, const char *retry_after, const char *body);
void receiver_fail(size_t index, const char *words);

/* Answers all that wait now. */
void receiver_answer_all(int status);

/* The next http_client_start() fails with -ENOMEM. */
void receiver_refuse_next(void);

void receiver_reset(void);
