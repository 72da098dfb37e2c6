/* Commands of the control socket about the stored articles. */
#pragma once

#include "control/server.h"

/*
 * GET /articles?before=KEY&since=WHEN: the stored articles from the newest down, as `wirewatch
 * match` reads them (wirewatch(1)), a few at a time, so that the loop is never held up: `next` is
 * the `before` of the next request, or null at the end.  Userdata is a struct command_context.
 */
void article_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata);

/* GET /articles/ID: one of them, with its text as long as that is kept (Keep=). */
void article_command_get(
	const struct control_request *request, struct control_reply *reply, void *userdata);
