/* Commands of the control socket about one feed beyond its state: its recorded requests. */
#pragma once

#include "control/server.h"

/* GET /feeds/NAME/audit: the log of the feed's requests, judged by the rules of polling. */
void feed_command_audit(
	const struct control_request *request, struct control_reply *reply, void *userdata);
