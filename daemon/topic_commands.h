/* Commands of the control socket about one topic: why it matched an article, or brought no alert.
 */
#pragma once

#include "control/server.h"

/* GET /topics/NAME/explain?article=ID; userdata is a struct command_context. */
void topic_command_explain(
	const struct control_request *request, struct control_reply *reply, void *userdata);
