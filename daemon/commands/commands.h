/* What the control socket offers: a table from path to handler, over the daemon's rooms. */
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "control/server.h"
#include "notify/outbox.h"
#include "pipeline/pages.h"
#include "pipeline/pushes.h"
#include "poll/poller.h"
#include "status/status.h"
#include "store/store.h"
#include "worker/pool.h"

struct hook_tests;
struct reloader;
struct tails;

/* The rooms that commands look into and turn knobs of; all borrowed. */
struct command_context {
	struct clock *clock;
	const struct config *config; /* replaced at reload */
	struct store *store;
	struct poller *poller;
	struct pool *pool;
	struct pages *pages;
	struct outbox *outbox;
	struct hook_tests *hook_tests;
	struct tails *tails;
	const struct pushes *pushes; /* NULL: there is no PublicURL= */
	usec started;                /* wall clock */
	struct reloader *reloader;
};

/* What GET /status answers and `systemctl status` shows. */
struct status_figures commands_figures(const struct command_context *context);

/* The configured topic of that name, or NULL. */
const struct topic *commands_find_topic(const struct command_context *context, const char *name);

/* Ends with a NULL method; handlers take a struct command_context as userdata. */
extern const struct control_command command_table[];
