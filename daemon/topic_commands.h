/* Commands of the control socket about one topic: why it matched an article, or brought no alert.
 */
#pragma once

#include "control/server.h"

/* GET /topics/NAME/explain?article=ID; userdata is a struct command_context. */
void topic_command_explain(
	const struct control_request *request, struct control_reply *reply, void *userdata);

/*
 * GET /topics/NAME/test?before=KEY&since=WHEN: goes through stored articles from the newest down, a
 * few at a time, so that the loop is never held up: `next` is the `before` of the next request, or
 * null at the end.
 */
void topic_command_test(
	const struct control_request *request, struct control_reply *reply, void *userdata);
