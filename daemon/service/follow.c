/* What the rooms do by the configuration, at start and at a reload. */
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/message_ids.h"
#include "control/server.h"
#include "notify/exec_hook.h"
#include "pipeline/registry.h"
#include "service/service_inside.h"
#include "watch/reloader.h"
#include "watch/watch.h"

void service_log_errors(const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		log_error("%s", errors->lines[i]);
	if (errors->dropped > 0)
		log_error("... and %zu more", errors->dropped);
}

static void warn(const char *words)
{
	log_write(LOG_WARNING, NULL, NULL, "%s", words);
}

struct http_options service_http_options(const struct service *service)
{
	const struct config *config = service->config;

	return (struct http_options){
		.base = service->base,
		.clock = service->clock,
		.user_agent = config->user_agent,
		.private_networks = config->private_networks,
		.max_transfers = config->max_transfers,
		.host_connections = config->host_connections,
		.host_gap = config->host_gap,
	};
}

int service_configure(struct service *service, struct matcher *matcher)
{
	struct http_options http = service_http_options(service);
	struct registry registry = {service->clock, service->store, service->poller};
	const struct config *config = service->config;
	int r;

	config_warn(config, warn);
	service->context.config = config;
	r = pipeline_configure(service->pipeline, config, matcher);
	if (r < 0)
		return r;
	r = http_client_configure(service->http, &http);
	if (r < 0)
		return r;
	pages_configure(service->pages, config);
	r = pool_resize(service->pool, config->readers);
	if (r < 0)
		return r;
	r = outbox_set_hooks(service->outbox, config->hooks, config->hook_count);
	if (r < 0)
		return r;
	exec_announce(config->hooks, config->hook_count);
	if (service->control)
		control_server_let_group_change(service->control, config->group_may_change);
	poller_reload_begin(service->poller, config->poll_interval);
	r = registry_add_feeds(&registry, config);
	poller_reload_end(service->poller);
	if (r == 0 && service->pushes)
		pushes_configure(service->pushes, config);
	return r;
}

/* Some rooms follow the new configuration and some the old: only a new start makes it whole. */
static void end_half_way(struct service *service, struct config *before)
{
	log_error("the new configuration could be applied in part only; ending, to be started "
		  "again with it: nothing is lost, and systemd does so by itself");
	service->before = before;
	service->status = EXIT_CODE_INTERNAL;
	(void)event_base_loopbreak(service->base);
}

static int apply(struct config *given, struct matcher *compiled, struct config_errors *errors,
	void *userdata)
{
	struct service *service = userdata;
	_cleanup_(config_freep) struct config *config = given;
	_cleanup_(matcher_freep) struct matcher *matcher = compiled;
	_cleanup_(config_freep) struct config *before = NULL;
	struct registry registry = {service->clock, service->store, service->poller};
	int r;

	r = registry_store(&registry, service->config, config);
	if (r == 0)
		r = pipeline_commit(service->pipeline);
	if (r < 0) {
		config_errors_add(errors, NULL, 0, "its feeds and topics cannot be stored: %s",
			store_error(service->store));
		return r;
	}
	before = service->config;
	service->config = TAKE_PTR(config);
	r = service_configure(service, TAKE_PTR(matcher));
	if (r < 0) {
		(void)log_fail(r, "cannot apply the new configuration: %m");
		end_half_way(service, TAKE_PTR(before));
		return r;
	}
	standing_warn(&service->standing, service->config);
	return 0;
}

static void on_reloaded(int r, const struct config_errors *errors, void *userdata)
{
	struct service *service = userdata;
	const struct config *config = service->config;
	char totals[CONFIG_TOTALS_SIZE];

	if (r == 0) {
		log_write(LOG_INFO, MESSAGE_RELOADED, NULL, "reloaded: %s",
			config_totals(config->feed_count, config->topic_count, config->hook_count,
				totals));
	} else if (!service->before) {
		service_log_errors(errors);
		log_write(LOG_ERR, MESSAGE_RELOAD_REFUSED, NULL,
			"the new configuration is refused; the running one stays");
	}
}

int service_open_reloader(struct service *service)
{
	struct reloader_options options = {
		.clock = service->clock,
		.path = service->path,
		.apply = apply,
		.ended = on_reloaded,
		.userdata = service,
	};

	return reloader_new(&options, &service->reloader);
}

static void on_hangup_done(int r, const struct config_errors *errors, void *userdata)
{
	(void)errors;
	if (r != -ECANCELED)
		service_tell(userdata, "READY=1");
}

void service_hang_up(struct service *service)
{
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)clock_monotonic(service->clock));
	if (!service->reloader || reloader_ask(service->reloader, on_hangup_done, service) < 0) {
		log_error("cannot reload now; send the signal again");
		service_tell(service, "READY=1");
	}
}

enum exit_code service_check(const char *path)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	char totals[CONFIG_TOTALS_SIZE];

	if (watch_load(path, &errors, &config, &matcher) < 0) {
		service_log_errors(&errors);
		return EXIT_CODE_REFUSED;
	}
	config_warn(config, warn);
	(void)printf("The configuration is good: %s.\n",
		config_totals(config->feed_count, config->topic_count, config->hook_count, totals));
	return EXIT_CODE_DONE;
}
