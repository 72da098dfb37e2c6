/*
 * What the commands of the control socket share: their answers as JSON, their refusals in words,
 * and the parameters of lists.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "control/server.h"
#include "model/alert.h"

enum {
	REPLY_PAGE_DEFAULT = 100, /* rows of a list */
	REPLY_PAGE_MAX = 1000,    /* more would hold the loop up */
};

/* HTTP's statuses of answers. */
enum {
	REPLY_OK = 200,
	REPLY_ACCEPTED = 202,
	REPLY_BAD_REQUEST = 400,
	REPLY_NOT_FOUND = 404,
	REPLY_CONFLICT = 409,
	REPLY_UNPROCESSABLE = 422,
	REPLY_INTERNAL = 500,
};

/* Answers with the body, which is taken over; NULL: memory is out. */
void reply_body(struct control_reply *reply, struct json_t *body);

/* Answers with one of the statuses above and why, in words for the user. */
void reply_refuse(struct control_reply *reply, int status, const char *words);

/* What a room below said of `what`: -ENOENT is "there is no such ...". */
void reply_error(struct control_reply *reply, int error, const char *what);

/* A list at `key`; takes it over, also when `error` of the store says that it is no good. */
void reply_list(struct control_reply *reply, const char *key, struct json_t *list, int error);

/* A list of strings; the words end with NULL, and NULL has none. */
struct json_t *reply_words(const char *const *words);

/* An alert's fields, and its whole event where asked for. */
struct json_t *reply_alert(const struct alert *alert, bool with_event);

/* Which part of a list is asked for. */
struct page {
	const char *topic; /* NULL: all */
	usec since;        /* 0: all */
	size_t limit;      /* REPLY_PAGE_DEFAULT unless asked for, at most REPLY_PAGE_MAX */
	size_t offset;
	int64_t before; /* rows with a key below; INT64_MAX: from the newest on */
};

/*
 * Reads `topic`, `since` (a date-time of RFC 3339, or a time span before `now`), `limit`, `offset`
 * and `before`.  Returns whether they are good; else they were refused.
 */
bool page_take(const struct control_request *request, usec now, struct control_reply *reply,
	struct page *ret);
