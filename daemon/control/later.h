/*
 * Answers that come later, or line by line: a handler takes a `later` of its request and returns;
 * the request is then answered by it.  Who asked may leave before: the owner is told, and the later
 * is gone.  What was not read yet is the owner's to look at (control_later_unread()): nothing here
 * waits for a slow reader, and the owner stops adding.
 */
#pragma once

#include <stddef.h>

#include "control/server.h"

struct control_later;

/*
 * Called in a handler, whose reply does not count then.  `on_gone` is called at most once, when who
 * asked has left.  All laters end before the server is freed.  NULL: memory is out.
 */
struct control_later *control_later_new(
	const struct control_request *request, void (*on_gone)(void *userdata), void *userdata);

/* Answers, takes the body over; the later is gone. */
void control_later_answer(struct control_later *later, int status, struct json_t *body);

/* Begins an answer of lines, one JSON value each (status 200). */
void control_later_begin(struct control_later *later);

/* Adds a line; takes the value over.  Returns 0 or -ENOMEM. */
int control_later_add(struct control_later *later, struct json_t *value);

/* Bytes that were added and not yet taken by the kernel. */
size_t control_later_unread(const struct control_later *later);

/* Ends an answer of lines, or the connection where there was none; the later is gone. */
void control_later_end(struct control_later *later);
