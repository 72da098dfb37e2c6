/*
 * Commands of the control socket about topics: what is watched, why a topic matched an article or
 * brought no alert, what it would have matched.
 */
#pragma once

#include "control/server.h"

/* GET /topics, with the routing of each and the place of its query. */
void topic_command_list(
	const struct control_request *request, struct control_reply *reply, void *userdata);

/* GET /lists: the names of the lists that queries may use, with how many terms each has. */
void topic_command_lists(
	const struct control_request *request, struct control_reply *reply, void *userdata);

/* GET /lists/NAME: the terms of a named list. */
void topic_command_terms(
	const struct control_request *request, struct control_reply *reply, void *userdata);

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
