/* The service's parts: its rooms (service.c) and what they follow (follow.c, standing.c). */
#pragma once

#include "commands/commands.h"
#include "http/client.h"
#include "service/service.h"
#include "service/standing.h"

struct control_server;

enum {
	SERVICE_SIGNALS = 3, /* that are handled */
};

struct service {
	const char *path; /* of the configuration; NULL: /etc/wirewatch */
	bool once;
	bool told; /* why it cannot start */
	enum exit_code status;
	struct config *config;
	struct standing standing;
	struct config *before; /* of a reload that failed half way: rooms may still read it */
	struct event_base *base;
	struct clock *clock;
	struct store *store;
	struct http_client *http;
	struct pool *pool;
	struct outbox *outbox;
	struct pipeline *pipeline;
	struct pages *pages;
	struct poller *poller;
	struct hook_tests *hook_tests;
	struct tails *tails;
	struct pushes *pushes; /* NULL: there is no PublicURL= */
	struct control_server *control;
	struct reloader *reloader;
	struct command_context context;
	struct event *signals[SERVICE_SIGNALS];
	struct clock_timer *tick;
	int inherited; /* sockets */
	usec tick_interval;
	usec started;
};

/* Tells systemd the figures and `more` (sd_notify(3)). */
void service_tell(struct service *service, const char *more);

void service_log_errors(const struct config_errors *errors);

struct http_options service_http_options(const struct service *service);

/* Makes all rooms follow the configuration.  Takes the matcher over.  Returns 0 or -errno. */
int service_configure(struct service *service, struct matcher *matcher);

/* Opens the way by which another configuration comes.  Returns 0 or -ENOMEM. */
int service_open_reloader(struct service *service);

/* SIGHUP: reloads, and says to systemd when that is over. */
void service_hang_up(struct service *service);
