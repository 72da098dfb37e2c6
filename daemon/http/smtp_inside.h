/*
 * A mail on its way: smtp.c connects and logs in by libcurl, smtp_dialogue.c then speaks over the
 * connection.  Either may end it, after which the transfer is gone.
 */
#pragma once

#include <curl/curl.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "http/smtp.h"

enum {
	LAST_LINE_BYTES = 300, /* told of a reply */
};

struct smtp_client {
	struct event_base *base;
	struct clock *clock;
	struct glue *glue;
	size_t active;
};

struct smtp_transfer {
	struct smtp_client *client;
	struct arena *arena; /* of `request` */
	struct smtp_request request;
	smtp_done_fn done;
	void *userdata;
	CURL *easy;
	int fd; /* libcurl's, once the dialogue is ours */
	struct clock_timer *timer;
	struct event *event; /* once the dialogue is ours */
	enum smtp_stage stage;
	size_t recipient;
	struct buffer out;
	size_t sent;
	struct buffer in; /* lines of the present reply */
	int code;
	char last_line[LAST_LINE_BYTES]; /* of the last reply; printable */
	char error[CURL_ERROR_SIZE];
};

/* Ends the mail: accepted (NULL), or not, in words. */
void smtp_finish(struct smtp_transfer *transfer, const char *words);

/* Ends it with what the mail server did, its last line, and the next step (or NULL). */
void smtp_fail(struct smtp_transfer *transfer, const char *what, const char *next);

/* A line of the transcript: ">" ours, "<" the server's. */
void smtp_note(struct smtp_transfer *transfer, const char *sign, const char *bytes, size_t length);

/* Keeps a line of a reply for smtp_fail(). */
void smtp_note_reply(struct smtp_transfer *transfer, const char *line, size_t length);

/* Speaks from MAIL FROM on, over the connection that libcurl made. */
void smtp_dialogue_begin(struct smtp_transfer *transfer);
