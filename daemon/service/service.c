#include "service/service.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/message_ids.h"
#include "commands/hook_test.h"
#include "commands/tail.h"
#include "control/server.h"
#include "notify/outbox.h"
#include "pipeline/pages.h"
#include "pipeline/pipeline.h"
#include "pipeline/pushes.h"
#include "pipeline/registry.h"
#include "service/service_inside.h"
#include "status/status.h"
#include "watch/reloader.h"
#include "watch/watch.h"
#include "worker/pool.h"

/* How often systemd is told figures, where no watchdog asks for more. */
#define STATUS_INTERVAL (30 * USEC_SEC)

/* How often --once looks whether all is done. */
#define ONCE_INTERVAL (20 * USEC_MSEC)

static const int handled_signals[SERVICE_SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

void service_tell(struct service *service, const char *more)
{
	struct status_figures figures;
	char line[STATUS_LINE_SIZE];

	if (!getenv("NOTIFY_SOCKET")) /* nobody listens, and the figures are counted for it */
		return;
	figures = commands_figures(&service->context);
	(void)sd_notifyf(0, "STATUS=%s\n%s", status_line(&figures, line), more);
}

/* Runs on the loop's own timer, so that a loop which hangs feeds no watchdog. */
static void on_tick(void *userdata)
{
	struct service *service = userdata;

	service_tell(service, "WATCHDOG=1");
	clock_timer_in(service->clock, service->tick, service->tick_interval);
}

static void on_once_tick(void *userdata)
{
	struct service *service = userdata;

	if (poller_idle(service->poller) && pipeline_idle(service->pipeline) &&
		pages_idle(service->pages) && outbox_idle(service->outbox))
		(void)event_base_loopbreak(service->base);
	else
		clock_timer_in(service->clock, service->tick, ONCE_INTERVAL);
}

static int start_tick(struct service *service)
{
	uint64_t watchdog;
	int r;

	service->tick_interval = STATUS_INTERVAL;
	if (sd_watchdog_enabled(0, &watchdog) > 0 && watchdog / 2 < service->tick_interval)
		service->tick_interval = watchdog / 2;
	r = clock_timer_new(
		service->clock, service->once ? on_once_tick : on_tick, service, &service->tick);
	if (r < 0)
		return r;
	clock_timer_in(service->clock, service->tick, 0);
	return 0;
}

static void on_signal(evutil_socket_t signal, short what, void *userdata)
{
	struct service *service = userdata;

	(void)what;
	if (signal == SIGHUP)
		service_hang_up(service);
	else
		(void)event_base_loopbreak(service->base);
}

static void on_reader_death(const char *words, void *userdata)
{
	(void)userdata;
	log_write(LOG_WARNING, MESSAGE_READER_DIED, NULL, "%s", words);
}

static int open_store(struct service *service)
{
	_cleanup_(freep) char *words = NULL;
	int r;

	r = store_open(service->config->state_directory, &service->store, &words);
	if (r < 0)
		log_error("cannot start: %s", words ? words : strerror(-r));
	service->told = r < 0;
	return r;
}

/*
 * A reload that is asked for before the loop can hear of it comes when it can; its default would
 * be the daemon's end.
 */
static void hold_back_hangups(bool held)
{
	sigset_t hangup;

	(void)sigemptyset(&hangup);
	(void)sigaddset(&hangup, SIGHUP);
	(void)sigprocmask(held ? SIG_BLOCK : SIG_UNBLOCK, &hangup, NULL);
}

static int open_loop(struct service *service)
{
	int r;

	service->base = loop_new();
	if (!service->base)
		return -ENOMEM;
	r = clock_new_system(service->base, &service->clock);
	if (r < 0)
		return r;
	service->started = clock_now(service->clock);
	for (size_t i = 0; i < ARRAY_SIZE(handled_signals); i++) {
		service->signals[i] =
			evsignal_new(service->base, handled_signals[i], on_signal, service);
		if (!service->signals[i] || event_add(service->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	hold_back_hangups(false);
	return 0;
}

static int open_pipeline(struct service *service)
{
	struct pipeline_options options = {
		.clock = service->clock,
		.store = service->store,
		.pool = service->pool,
		.outbox = service->outbox,
		.state_directory = service->config->state_directory,
	};
	struct pages_options pages = {
		.clock = service->clock,
		.store = service->store,
		.http = service->http,
		.pool = service->pool,
		.once = service->once,
	};
	struct poller_options poller = {
		.clock = service->clock,
		.http = service->http,
		.poll_interval = service->config->poll_interval,
		.safety_interval = service->config->safety_interval,
		.on_round = pipeline_on_round,
	};
	int r;

	r = pipeline_new(&options, &service->pipeline);
	if (r < 0)
		return r;
	pages.pipeline = service->pipeline;
	poller.userdata = service->pipeline;
	r = poller_new(&poller, &service->poller);
	if (r < 0)
		return r;
	pipeline_set_poller(service->pipeline, service->poller);
	return pages_new(&pages, &service->pages);
}

static void on_hook_health(const char *hook, const char *words, void *userdata)
{
	struct service *service = userdata;

	pipeline_on_hook(service->pipeline, hook, words);
}

static int open_rooms(struct service *service)
{
	struct http_options http = service_http_options(service);
	struct pool_options pool = {
		.base = service->base,
		.clock = service->clock,
		.readers = service->config->readers,
		.on_death = on_reader_death,
	};
	struct outbox_options outbox = {
		.base = service->base,
		.clock = service->clock,
		.store = service->store,
		.on_health = on_hook_health,
		.userdata = service,
	};
	int r;

	r = http_client_new(&http, &service->http);
	if (r < 0)
		return r;
	r = pool_new(&pool, &service->pool);
	if (r < 0)
		return r;
	outbox.http = service->http;
	r = outbox_new(&outbox, &service->outbox);
	if (r < 0)
		return r;
	return open_pipeline(service);
}

/* A listening socket that systemd passed us (sd_listen_fds(3)), of the unix kind or of another. */
static int find_inherited(const struct service *service, bool is_unix)
{
	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + service->inherited; fd++)
		if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0 &&
			(sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0) == is_unix)
			return fd;
	return -1;
}

static int open_control(struct service *service)
{
	int r;

	r = service_open_reloader(service);
	if (r < 0)
		return r;
	r = hook_tests_new(outbox_notifiers(service->outbox), &service->hook_tests);
	if (r < 0)
		return r;
	r = tails_new(service->clock, service->store, &service->tails);
	if (r < 0)
		return r;
	service->context = (struct command_context){
		.clock = service->clock,
		.config = service->config,
		.store = service->store,
		.poller = service->poller,
		.pool = service->pool,
		.pages = service->pages,
		.outbox = service->outbox,
		.hook_tests = service->hook_tests,
		.tails = service->tails,
		.started = service->started,
		.reloader = service->reloader,
	};
	if (service->once)
		return 0;
	r = control_server_new(service->base, service->config->control_socket,
		find_inherited(service, true), command_table, &service->context, &service->control);
	service->told = r < 0;
	if (r == -EEXIST)
		return log_fail(r,
			"cannot listen on %s: a file that is no socket has the name; remove it, or "
			"name another in ControlSocket=",
			service->config->control_socket);
	if (r == -EADDRINUSE)
		return log_fail(r, "cannot listen on %s: %m; is another wirewatchd running?",
			service->config->control_socket);
	if (r < 0)
		return log_fail(r,
			"cannot listen on %s: %m; name a path in a folder that may be written to "
			"in ControlSocket=",
			service->config->control_socket);
	return 0;
}

static int open_pushes(struct service *service)
{
	struct pushes_options options = {
		.base = service->base,
		.clock = service->clock,
		.http = service->http,
		.store = service->store,
		.poller = service->poller,
		.config = service->config,
		.fd = find_inherited(service, false),
	};
	int r;

	if (!service->config->public_url)
		return 0;
	r = pushes_new(&options, &service->pushes);
	if (r < 0)
		return r;
	service->context.pushes = service->pushes;
	pipeline_set_settled(service->pipeline, pushes_on_settled, service->pushes);
	return 0;
}

static int open_all(struct service *service, struct matcher *matcher)
{
	struct registry registry;
	int r;

	service->inherited = sd_listen_fds(1);
	r = standing_take(service->config, &service->standing);
	if (r == 0)
		r = open_loop(service);
	if (r == 0)
		r = open_store(service);
	if (r == 0)
		r = open_rooms(service);
	if (r == 0)
		r = open_control(service);
	registry = (struct registry){service->clock, service->store, service->poller};
	if (r == 0)
		r = registry_store_topics(&registry, NULL, service->config);
	if (r < 0) {
		matcher_free(matcher);
		return r;
	}
	r = service_configure(service, matcher);
	if (r == 0)
		r = pipeline_commit(service->pipeline);
	if (r == 0 && !service->once)
		r = open_pushes(service);
	if (r == 0 && !service->once)
		r = pipeline_prepare(service->pipeline);
	return r < 0 ? r : start_tick(service);
}

/* Against the order of making; the pipeline's last commit still tells the poller. */
static void close_all(struct service *service)
{
	hold_back_hangups(true);
	reloader_free(service->reloader);
	hook_tests_free(service->hook_tests);
	tails_free(service->tails);
	control_server_free(service->control);
	pool_free(service->pool);
	if (service->pipeline)
		pipeline_set_settled(service->pipeline, NULL, NULL);
	pushes_free(service->pushes);
	pages_free(service->pages);
	pipeline_free(service->pipeline);
	poller_free(service->poller);
	outbox_free(service->outbox);
	http_client_free(service->http);
	store_close(service->store);
	for (size_t i = 0; i < ARRAY_SIZE(handled_signals); i++)
		if (service->signals[i])
			event_free(service->signals[i]);
	clock_timer_free(service->clock, service->tick);
	clock_free_system(service->clock);
	if (service->base)
		event_base_free(service->base);
	config_free(service->config);
	config_free(service->before);
	standing_clear(&service->standing);
}

static void serve(struct service *service)
{
	const struct config *config = service->config;
	char totals[CONFIG_TOTALS_SIZE];

	log_write(LOG_INFO, MESSAGE_STARTED, NULL, "wirewatchd %s: %s", WIREWATCH_VERSION,
		config_totals(config->feed_count, config->topic_count, config->hook_count, totals));
	outbox_wake(service->outbox);
	if (service->once)
		poller_once(service->poller);
	service_tell(service, "READY=1");
	(void)event_base_dispatch(service->base);
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Finishing");
}

/* What the store said tells more than an error's number. */
static void tell_failed_start(const struct service *service, int error)
{
	const char *words = service->store ? store_error(service->store) : "";

	if (service->told)
		return;
	if (words[0] != '\0')
		log_error("cannot start: %s", words);
	else
		(void)log_fail(error, "cannot start: %m");
}

/* A run that is over is judged by what it did; a daemon that stays tries again. */
static void judge_once(struct service *service)
{
	size_t abandoned = pipeline_abandoned(service->pipeline);

	if (!service->once || abandoned == 0)
		return;
	log_error("%zu polls could not be read or stored, as said above; mend that and run "
		  "wirewatchd again: the feeds are asked for the same once more",
		abandoned);
	service->status = EXIT_CODE_INTERNAL;
}

enum exit_code service_run(const char *path, bool once)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	struct service service = {.path = path, .once = once};
	struct matcher *matcher;
	int r;

	hold_back_hangups(true);
	if (watch_load(path, &errors, &service.config, &matcher) < 0) {
		service_log_errors(&errors);
		log_error("the configuration is refused; mend the above and start again");
		return EXIT_CODE_REFUSED;
	}
	r = open_all(&service, matcher);
	if (r == 0) {
		serve(&service);
		judge_once(&service);
	} else {
		tell_failed_start(&service, r);
	}
	close_all(&service);
	return r == 0 ? service.status : EXIT_CODE_INTERNAL;
}
