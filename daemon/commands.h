/* What the control socket offers: a table from path to handler, over the daemon's rooms. */
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "control/server.h"
#include "notify/outbox.h"
#include "poll/poller.h"
#include "status/status.h"
#include "store/store.h"
#include "worker/pool.h"

/* The rooms that commands look into and turn knobs of; all borrowed. */
struct command_context {
	struct clock *clock;
	const struct config *config; /* replaced at reload */
	struct store *store;
	struct poller *poller;
	struct pool *pool;
	struct outbox *outbox;
	usec started; /* wall clock */
	int (*reload)(void *userdata, struct config_errors *errors);
	void *userdata;
};

/* What GET /status answers and `systemctl status` shows. */
struct status_figures commands_figures(const struct command_context *context);

/*
 * The parameter `since` of a request: a date-time of RFC 3339, or a time span before `now`.  Leaves
 * *value as it is where it is absent.  Returns 0 or -EINVAL.
 */
int commands_since(const struct control_request *request, usec now, usec *value);

/* Ends with a NULL method; handlers take a struct command_context as userdata. */
extern const struct control_command command_table[];
