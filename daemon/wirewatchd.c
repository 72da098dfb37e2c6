/*
 * The daemon's door: options, configuration, the rooms in the order in which they stand on each
 * other, the loop, and what systemd is told of it (sd_notify(3)).  As `wirewatchd --reader` the
 * same program is a reader process.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/message_ids.h"
#include "commands/commands.h"
#include "commands/hook_test.h"
#include "commands/tail.h"
#include "config/config.h"
#include "control/server.h"
#include "http/client.h"
#include "match/matcher.h"
#include "notify/exec_child.h"
#include "notify/exec_hook.h"
#include "notify/exec_runner.h"
#include "notify/outbox.h"
#include "pipeline/pages.h"
#include "pipeline/pipeline.h"
#include "pipeline/pushes.h"
#include "pipeline/registry.h"
#include "poll/poller.h"
#include "status/status.h"
#include "store/store.h"
#include "watch/reloader.h"
#include "watch/watch.h"
#include "worker/child.h"
#include "worker/pool.h"

/* DESIGN.md §7. */
enum exit_code {
	EXIT_CODE_DONE = 0,
	EXIT_CODE_REFUSED = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_INTERNAL = 70,
};

/* How often systemd is told figures, where no watchdog asks for more. */
#define STATUS_INTERVAL (30 * USEC_SEC)

/* How often --once looks whether all is done. */
#define ONCE_INTERVAL (20 * USEC_MSEC)

static const int handled_signals[] = {SIGTERM, SIGINT, SIGHUP};

struct arguments {
	const char *config; /* NULL: /etc/wirewatch */
	bool once;
	bool check;
	int log_level;
};

struct daemon {
	const struct arguments *arguments;
	int status; /* enum exit_code */
	struct config *config;
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
	struct event *signals[ARRAY_SIZE(handled_signals)];
	struct clock_timer *tick;
	int inherited; /* sockets */
	usec tick_interval;
	usec started;
};

static void print_help(void)
{
	(void)printf(
		"Usage: wirewatchd [OPTION...]\n"
		"\n"
		"Watches news feeds and tells you, once, of each new story on your topics.\n"
		"\n"
		"  -c, --config=PATH  a folder with wirewatch.conf and conf.d/, or one file\n"
		"                     (default: /etc/wirewatch)\n"
		"      --once         poll what is due, send what is owed, and exit\n"
		"      --check        say whether the configuration is good, and exit\n"
		"  -v, --verbose      say more\n"
		"  -q, --quiet        say only what is wrong\n"
		"  -h, --help         show this help\n"
		"      --version      show the version\n"
		"\n"
		"Signals: SIGHUP reloads the configuration, SIGTERM and SIGINT end the daemon.\n"
		"See wirewatchd(8), wirewatch.conf(5) and, for a running daemon, wirewatch(1).\n");
}

/* Returns whether to go on; else *ret_exit says how to end. */
static bool parse_arguments(int argc, char **argv, struct arguments *arguments, int *ret_exit)
{
	enum { OPTION_ONCE = 256, OPTION_CHECK, OPTION_VERSION };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"once", no_argument, NULL, OPTION_ONCE},
		{"check", no_argument, NULL, OPTION_CHECK},
		{"verbose", no_argument, NULL, 'v'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	int option;

	*ret_exit = EXIT_CODE_DONE;
	while ((option = getopt_long(argc, argv, "c:vqh", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			arguments->config = optarg;
			break;
		case OPTION_ONCE:
			arguments->once = true;
			break;
		case OPTION_CHECK:
			arguments->check = true;
			break;
		case 'v':
			arguments->log_level = LOG_DEBUG;
			break;
		case 'q':
			arguments->log_level = LOG_WARNING;
			break;
		case 'h':
			print_help();
			return false;
		case OPTION_VERSION:
			(void)printf("wirewatchd %s\n", WIREWATCH_VERSION);
			return false;
		default: /* getopt said what is wrong */
			(void)fprintf(stderr, "See wirewatchd --help.\n");
			*ret_exit = EXIT_CODE_USAGE;
			return false;
		}
	}
	if (optind == argc)
		return true;
	(void)fprintf(stderr, "wirewatchd: unexpected argument \"%s\"; see wirewatchd --help\n",
		argv[optind]);
	*ret_exit = EXIT_CODE_USAGE;
	return false;
}

static void log_config_errors(const struct config_errors *errors)
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

static int check(const struct arguments *arguments)
{
	_cleanup_(config_freep) struct config *config = NULL;
	_cleanup_(matcher_freep) struct matcher *matcher = NULL;
	_cleanup_(config_errors_clear) struct config_errors errors = {0};

	if (watch_load(arguments->config, &errors, &config, &matcher) < 0) {
		log_config_errors(&errors);
		return EXIT_CODE_REFUSED;
	}
	config_warn(config, warn);
	(void)printf("The configuration is good: %zu feeds, %zu topics, %zu hooks.\n",
		config->feed_count, config->topic_count, config->hook_count);
	return EXIT_CODE_DONE;
}

/* ---- what systemd is told ---- */

static void tell_status(struct daemon *daemon, const char *more)
{
	struct status_figures figures = commands_figures(&daemon->context);
	char line[STATUS_LINE_SIZE];

	(void)sd_notifyf(0, "STATUS=%s\n%s", status_line(&figures, line), more);
}

/* Runs on the loop's own timer, so that a loop which hangs feeds no watchdog. */
static void on_tick(void *userdata)
{
	struct daemon *daemon = userdata;

	tell_status(daemon, "WATCHDOG=1");
	clock_timer_in(daemon->clock, daemon->tick, daemon->tick_interval);
}

static void on_once_tick(void *userdata)
{
	struct daemon *daemon = userdata;

	if (poller_idle(daemon->poller) && pipeline_idle(daemon->pipeline) &&
		pages_idle(daemon->pages) && outbox_idle(daemon->outbox))
		(void)event_base_loopbreak(daemon->base);
	else
		clock_timer_in(daemon->clock, daemon->tick, ONCE_INTERVAL);
}

static int start_tick(struct daemon *daemon)
{
	uint64_t watchdog;
	int r;

	daemon->tick_interval = STATUS_INTERVAL;
	if (sd_watchdog_enabled(0, &watchdog) > 0 && watchdog / 2 < daemon->tick_interval)
		daemon->tick_interval = watchdog / 2;
	r = clock_timer_new(daemon->clock, daemon->arguments->once ? on_once_tick : on_tick, daemon,
		&daemon->tick);
	if (r < 0)
		return r;
	clock_timer_in(daemon->clock, daemon->tick, 0);
	return 0;
}

/* ---- the configuration, at start and at a reload ---- */

static struct http_options http_options(const struct daemon *daemon)
{
	const struct config *config = daemon->config;

	return (struct http_options){
		.base = daemon->base,
		.clock = daemon->clock,
		.user_agent = config->user_agent,
		.private_networks = config->private_networks,
		.max_transfers = config->max_transfers,
		.host_connections = config->host_connections,
		.host_gap = config->host_gap,
	};
}

/* Makes all rooms follow the configuration.  Takes the matcher over. */
static int configure(struct daemon *daemon, struct matcher *matcher)
{
	struct http_options http = http_options(daemon);
	struct registry registry = {daemon->clock, daemon->store, daemon->poller};
	const struct config *config = daemon->config;
	int r;

	config_warn(config, warn);
	daemon->context.config = config;
	r = pipeline_configure(daemon->pipeline, config, matcher);
	if (r < 0)
		return r;
	r = http_client_configure(daemon->http, &http);
	if (r < 0)
		return r;
	pages_configure(daemon->pages, config);
	r = pool_resize(daemon->pool, config->readers);
	if (r < 0)
		return r;
	r = outbox_set_hooks(daemon->outbox, config->hooks, config->hook_count);
	if (r < 0)
		return r;
	exec_announce(config->hooks, config->hook_count);
	if (daemon->control)
		control_server_let_group_change(daemon->control, config->group_may_change);
	poller_reload_begin(daemon->poller, config->poll_interval);
	r = registry_add_feeds(&registry, config);
	poller_reload_end(daemon->poller);
	if (r == 0 && daemon->pushes)
		pushes_configure(daemon->pushes, config);
	return r;
}

/* Some rooms follow the new configuration and some the old: only a new start makes it whole. */
static void end_half_way(struct daemon *daemon, struct config *before)
{
	log_error("the new configuration could be applied in part only; ending, to be started "
		  "again with it: nothing is lost, and systemd does so by itself");
	daemon->before = before;
	daemon->status = EXIT_CODE_INTERNAL;
	(void)event_base_loopbreak(daemon->base);
}

static int apply(struct config *given, struct matcher *compiled, struct config_errors *errors,
	void *userdata)
{
	struct daemon *daemon = userdata;
	_cleanup_(config_freep) struct config *config = given;
	_cleanup_(matcher_freep) struct matcher *matcher = compiled;
	_cleanup_(config_freep) struct config *before = NULL;
	struct registry registry = {daemon->clock, daemon->store, daemon->poller};
	int r;

	r = registry_store(&registry, daemon->config, config);
	if (r == 0)
		r = pipeline_commit(daemon->pipeline);
	if (r < 0) {
		config_errors_add(errors, NULL, 0, "its feeds and topics cannot be stored: %s",
			store_error(daemon->store));
		return r;
	}
	before = daemon->config;
	daemon->config = TAKE_PTR(config);
	r = configure(daemon, TAKE_PTR(matcher));
	if (r < 0) {
		(void)log_fail(r, "cannot apply the new configuration: %m");
		end_half_way(daemon, TAKE_PTR(before));
	}
	return r;
}

static void on_reloaded(int r, const struct config_errors *errors, void *userdata)
{
	struct daemon *daemon = userdata;

	if (r == 0) {
		log_write(LOG_INFO, MESSAGE_RELOADED, NULL,
			"reloaded: %zu feeds, %zu topics, %zu hooks", daemon->config->feed_count,
			daemon->config->topic_count, daemon->config->hook_count);
	} else if (!daemon->before) {
		log_config_errors(errors);
		log_write(LOG_ERR, MESSAGE_RELOAD_REFUSED, NULL,
			"the new configuration is refused; the running one stays");
	}
}

static void on_hangup_done(int r, const struct config_errors *errors, void *userdata)
{
	(void)errors;
	if (r != -ECANCELED)
		tell_status(userdata, "READY=1");
}

static void on_hangup(struct daemon *daemon)
{
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)clock_monotonic(daemon->clock));
	if (!daemon->reloader || reloader_ask(daemon->reloader, on_hangup_done, daemon) < 0) {
		log_error("cannot reload now; send the signal again");
		tell_status(daemon, "READY=1");
	}
}

static void on_signal(evutil_socket_t signal, short what, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)what;
	if (signal == SIGHUP)
		on_hangup(daemon);
	else
		(void)event_base_loopbreak(daemon->base);
}

/* ---- the rooms ---- */

static void on_reader_death(const char *words, void *userdata)
{
	(void)userdata;
	log_write(LOG_WARNING, MESSAGE_READER_DIED, NULL, "%s", words);
}

static int open_store(struct daemon *daemon)
{
	_cleanup_(freep) char *words = NULL;
	int r;

	r = store_open(daemon->config->state_directory, &daemon->store, &words);
	if (r < 0)
		log_error("%s", words ? words : strerror(-r));
	return r;
}

static int open_loop(struct daemon *daemon)
{
	int r;

	daemon->base = loop_new();
	if (!daemon->base)
		return -ENOMEM;
	r = clock_new_system(daemon->base, &daemon->clock);
	if (r < 0)
		return r;
	daemon->started = clock_now(daemon->clock);
	for (size_t i = 0; i < ARRAY_SIZE(handled_signals); i++) {
		daemon->signals[i] =
			evsignal_new(daemon->base, handled_signals[i], on_signal, daemon);
		if (!daemon->signals[i] || event_add(daemon->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int open_pipeline(struct daemon *daemon)
{
	struct pipeline_options options = {
		.clock = daemon->clock,
		.store = daemon->store,
		.pool = daemon->pool,
		.outbox = daemon->outbox,
		.state_directory = daemon->config->state_directory,
	};
	struct pages_options pages = {
		.clock = daemon->clock,
		.store = daemon->store,
		.http = daemon->http,
		.pool = daemon->pool,
		.once = daemon->arguments->once,
	};
	struct poller_options poller = {
		.clock = daemon->clock,
		.http = daemon->http,
		.poll_interval = daemon->config->poll_interval,
		.safety_interval = daemon->config->safety_interval,
		.on_round = pipeline_on_round,
	};
	int r;

	r = pipeline_new(&options, &daemon->pipeline);
	if (r < 0)
		return r;
	pages.pipeline = daemon->pipeline;
	poller.userdata = daemon->pipeline;
	r = poller_new(&poller, &daemon->poller);
	if (r < 0)
		return r;
	pipeline_set_poller(daemon->pipeline, daemon->poller);
	return pages_new(&pages, &daemon->pages);
}

static void on_hook_health(const char *hook, const char *words, void *userdata)
{
	struct daemon *daemon = userdata;

	pipeline_on_hook(daemon->pipeline, hook, words);
}

static int open_rooms(struct daemon *daemon)
{
	struct http_options http = http_options(daemon);
	struct pool_options pool = {
		.base = daemon->base,
		.clock = daemon->clock,
		.readers = daemon->config->readers,
		.on_death = on_reader_death,
	};
	struct outbox_options outbox = {
		.base = daemon->base,
		.clock = daemon->clock,
		.store = daemon->store,
		.on_health = on_hook_health,
		.userdata = daemon,
	};
	int r;

	r = http_client_new(&http, &daemon->http);
	if (r < 0)
		return r;
	r = pool_new(&pool, &daemon->pool);
	if (r < 0)
		return r;
	outbox.http = daemon->http;
	r = outbox_new(&outbox, &daemon->outbox);
	if (r < 0)
		return r;
	return open_pipeline(daemon);
}

/* A listening socket that systemd passed us (sd_listen_fds(3)), of the unix kind or of another. */
static int find_inherited(const struct daemon *daemon, bool is_unix)
{
	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + daemon->inherited; fd++)
		if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0 &&
			(sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0) == is_unix)
			return fd;
	return -1;
}

static int open_control(struct daemon *daemon)
{
	struct reloader_options options = {
		.clock = daemon->clock,
		.path = daemon->arguments->config,
		.apply = apply,
		.ended = on_reloaded,
		.userdata = daemon,
	};
	int r;

	r = reloader_new(&options, &daemon->reloader);
	if (r < 0)
		return r;

	r = hook_tests_new(outbox_notifiers(daemon->outbox), &daemon->hook_tests);
	if (r < 0)
		return r;
	r = tails_new(daemon->clock, daemon->store, &daemon->tails);
	if (r < 0)
		return r;
	daemon->context = (struct command_context){
		.clock = daemon->clock,
		.config = daemon->config,
		.store = daemon->store,
		.poller = daemon->poller,
		.pool = daemon->pool,
		.pages = daemon->pages,
		.outbox = daemon->outbox,
		.hook_tests = daemon->hook_tests,
		.tails = daemon->tails,
		.started = daemon->started,
		.reloader = daemon->reloader,
	};
	if (daemon->arguments->once)
		return 0;
	r = control_server_new(daemon->base, daemon->config->control_socket,
		find_inherited(daemon, true), command_table, &daemon->context, &daemon->control);
	if (r < 0)
		return log_fail(r, "cannot listen on %s: %m; is another wirewatchd running?",
			daemon->config->control_socket);
	return 0;
}

static int open_pushes(struct daemon *daemon)
{
	struct pushes_options options = {
		.base = daemon->base,
		.clock = daemon->clock,
		.http = daemon->http,
		.store = daemon->store,
		.poller = daemon->poller,
		.config = daemon->config,
		.fd = find_inherited(daemon, false),
	};
	int r;

	if (!daemon->config->public_url)
		return 0;
	r = pushes_new(&options, &daemon->pushes);
	if (r < 0)
		return r;
	daemon->context.pushes = daemon->pushes;
	pipeline_set_settled(daemon->pipeline, pushes_on_settled, daemon->pushes);
	return 0;
}

static int open_all(struct daemon *daemon, struct matcher *matcher)
{
	int r;

	daemon->inherited = sd_listen_fds(1);
	r = open_loop(daemon);
	if (r == 0)
		r = open_store(daemon);
	if (r == 0)
		r = open_rooms(daemon);
	if (r == 0)
		r = open_control(daemon);
	if (r < 0) {
		matcher_free(matcher);
		return r;
	}
	r = configure(daemon, matcher);
	if (r == 0)
		r = pipeline_commit(daemon->pipeline);
	if (r == 0 && !daemon->arguments->once)
		r = open_pushes(daemon);
	if (r == 0 && !daemon->arguments->once)
		r = pipeline_prepare(daemon->pipeline);
	return r < 0 ? r : start_tick(daemon);
}

/* Against the order of making; the pipeline's last commit still tells the poller. */
static void close_all(struct daemon *daemon)
{
	reloader_free(daemon->reloader);
	hook_tests_free(daemon->hook_tests);
	tails_free(daemon->tails);
	control_server_free(daemon->control);
	pool_free(daemon->pool);
	if (daemon->pipeline)
		pipeline_set_settled(daemon->pipeline, NULL, NULL);
	pushes_free(daemon->pushes);
	pages_free(daemon->pages);
	pipeline_free(daemon->pipeline);
	poller_free(daemon->poller);
	outbox_free(daemon->outbox);
	http_client_free(daemon->http);
	store_close(daemon->store);
	for (size_t i = 0; i < ARRAY_SIZE(handled_signals); i++)
		if (daemon->signals[i])
			event_free(daemon->signals[i]);
	clock_timer_free(daemon->clock, daemon->tick);
	clock_free_system(daemon->clock);
	if (daemon->base)
		event_base_free(daemon->base);
	config_free(daemon->config);
	config_free(daemon->before);
}

static void serve(struct daemon *daemon)
{
	log_write(LOG_INFO, MESSAGE_STARTED, NULL,
		"wirewatchd %s: %zu feeds, %zu topics, %zu hooks", WIREWATCH_VERSION,
		daemon->config->feed_count, daemon->config->topic_count,
		daemon->config->hook_count);
	outbox_wake(daemon->outbox);
	if (daemon->arguments->once)
		poller_once(daemon->poller);
	tell_status(daemon, "READY=1");
	(void)event_base_dispatch(daemon->base);
	(void)sd_notify(0, "STOPPING=1\nSTATUS=Finishing");
}

/* A run that is over is judged by what it did; a daemon that stays tries again. */
static void judge_once(struct daemon *daemon)
{
	size_t abandoned = pipeline_abandoned(daemon->pipeline);

	if (!daemon->arguments->once || abandoned == 0)
		return;
	log_error("%zu polls could not be read or stored, as said above; mend that and run "
		  "wirewatchd again: the feeds are asked for the same once more",
		abandoned);
	daemon->status = EXIT_CODE_INTERNAL;
}

static int run(const struct arguments *arguments)
{
	_cleanup_(config_errors_clear) struct config_errors errors = {0};
	struct daemon daemon = {.arguments = arguments};
	struct matcher *matcher;
	int r;

	if (watch_load(arguments->config, &errors, &daemon.config, &matcher) < 0) {
		log_config_errors(&errors);
		log_error("the configuration is refused; mend the above and start again");
		return EXIT_CODE_REFUSED;
	}
	r = open_all(&daemon, matcher);
	if (r == 0) {
		serve(&daemon);
		judge_once(&daemon);
	} else {
		(void)log_fail(r, "cannot start: %m");
	}
	close_all(&daemon);
	return r == 0 ? daemon.status : EXIT_CODE_INTERNAL;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.log_level = LOG_INFO};
	int status;

	if (argc > 1 && strcmp(argv[1], READER_ARGUMENT) == 0)
		return child_main();
	if (argc > 1 && strcmp(argv[1], EXEC_CHILD_ARGUMENT) == 0)
		return exec_child_main(argc, argv);
	if (argc > 1 && strcmp(argv[1], EXEC_RUNNER_ARGUMENT) == 0)
		return exec_runner_main(STDIN_FILENO);
	if (!parse_arguments(argc, argv, &arguments, &status))
		return status;
	log_open(arguments.log_level);
	(void)signal(SIGPIPE, SIG_IGN);
	return arguments.check ? check(&arguments) : run(&arguments);
}
