/*
 * Mail by SMTP (RFC 5321) on the loop, a connection each.  libcurl finds the server, connects,
 * secures (STARTTLS of RFC 3207, or TLS from the start) and logs in; the rest of the dialogue is
 * spoken here over its connection, because libcurl's own waits within a loop's turn for the last
 * answer.  All bounds are below; what passes one ends the mail, not the daemon.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/macro.h"

struct buffer;
struct event_base;
struct smtp_client;
struct smtp_transfer;

enum {
	SMTP_REPLY_BYTES = 4096, /* of one reply with all its lines (RFC 5321: 512 a line) */
	SMTP_WORDS_SIZE = 768,
	SMTP_MAILS_MAX = 1024, /* on their way at a time */
};

/* How far it came. */
enum smtp_stage {
	SMTP_CONNECT, /* name, connection, greeting, TLS */
	SMTP_LOGIN,
	SMTP_SENDER,
	SMTP_RECIPIENT,
	SMTP_DATA,
	SMTP_CONTENT, /* the message itself, and its answer */
	SMTP_ACCEPTED,
};

struct smtp_request {
	const char *server;    /* smtp://HOST[:PORT] or smtps://HOST[:PORT] */
	bool plain;            /* smtp:// without STARTTLS; else it is required */
	const char *ca_file;   /* NULL: the system's */
	const char *user;      /* NULL: no login */
	const char *password;  /* with `user` */
	const char *from;      /* addresses, bare */
	const char *const *to; /* NULL-terminated */
	const char *message;   /* lines end in CR LF; dots are doubled here */
	size_t length;
	usec timeout;              /* of all */
	struct buffer *transcript; /* NULL, or gets the dialogue without secrets; outlives it */
};

struct smtp_result {
	enum smtp_stage stage;
	int code;          /* of the server's last reply; 0: none */
	const char *words; /* of a failure: what, and the next step; NULL: accepted */
};

typedef void (*smtp_done_fn)(const struct smtp_result *result, void *userdata);

/* Loop and clock are borrowed.  Returns 0 or -ENOMEM. */
int smtp_client_new(struct event_base *base, struct clock *clock, struct smtp_client **ret);

/* What is on its way was cancelled before.  Takes NULL. */
void smtp_client_free(struct smtp_client *client);
DEFINE_CLEANUP(smtp_client_freep, struct smtp_client, smtp_client_free)

/*
 * Copies the request and starts.  `done` is called once, never from within this call, unless it is
 * cancelled.  Returns 0, -ENOMEM, or -EMFILE where SMTP_MAILS_MAX are on their way.
 */
int smtp_start(struct smtp_client *client, const struct smtp_request *request, smtp_done_fn done,
	void *userdata, struct smtp_transfer **ret);

/* Ends it without a callback. */
void smtp_cancel(struct smtp_transfer *transfer);
