/* Commands of the control socket about one feed beyond its state: its recorded requests. */
#pragma once

#include "control/server.h"

struct command_context;
struct feed;

/* What a feed's hub is and does (WebSub); null: it has none, or there is no PublicURL=. */
struct json_t *feed_hub_value(const struct command_context *context, const struct feed *feed);

/* GET /feeds/NAME/audit: the log of the feed's requests, judged by the rules of polling. */
void feed_command_audit(
	const struct control_request *request, struct control_reply *reply, void *userdata);
